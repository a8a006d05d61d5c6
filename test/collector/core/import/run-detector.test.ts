/**
 * Brackets from sampling, held against loops whose truth is known: the table of the original drill, and random failovers seen
 * through random loops.
 */
import fc from 'fast-check';
import t from 'tap';
import { importedPeriod, importedReport, importedRows } from '../../../../collector/core/import/imported-group.ts';
import { readGivenLogs } from '../../../../collector/core/import/perfdhcp-import.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { type LoopOptions, loopLog, serves, type Truth } from './perfdhcp-log.ts';

const DAY_S = Date.parse('2021-02-09T00:00:00Z') / 1000;
const at = (clock: string): number => Date.parse(`2021-02-09T${clock}Z`) / 1000;
const clock = { zone: 'UTC', now: unixMicros(Date.parse('2026-01-01T00:00:00Z') * 1000) };

function report(text: string, servers: readonly string[]) {
  const given = servers.map((server) => ({ server, path: 'loop.log', text }));
  const { observations, notes } = readGivenLogs(given, clock);
  const imported = { group: 'drill', mode: 'hot-standby' as const, servers, observations };
  const period = importedPeriod(imported) ?? { since: unixMicros(0), until: unixMicros(1) };
  return { ...importedReport(imported, period, importedRows(imported)), notes, events: importedRows(imported) };
}

const LOOP: Omit<LoopOptions, 'servers' | 'fromS' | 'untilS'> = {
  count: 100,
  rate: 10,
  pauseS: 0,
  startupS: 0.08,
  offerS: 0.01,
  ackS: 0.09,
  waitS: 0,
  style: '1.8',
};

t.test("the original drill's table, from its own kind of log", async (t) => {
  const servers = {
    primary: [DAY_S, at('11:35:58'), at('11:44:07')],
    standby: [at('11:36:42'), at('11:43:58')],
  };
  const text = loopLog({ ...LOOP, servers, fromS: at('11:29:46'), untilS: at('11:47:30') });
  const { rows, gaps, failovers, measured, notes } = report(text, ['primary', 'standby']);
  t.same(notes, []);
  t.same(rows.map((row) => row.text).sort(), [
    'Primary resumes serving leases',
    'Primary stops serving leases',
    'Standby starts serving leases',
    'Standby stops serving leases',
  ]);
  const truths: Readonly<Record<string, number | undefined>> = {
    'Primary stops serving leases': servers.primary[1],
    'Standby starts serving leases': servers.standby[0],
    'Standby stops serving leases': servers.standby[1],
    'Primary resumes serving leases': servers.primary[2],
  };
  rows.forEach((row) => {
    const truth = (truths[row.text] ?? 0) * 1e6;
    t.ok((row.earliest ?? 0) <= truth && truth <= (row.latest ?? 0), `${row.text}: the truth is inside`);
    t.ok((row.latest ?? 0) - (row.earliest ?? 0) <= 25e6, `${row.text}: no wider than the sampling, 20 s, and a stall`);
  });
  t.equal(gaps.length, 1);
  t.ok(
    Math.abs((gaps[0]?.duration_ms ?? 0) - 44_000) <= (gaps[0]?.uncertainty_ms ?? 0),
    'the gap agrees within its error',
  );
  t.same(
    failovers.map(({ kind, from, to }) => [kind, from, to]),
    [
      ['failover', 'primary', 'standby'],
      ['fail-back', 'standby', 'primary'],
    ],
  );
  t.equal(measured.sites, 1);
  t.equal(measured.rate_per_second, 10);
  t.equal(measured.drop_time_ms, 3000);
  t.equal(measured.exchanges % 100, 0);
});

t.test('a whole run unanswered between answered ones is a stop and a start', async (t) => {
  const text = loopLog({
    ...LOOP,
    servers: { primary: [DAY_S, DAY_S + 100, DAY_S + 125] },
    fromS: DAY_S + 10,
    untilS: DAY_S + 200,
  });
  t.same(
    report(text, ['primary']).rows.map(({ to }) => to),
    ['non-serving', 'serving'],
  );
});

t.test('of a server that is watched no more nothing is claimed', async (t) => {
  const servers = { primary: [DAY_S, at('12:00:00')], standby: [at('11:40:00'), at('11:43:58')] };
  const loop = (fromS: number, untilS: number, name: 'primary' | 'standby') =>
    loopLog({ ...LOOP, servers: { [name]: servers[name] }, fromS, untilS });
  const whole = loop(at('11:29:46'), at('11:50:00'), 'standby');
  const read = (primary: string) => {
    const given = [
      { server: 'primary', path: 'primary.log', text: primary },
      { server: 'standby', path: 'standby.log', text: whole },
    ];
    const { observations } = readGivenLogs(given, clock);
    return importedRows({ group: 'drill', mode: 'hot-standby', servers: ['primary', 'standby'], observations });
  };
  const told = (rows: ReturnType<typeof read>) =>
    rows.filter(({ server, kind }) => server === 'primary' || kind === 'overlap').map(({ kind, to }) => to ?? kind);
  t.same(told(read(loop(at('11:29:46'), at('11:50:00'), 'primary'))), ['serving', 'overlap']);
  t.same(told(read(loop(at('11:29:46'), at('11:35:00'), 'primary'))), ['serving', 'unknown'], 'its log ends early');
  const torn = loop(at('11:29:46'), at('11:35:00'), 'primary') + loop(at('11:45:00'), at('11:50:00'), 'primary');
  t.same(told(read(torn)), ['serving', 'unknown', 'serving'], 'its log has a hole');
});

