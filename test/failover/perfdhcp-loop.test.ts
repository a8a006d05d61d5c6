/**
 * The loop that dorawatch replaces, for real: perfdhcp against each server of a Kea pair in turn, a date line before each run, the
 * primary killed meanwhile. Its log imported, the brackets must contain what the capture and the lab know to be true.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { startCapture } from '../lab/capture.ts';
import { pause } from '../lab/child.ts';
import { startLab } from '../lab/lab.ts';
import { labSkipReason } from '../lab/requirements.ts';
import type { WireExchange } from '../lab/wire.ts';
import { type Interval, type Row, unixUs } from './against-truth.ts';
import { Programs } from './programs.ts';

interface Report {
  readonly rows: readonly Row[];
  readonly gaps: readonly Interval[];
  readonly measured: { readonly exchanges: number };
}

/** Two seconds a run, as the original drill's were ten. */
const LOOP = `
while :; do
  for server in "primary $1" "standby $2"; do
    set -- "$1" "$2" $server
    echo "$(date '+%F %T') - $3"
    perfdhcp -4 -l "$0" -n 20 -r 10 -R 100 -d 3 -W 3 "$4"
  done
done`;

t.test('a real loop of perfdhcp over a real failover', { skip: labSkipReason(), timeout: 240_000 }, async (t) => {
  await using lab = await startLab({ size: 'small', timers: 'short' });
  const capture = await startCapture(lab);
  const { primary, standby } = lab.network;
  const loop = lab.run(lab.site, 'bash', ['-c', LOOP, lab.site.interface, primary.address, standby.address], {
    name: 'perfdhcp-loop',
  });
  await pause(14_000);
  await lab.primary.kill();
  await pause(30_000);
  await loop.stop('SIGTERM', 5_000);
  const wire = await capture.stop();
  const log = `${lab.folder}/loop.log`;
  writeFileSync(log, readFileSync(loop.logPath));

  const programs = new Programs(lab, { ratePerSecond: 10 });
  const given = ['import', 'perfdhcp', '--group', 'drill', `primary=${log}`, `standby=${log}`, '--offline'];
  t.comment((await programs.ops(...given)).stdout);
  const report = await programs.json<Report>(...given);
  const row = (server: string, to: string): Row | undefined =>
    report.rows.find((one) => one.server === server && one.to === to);
  t.equal(report.rows.length, 2, 'one stop, one start, nothing invented');

  const killed = lab.events.last('killed', 'primary');
  const stop = row('primary', 'non-serving');
  t.ok(
    stop && killed && unixUs(stop.earliest) <= killed.beforeUs && killed.afterUs <= unixUs(stop.latest),
    'the kill is inside the bracket of the stop',
  );

  const own = wire.exchanges.filter((one) => one.server === standby.address);
  const firstAck = Math.min(...own.map(({ ackUs }) => ackUs ?? Number.POSITIVE_INFINITY));
  const lastSilent = Math.max(
    ...own.filter((one) => isSilent(one) && one.discoverUs < firstAck).map((one) => one.discoverUs),
  );
  const start = row('standby', 'serving');
  t.ok(start && unixUs(start.earliest) <= lastSilent && firstAck <= unixUs(start.latest), 'so is all of the start');
  t.ok(start && unixUs(start.latest) - unixUs(start.earliest) < 15e6, 'and it is as wide as the loop made it');
  const sent = wire.exchanges.length;
  t.ok(
    Math.abs(report.measured.exchanges - sent) <= 20,
    `it counts what was on the wire (${sent}), but for the run cut short`,
  );
});

const isSilent = ({ offerUs }: WireExchange): boolean => offerUs === undefined;
