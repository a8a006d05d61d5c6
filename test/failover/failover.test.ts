/**
 * The main test: a real Kea pair of production size, kill -9 of the primary, takeover, return, fail-back; a capture on the
 * gateway is the truth. DORAWATCH_LONG=1 runs it with the seed test's own HA timers (about eight minutes).
 */
import t from 'tap';
import { startCapture } from '../lab/capture.ts';
import { startLab } from '../lab/lab.ts';
import { labSkipReason } from '../lab/requirements.ts';
import {
  type Exported,
  exchangesDisagreeing,
  gapsDisagreeing,
  type Interval,
  type Row,
  type Terms,
  transitionsDisagreeing,
  unixUs,
} from './against-truth.ts';
import { GROUP, Programs } from './programs.ts';
import { beginProbing, failOverAndBack, LONG_PACE, SHORT_PACE } from './story.ts';

interface Report {
  readonly rows: readonly Row[];
  readonly gaps: readonly Interval[];
  readonly overlaps: readonly Interval[];
  readonly failovers: readonly { readonly from: string; readonly to: string; readonly gap_ms: number }[];
  readonly measured: {
    readonly sites: number;
    readonly exchanges: number;
    readonly unmeasured: number;
    readonly unsent: number;
  };
}

const isLong = process.env['DORAWATCH_LONG'] === '1';

t.test('a real failover, held against the wire', { skip: labSkipReason(), timeout: 900_000 }, async (t) => {
  await using lab = await startLab({ size: 'production', timers: isLong ? 'long' : 'short' });
  const capture = await startCapture(lab);
  const programs = new Programs(lab, { ratePerSecond: 10 });
  await beginProbing(programs, (line) => t.comment(line));
  await failOverAndBack(lab, programs, isLong ? LONG_PACE : SHORT_PACE, (line) => t.comment(line));
  const ended = await programs.agent.stop('SIGTERM', 20_000);
  t.equal(ended.code, 0, 'SIGTERM ends the agent cleanly');
  const wire = await capture.stop();
  t.equal(wire.droppedByKernel, 0, 'the capture is whole');

  const terms: Terms = {
    serverNames: { [lab.network.primary.address]: 'primary', [lab.network.standby.address]: 'standby' },
    dropTimeUs: 3_000_000,
    fall: 10,
    rise: 2,
    slackUs: 30_000,
  };
  const table = await programs.ops('report', '--group', GROUP, '--since', '-30m');
  t.comment(table.stdout);
  const report = await programs.json<Report>('report', '--group', GROUP, '--since', '-30m', '--format', 'json');
  t.same(
    transitionsDisagreeing(report.rows, wire.exchanges, terms),
    [],
    'every transition found, in its bracket, none invented',
  );
  t.same(gapsDisagreeing(report.gaps, wire.exchanges, terms), [], 'gaps agree within their uncertainty');
  t.ok(report.gaps.length >= 1, 'there is a gap');
  t.same(
    report.gaps.filter((gap) => (gap.uncertainty_ms ?? 1e9) >= 300),
    [],
    'gap uncertainty under 0.3 s',
  );

  const killed = lab.events.last('killed', 'primary');
  const stop = report.rows.find((row) => row.server === 'primary' && row.to === 'non-serving');
  t.ok(
    killed && stop && unixUs(stop.earliest) <= killed.afterUs && killed.beforeUs <= unixUs(stop.latest),
    'the kill itself is inside the bracket',
  );

  const exported = await programs.ops('export', '--since', '-30m', '--json');
  const stored = exported.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Exported);
  t.same(exchangesDisagreeing(stored, wire.exchanges, terms), [], 'the store holds exactly what was on the wire');
  t.equal(report.measured.exchanges, stored.length, 'the report counts what is stored');
});
