/** A wall clock that is set about, and what a steady one makes of it. */
import t from 'tap';
import { monotonicNs, unixMicros } from '../../../shared/core/units.ts';
import { steadyClock } from '../../../shared/io/clock.ts';

t.test('a step back is told and not followed; a step forward is followed', async (t) => {
  let [wallUs, ns] = [10_000e6, 0];
  const steps: number[] = [];
  const system = { wall: () => unixMicros(wallUs), monotonic: () => monotonicNs(ns) };
  const clock = steadyClock(system, (us) => steps.push(us));
  const pass = (seconds: number): void => {
    wallUs += seconds * 1e6;
    ns += seconds * 1e9;
  };
  pass(1);
  t.equal(clock.wall(), 10_001e6);
  wallUs -= 3_600e6;
  pass(1);
  t.equal(clock.wall(), 10_002e6, 'an hour back is no news');
  t.strictSame(steps, [3_600e6]);
  pass(10);
  t.equal(clock.wall(), 10_012e6);
  wallUs -= 1_000;
  t.equal(clock.wall(), 10_012e6, 'a little back stands still');
  wallUs += 3_600e6;
  t.equal(clock.wall(), 13_612e6 - 1_000);
  t.equal(steps.length, 1);
});
