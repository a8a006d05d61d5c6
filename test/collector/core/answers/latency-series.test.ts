/** Series: which rollups a period is made of, and that a time without exchanges stays a gap. */
import fc from 'fast-check';
import t from 'tap';
import { seriesPlan, seriesPoints } from '../../../../collector/core/answers/latency-series.ts';
import { SERIES_SLOTS_MAX } from '../../../../collector/core/answers/limits.ts';
import { emptyRollup, type Rollup } from '../../../../collector/core/rollup/rollup.ts';
import { RESOLUTION_US } from '../../../../collector/core/rollup/rollup-fold.ts';
import { addToSketch } from '../../../../collector/core/rollup/sketch.ts';

const [MINUTE, HOUR] = [RESOLUTION_US.minute, RESOLUTION_US.hour];
const DAY = 24 * HOUR;

function rollup(acked: number, dropped: number, us = 20_000): Rollup {
  const made = emptyRollup();
  made.counts.acked = acked;
  made.counts.droppedOffer = dropped;
  for (let i = 0; i < acked; i += 1)
    for (const stage of ['offer', 'ack'] as const) addToSketch(made.latency[stage], us);
  return made;
}

t.test('by the minute for hours, by the hour for months', async (t) => {
  const plan = (from: number, to: number, points = 720) => seriesPlan({ from, to, points, minutesFrom: 0 });
  t.match(plan(DAY, DAY + 6 * HOUR), { resolution: 'minute', each: 1, from: 1440, to: 1440 + 360 });
  t.match(plan(DAY, 3 * DAY), { resolution: 'minute', each: 4 });
  t.match(plan(DAY, 31 * DAY), { resolution: 'hour', each: 1, from: 24, to: 31 * 24 });
  t.match(plan(DAY, 31 * DAY, 100), { resolution: 'hour', each: 8 });
  const old = seriesPlan({ from: DAY, to: DAY + 6 * HOUR, points: 720, minutesFrom: DAY + HOUR });
  t.match(old, { resolution: 'hour' }, 'where minutes are gone');
});

t.test('never more points than asked for, never more rows than the bound, and the whole period', async () => {
  const times = fc.integer({ min: 0, max: 500 * 24 * 60 });
  fc.assert(
    fc.property(times, times, fc.integer({ min: 1, max: 5000 }), (one, other, points) => {
      const [from, to] = [Math.min(one, other) * MINUTE, Math.max(one, other) * MINUTE + 1];
      const { resolution, each, ...slots } = seriesPlan({ from, to, points, minutesFrom: 0 });
      const rows = slots.to - slots.from;
      const whole = rows === SERIES_SLOTS_MAX * 2 || slots.from * RESOLUTION_US[resolution] <= from;
      return (
        Math.ceil(rows / each) <= Math.max(points, 1) + 1 &&
        rows <= SERIES_SLOTS_MAX * 2 &&
        whole &&
        slots.to * RESOLUTION_US[resolution] >= to
      );
    }),
  );
});

t.test('points', async (t) => {
  const plan = { resolution: 'minute', from: 100, to: 106, each: 2 } as const;
  const points = seriesPoints(plan, [rollup(6, 0), rollup(2, 2), undefined, undefined, rollup(0, 5), undefined]);
  t.match(points, [
    { at: 100 * MINUTE, exchanges: 10, answered: 8, drop_ratio: 0.2 },
    { at: 104 * MINUTE, exchanges: 5, answered: 0, drop_ratio: 1, offer_p50_us: null, ack_p99_us: null },
  ]);
  t.equal(points.length, 2, 'nothing where nothing was measured');
  const [first] = points;
  t.ok(Math.abs((first?.offer_p50_us ?? 0) - 20_000) < 400, 'as well as a sketch knows it');
});
