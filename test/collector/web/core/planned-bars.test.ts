import t from 'tap';
import { plannedBars, plannedWords } from '../../../../collector/web/core/planned-bars.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const s = (second: number) => unixMicros(second * 1e6);
const viewer = { zone: 'UTC', zoneName: 'UTC', now: s(500) };
const planned = (from: number, to: number | null, server: string | null = null) => ({
  from: s(from),
  to: to === null ? null : s(to),
  server,
  site: null,
  text: 'Kernel update',
});

/** So wide that a second is room for words. */
const scale = { since: s(0), until: s(100), width: 15_000 };

t.test('what is planned at one time stands in rows below each other, three at most', async (t) => {
  const levels = (...spans: readonly [number, number | null][]): readonly number[] =>
    plannedBars(
      spans.map(([from, to]) => planned(from, to)),
      scale,
    ).map(({ level }) => level);
  t.same(levels([0, 10], [10, 20]), [0, 0]);
  t.same(levels([0, 30], [10, 20], [25, 26]), [0, 1, 1]);
  t.same(levels([0, null], [1, null], [2, null], [3, null]), [0, 1, 2, 2]);
  t.equal(plannedBars([planned(0, null)], scale)[0]?.to, s(100), 'one that lasts ends with the picture');
});

t.test('a short one has room for its words, and stays within the picture', async (t) => {
  const narrow = { ...scale, width: 300 };
  const extents = (from: number, to: number): readonly number[] =>
    plannedBars([planned(from, to)], narrow).flatMap((bar) => [bar.from / 1e6, bar.to / 1e6]);
  t.same(extents(10, 11), [10, 60]);
  t.same(extents(98, 120), [50, 100]);
  t.same(extents(-50, 80), [0, 80]);
});

t.test('it says whose, from when and for how long', async (t) => {
  t.equal(
    plannedWords(planned(0, 60, 'primary'), viewer),
    'Kernel update: planned for primary, 00:00:00 to 00:01:00 (1m 0s)',
  );
  t.equal(
    plannedWords({ ...planned(0, null), site: 'bath' }, viewer),
    'Kernel update: planned for site bath, since 00:00:00',
  );
});