t.test('the exchanges that a run leaves behind are no drops', async (t) => {
  const text = loopLog({ ...LOOP, servers: { primary: [DAY_S] }, fromS: DAY_S + 10, untilS: DAY_S + 200 });
  const { rows, availability, measured } = report(text, ['primary']);
  t.same(rows, []);
  t.equal(availability[0]?.ratio, 1, 'all that could be judged was answered');
  t.ok(measured.unmeasured > 0);
});

t.test('half of every run lost is degraded, once', async (t) => {
  const isLost = (exchange: number): boolean => exchange > 800 && exchange < 2000 && exchange % 2 === 0;
  const text = loopLog({ ...LOOP, servers: { primary: [DAY_S] }, fromS: DAY_S + 10, untilS: DAY_S + 400, isLost });
  const { rows } = report(text, ['primary']);
  t.same(
    rows.map(({ to }) => to),
    ['degraded', 'serving'],
  );
  t.match(rows[0]?.text, /degraded \([45]\d % of exchanges lost\)/);
});

t.test('a loop of single exchanges that never waits says nothing', async (t) => {
  const text = loopLog({
    ...LOOP,
    count: 1,
    rate: 1,
    pauseS: 5,
    servers: { primary: [DAY_S] },
    fromS: DAY_S + 10,
    untilS: DAY_S + 100,
  });
  const { events, notes } = report(text, ['primary']);
  t.same(events, []);
  t.match(notes.join(), /ended before an answer could come/);
});

const failover = fc.record({
  stopS: fc.double({ min: 120, max: 300, noNaN: true }),
  gapS: fc.double({ min: 0, max: 200, noNaN: true }),
  heldS: fc.double({ min: 150, max: 400, noNaN: true }),
  secondGapS: fc.double({ min: 0, max: 100, noNaN: true }),
});
const loop = fc.record({
  count: fc.integer({ min: 20, max: 150 }),
  rate: fc.constantFrom(5, 10, 50),
  pauseS: fc.double({ min: 0, max: 8, noNaN: true }),
  startupS: fc.double({ min: 0, max: 0.9, noNaN: true }),
  offerS: fc.double({ min: 0.0005, max: 0.3, noNaN: true }),
  ackS: fc.double({ min: 0.0005, max: 0.3, noNaN: true }),
  waitS: fc.constantFrom(0, 0.000003, 1),
  style: fc.constantFrom('1.8' as const, '3.x' as const),
  phase: fc.double({ min: 0, max: 30, noNaN: true }),
  loss: fc.constantFrom(0, 0, 0.01, 0.05),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

/** A scramble of a number into [0, 1): losses without a generator's state. */
const scrambled = (n: number): number => {
  const h = Math.imul(n ^ (n >>> 15), 0x2c1b3c6d);
  return ((h ^ (h >>> 12)) >>> 0) / 2 ** 32;
};

t.test('random failovers through random loops: every bracket contains a true change, no change is missed', async () => {
  fc.assert(
    fc.property(failover, loop, ({ stopS, gapS, heldS, secondGapS }, { phase, loss, seed, ...options }) => {
      const base = DAY_S + 40_000;
      const primary: Truth = [DAY_S, base + stopS, base + stopS + gapS + heldS + secondGapS];
      const standby: Truth = [base + stopS + gapS, base + stopS + gapS + heldS];
      const isLost = (exchange: number): boolean => scrambled(exchange + seed) < loss;
      const servers = { primary, standby };
      const untilS = (primary[2] as number) + 150;
      const text = loopLog({ ...options, servers, fromS: base + phase, untilS, isLost });
      const { events, gaps } = report(text, ['primary', 'standby']);
      for (const [server, truth] of Object.entries(servers)) {
        const own = events.filter(
          (row) => row.kind === 'transition' && row.server === server && row.from !== 'unknown',
        );
        for (const row of own) {
          if (row.to === 'degraded' || row.from === 'degraded') throw new Error(`invented: ${row.text}`);
          const inside = truth.filter((s) => (row.earliest ?? 0) <= s * 1e6 && s * 1e6 <= (row.latest ?? 0));
          const right = inside.some((s) => serves(truth, s) === (row.to === 'serving'));
          if (!right)
            throw new Error(
              `${row.server} ${row.text} ${row.earliest}–${row.latest}: no such change in ${truth.join(', ')}`,
            );
        }
        // A silence of two rounds and a half holds a whole run, and so must be seen; what is shorter may be.
        const roundS = 2 * (options.count / options.rate + options.waitS + options.pauseS);
        const lengths = server === 'primary' ? [gapS + heldS + secondGapS] : [heldS];
        // Runs that end before most of their answers come say little or nothing.
        const judged = options.count - 2 * options.rate * (options.offerS + options.ackS);
        const expected = judged >= 10 && lengths.every((s) => s > 2.5 * roundS) ? 2 : 0;
        if (own.length < expected) throw new Error(`${server}: ${own.length} transitions of ${expected}`);
      }
      const blind = options.count - 2 * options.rate * (options.offerS + options.ackS) < 10;
      for (const gap of blind ? [] : gaps) {
        const trueMs = [gapS, secondGapS].map((s) => s * 1000);
        const off = Math.min(...trueMs.map((ms) => Math.abs(ms - (gap.duration_ms ?? 0))));
        if (off > (gap.uncertainty_ms ?? 0))
          throw new Error(`gap of ${gap.duration_ms} ± ${gap.uncertainty_ms} ms; true ${trueMs.join(', ')}`);
      }
    }),
    { numRuns: Number(process.env['DORAWATCH_RUNS'] ?? 60), endOnFailure: true },
  );
});
