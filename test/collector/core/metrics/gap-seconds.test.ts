import t from 'tap';
import type { Interval } from '../../../../collector/core/finding.ts';
import { createGapSeconds, gapTotals, noteGap } from '../../../../collector/core/metrics/gap-seconds.ts';
import { GAPS_OPEN_MAX } from '../../../../collector/core/metrics/limits.ts';
import type { VerdictsView } from '../../../../collector/core/verdicts/views.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const START = 1000e6;
const moment = (second: number) => {
  const at = unixMicros(START + second * 1e6);
  return { at, earliest: at, latest: at };
};

/** A gap from … to, s after the start of the run; null: it lasts. */
const gap = (id: string, from: number, to: number | null): Interval => ({
  kind: 'gap',
  id,
  group: 'g',
  bucket: null,
  start: moment(from),
  end: to === null ? null : moment(to),
  durationMs: to === null ? null : (to - from) * 1000,
  uncertaintyMs: null,
  detectedAt: moment(from).at,
  late: false,
});

/** Both servers were judged up to these seconds. */
const judged = (...through: readonly number[]): VerdictsView => {
  const servers = through.map((second) => ({ group: 'g', state: 'non-serving', lastEvidenceAt: moment(second).at }));
  return { groups: [{ group: 'g' }], servers } as unknown as VerdictsView;
};

const total = (gaps: ReturnType<typeof createGapSeconds>, view: VerdictsView): number =>
  (gapTotals(gaps, view).get('g') ?? Number.NaN) / 1e6;

t.test('an open gap grows as far as everybody has been judged, a closed one has its length', async (t) => {
  const gaps = createGapSeconds([], unixMicros(START));
  t.equal(total(gaps, judged(5, 5)), 0);
  noteGap(gaps, gap('a', 10, null), true);
  t.equal(total(gaps, judged(14, 30)), 4, 'one of the two is judged up to 14 s only');
  t.equal(total(gaps, judged(29, 30)), 19);
  noteGap(gaps, gap('a', 10, 31.5), true);
  t.equal(total(gaps, judged(60, 60)), 21.5);
  noteGap(gaps, gap('b', 100, 101), true);
  t.equal(total(gaps, judged(200, 200)), 22.5);
});

t.test('it never goes down: what was counted too much is made up for', async (t) => {
  const gaps = createGapSeconds([], unixMicros(START));
  noteGap(gaps, gap('a', 10, null), true);
  t.equal(total(gaps, judged(20)), 10);
  noteGap(gaps, gap('a', 10, 19), true);
  t.equal(total(gaps, judged(30)), 10, 'a second too much stays');
  noteGap(gaps, gap('b', 40, 45), true);
  t.equal(total(gaps, judged(60)), 14, 'and is part of the next');
});

t.test('of gaps from before the start only what is left of them counts', async (t) => {
  const gaps = createGapSeconds([gap('open', -50, null), gap('over', -90, -80)], unixMicros(START));
  t.equal(total(gaps, judged(3)), 3);
  noteGap(gaps, gap('open', -50, 4), true);
  t.equal(total(gaps, judged(9)), 4);
  noteGap(gaps, gap('earlier', -30, -20), true);
  t.equal(total(gaps, judged(9)), 4);
});

t.test('what late results tell of the past counts nothing', async (t) => {
  const gaps = createGapSeconds([], unixMicros(START));
  noteGap(gaps, gap('past', 10, 60), false);
  t.equal(total(gaps, judged(300)), 0);
  noteGap(gaps, gap('cut off in it', 400, null), true);
  t.equal(total(gaps, judged(410)), 10);
  noteGap(gaps, gap('cut off in it', 400, 450), false);
  t.equal(total(gaps, judged(900)), 10, 'neither more of one that was counted');
  noteGap(gaps, gap('next', 1000, 1005), true);
  t.equal(total(gaps, judged(1100)), 15);
});

t.test('nothing grows while nobody is known of; old gaps are let go and keep their length', async (t) => {
  const gaps = createGapSeconds([], unixMicros(START));
  for (let n = 0; n < GAPS_OPEN_MAX + 100; n += 1) noteGap(gaps, gap(`g${n}`, n * 10, n * 10 + 1), true);
  t.equal(gaps.gaps.size, GAPS_OPEN_MAX);
  t.equal(total(gaps, judged()), GAPS_OPEN_MAX + 100);
});
