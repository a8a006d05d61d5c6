import fc from 'fast-check';
import t from 'tap';
import { backoffMs } from '../../../shared/core/backoff.ts';
import { milliseconds } from '../../../shared/core/units.ts';

const limits = { base: milliseconds(500), max: milliseconds(30_000) };

t.test('a wait is never over the ceiling, never nothing, and finite after any number of failures', async () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (failures, random) => {
        const wait = backoffMs(failures, random, limits);
        return wait >= 50 && wait <= 30_000 && wait <= Math.max(50, 500 * 2 ** (failures - 1));
      },
    ),
  );
});

t.test('the whole wait is random, so that a herd spreads', async (t) => {
  t.equal(backoffMs(3, 0.5, limits), 1_000);
  t.equal(backoffMs(3, 0.25, limits), 500);
  t.equal(backoffMs(20, 0.999, limits), 29_970);
});
