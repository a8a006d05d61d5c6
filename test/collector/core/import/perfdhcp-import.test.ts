/** Whose run is whose, when it was, and what is left out: logs given under servers' names. */
import t from 'tap';
import { readGivenLogs } from '../../../../collector/core/import/perfdhcp-import.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { type LoopOptions, loopLog } from './perfdhcp-log.ts';

const us = (text: string) => unixMicros(Date.parse(text) * 1000);
const clock = { zone: 'UTC', now: us('2026-01-01T00:00:00Z') };
const fromS = Date.parse('2021-02-09T11:00:00Z') / 1000;
const LOOP: LoopOptions = {
  servers: { primary: [0], standby: [] },
  fromS,
  untilS: fromS + 60,
  count: 50,
  rate: 10,
  pauseS: 1,
  startupS: 0.1,
  offerS: 0.01,
  ackS: 0.05,
  waitS: 0,
  style: '1.8',
};
const given = (server: string, text: string, path = 'loop.log') => ({ server, path, text });
const text = loopLog(LOOP);

t.test('the name on a date line says whose run it is, whatever file it is in', async (t) => {
  const split = (name: string): string =>
    text
      .split(/^(?=2021)/m)
      .filter((run) => run.includes(`- ${name}`))
      .join('');
  const apart = readGivenLogs(
    [given('primary', split('primary'), 'p.log'), given('standby', split('standby'), 's.log')],
    clock,
  );
  const together = readGivenLogs([given('primary', text), given('standby', text)], clock);
  const key = (one: { server: string; from: number }): string => `${one.server} ${one.from}`;
  t.same(together.observations.map(key).sort(), apart.observations.map(key).sort());
  t.same(together.notes, []);
  t.ok(together.observations.every(({ server, answered }) => answered > 0 === (server === 'primary')));
});

t.test('one file for two servers needs names', async (t) => {
  const bare = text.replaceAll(/ - (primary|standby)$/gm, '');
  const { observations, notes } = readGivenLogs([given('primary', bare), given('standby', bare)], clock);
  t.same(observations, []);
  t.match(notes[0], /loop\.log:\d+: expected primary or standby on the date line/);
  t.ok(readGivenLogs([given('kea1', bare)], clock).observations.every(({ server }) => server === 'kea1'));
});

t.test('a log of two servers given for one: the other one stays out', async (t) => {
  const { observations, notes } = readGivenLogs([given('primary', text)], clock);
  t.ok(observations.every(({ answered }) => answered > 0));
  t.match(notes, [
    /loop\.log:\d+: expected primary on the date line, found "- standby"; this run and \d+ more are left out/,
  ]);
  t.ok(
    readGivenLogs([given('kea1', text)], clock).observations.some(({ answered }) => answered === 0),
    'no name fits: all are its own',
  );
});

t.test('the server that perfdhcp was given is a name too', async (t) => {
  const bare = text.replaceAll(/ - (primary|standby)$/gm, '');
  let run = 0;
  const addressed = bare.replaceAll('192.0.2.1', () => (run++ % 2 === 0 ? '10.77.1.2' : '10.77.2.2'));
  const { observations, notes } = readGivenLogs([given('10.77.1.2', addressed), given('10.77.2.2', addressed)], clock);
  t.same(notes, []);
  t.ok(observations.every(({ server, answered }) => answered > 0 === (server === '10.77.1.2')));
});

t.test('spans contain the truth, and counts add up', async (t) => {
  for (const one of readGivenLogs([given('primary', text), given('standby', text)], clock).observations) {
    t.ok(
      one.from <= one.from_latest && one.from_latest <= one.to && one.from <= one.last_sent && one.last_sent <= one.to,
    );
    t.equal(one.sent, one.answered + one.dropped + one.unmeasured);
    t.ok(one.last_sent - one.from === 4_900_000, '50 at 10/s');
    t.ok(one.to - one.from < 8_000_000, 'no longer than its run, a second each of date, of start, and of waiting');
  }
});

t.test('a run without a date lies between its neighbours; without either it is left out', async (t) => {
  const runs = text.split(/^(?=2021)/m).filter((run) => run.includes('- primary'));
  const undated = (run: string | undefined): string => (run ?? '').replace(/^2021.*\n/, '');
  const { observations, notes } = readGivenLogs([given('primary', `${runs[0]}${undated(runs[1])}${runs[2]}`)], clock);
  t.equal(observations.length, 3);
  const truth = us('2021-02-09T11:00:12.1Z');
  t.ok((observations[1]?.from ?? 0) <= truth && truth <= (observations[1]?.from_latest ?? 0));
  t.same(notes, []);
  t.match(readGivenLogs([given('primary', undated(runs[0]))], clock).notes[0], /expected a date line before this run/);
});

t.test('nothing in a file, and runs that say nothing', async (t) => {
  t.match(readGivenLogs([given('primary', 'hello\n')], clock).notes[0], /loop\.log:1: expected perfdhcp's reports/);
  const hasty = loopLog({ ...LOOP, count: 1, rate: 1 });
  t.match(
    readGivenLogs([given('primary', hasty), given('standby', hasty)], clock).notes.join(),
    /-W counts microseconds/,
  );
});
