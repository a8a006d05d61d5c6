import fc from 'fast-check';
import t from 'tap';
import { bestOffset } from '../../../agent/core/clock-sample.ts';
import { unixMicros } from '../../../shared/core/units.ts';

const anchor = unixMicros(1_700_000_000_000_000);
const us = (value: number) => unixMicros(value);

t.test('the true offset lies within the stated error, however unlike the two ways are', async () => {
  const delay = fc.nat(2_000_000);
  const trip = fc.record({ start: fc.nat(10_000_000), there: delay, stay: delay, back: delay });
  fc.assert(
    fc.property(
      fc.integer({ min: -4e9, max: 4e9 }),
      fc.array(trip, { minLength: 1, maxLength: 5 }),
      (offset, trips) => {
        const best = bestOffset(
          trips.map(({ start, there, stay, back }) => ({
            asked: us(anchor + start),
            answered: us(anchor + start + there + stay + back),
            received: us(anchor + start + there - offset),
            sent: us(anchor + start + there + stay - offset),
          })),
          anchor,
        );
        return best !== undefined && Math.abs(best.offsetUs - offset) <= best.errorUs;
      },
    ),
  );
});

t.test('without an answer there is no sample', async (t) => {
  t.equal(bestOffset([], anchor), undefined);
});
