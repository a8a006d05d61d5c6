import fc from 'fast-check';
import t from 'tap';
import {
  addRange,
  countValues,
  hasValue,
  NO_RANGES,
  nextValue,
  type Ranges,
  rangesOf,
  removeRange,
} from '../../../shared/core/ranges.ts';

const step = fc.record({ add: fc.boolean(), from: fc.nat(60), length: fc.nat(12) });

/** The naive twin: a Set of numbers. */
function both(steps: readonly { add: boolean; from: number; length: number }[]): [Ranges, Set<number>] {
  let ranges = NO_RANGES;
  const set = new Set<number>();
  for (const { add, from, length } of steps) {
    const range = { from, to: from + length };
    ranges = add ? addRange(ranges, range) : removeRange(ranges, range);
    for (let value = range.from; value <= range.to; value += 1) {
      if (add) set.add(value);
      else set.delete(value);
    }
  }
  return [ranges, set];
}

t.test('ranges hold what a set of numbers holds, sorted, disjoint, and never touching', async () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const [ranges, set] = both(steps);
      for (let value = 0; value < 80; value += 1) {
        if (hasValue(ranges, value) !== set.has(value)) return false;
        const next = [...set].filter((member) => member >= value).sort((a, b) => a - b)[0];
        if (nextValue(ranges, value) !== next) return false;
      }
      const apart = ranges.every(
        (range, index) => range.from <= range.to && (index === 0 || (ranges[index - 1]?.to ?? 0) + 1 < range.from),
      );
      return apart && countValues(ranges) === set.size && JSON.stringify(rangesOf(set)) === JSON.stringify(ranges);
    }),
    { numRuns: 500 },
  );
});

t.test('a hole is kept: this is no high-water mark', async (t) => {
  const ranges = addRange(addRange(NO_RANGES, { from: 1, to: 3 }), { from: 7, to: 9 });
  t.notOk(hasValue(ranges, 5));
  t.strictSame(addRange(ranges, { from: 4, to: 6 }), [{ from: 1, to: 9 }]);
});
