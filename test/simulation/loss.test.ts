/**
 * A simulated day of loss: constant from 0 to 70 %, and bursts shorter than `fall`. Nothing ever stops, so there must be
 * no non-serving, and at most one degraded a day. The figures are printed. `DORAWATCH_LONG=1` takes more steps.
 */
import t from 'tap';
import type { Transition } from '../../collector/core/finding.ts';
import { createVerdicts } from '../../collector/core/verdicts/verdicts.ts';
import { seeded } from './random.ts';
import { quietWorld, type WorldOptions } from './world.ts';
import { logOf } from './world-log.ts';

const long = process.env['DORAWATCH_LONG'] === '1';
const seconds = 86_400;

function verdictsOn(world: WorldOptions): { nonServing: number; degraded: number; serving: number; exchanges: number } {
  const verdicts = createVerdicts();
  const found = { nonServing: 0, degraded: 0, serving: 0, exchanges: 0 };
  for (const entry of logOf(world)) {
    if (entry.kind === 'batch') found.exchanges += entry.batch.results.path.length;
    for (const { kind, finding } of verdicts.apply(entry)) {
      if (kind !== 'found' || finding.kind !== 'transition' || finding.site !== null) continue;
      const { to } = finding as Transition;
      if (to === 'non-serving') found.nonServing++;
      if (to === 'degraded') found.degraded++;
      if (to === 'serving') found.serving++;
    }
  }
  return found;
}

function judge(name: string, world: WorldOptions, expected: 'degraded' | 'serving' | null): void {
  t.test(name, async (t) => {
    const found = verdictsOn(world);
    t.comment(`${found.exchanges} exchanges: ${found.nonServing} non-serving, ${found.degraded} degraded`);
    t.equal(found.nonServing, 0, 'never non-serving');
    t.ok(found.degraded <= 1, 'degraded at most once');
    if (expected === 'degraded') t.equal(found.degraded, 1, 'sustained loss is reported');
    if (expected === 'serving') t.equal(found.degraded, 0, 'little loss is not');
  });
}

const steps = long
  ? [0, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.65, 0.7]
  : [0, 0.02, 0.05, 0.12, 0.3, 0.5, 0.7];
steps.forEach((loss, i) => {
  const random = seeded(1000 + i);
  const expected = loss >= 0.12 ? 'degraded' : loss <= 0.03 ? 'serving' : null;
  judge(
    `constant loss of ${loss * 100} %`,
    { ...quietWorld(random), seconds, random, lost: () => random() < loss },
    expected,
  );
});

/** Bursts of up to nine exchanges, on average every `every` seconds. */
function bursts(seed: number, every: number, length: number): WorldOptions {
  const random = seeded(seed);
  let left = 0;
  let next = every * -Math.log(1 - random());
  const lost = (at: number): boolean => {
    if (left === 0 && at >= next) left = length;
    if (left === 0) return false;
    left--;
    // The next burst begins after at least one answer, else two would be one of twice the length.
    if (left === 0) next = at + 0.15 + every * -Math.log(1 - random());
    return true;
  };
  return { ...quietWorld(random), seconds, random, lost };
}

const intervals = long ? [3600, 600, 120, 60, 30, 20, 15, 10, 7, 5, 3] : [600, 30, 10, 5];
intervals.forEach((every, i) => {
  judge(`bursts of 9 every ${every} s or so`, bursts(2000 + i, every, 9), null);
});
