/**
 * A set of whole numbers as sorted, disjoint, non-adjacent ranges: which sequences of an epoch are stored, which positions
 * of a spool are still to send. Live batches overtake the backlog, so a hole in the middle is normal.
 *
 * Rejected: a high-water mark (it would call a backlog batch a duplicate and lose it), and a Set of numbers (a day of
 * one-second batches from 142 agents is twelve million members; as ranges it is a few hundred).
 */

/** Whole numbers from … to, both included; from ≤ to. */
export interface Range {
  readonly from: number;
  readonly to: number;
}
/** Ascending, with at least one missing number between two neighbours. */
export type Ranges = readonly Range[];

/** The set without members. */
export const NO_RANGES: Ranges = [];

/** Whether `value` is in the set. */
export function hasValue(ranges: Ranges, value: number): boolean {
  const range = ranges[firstEndingAtOrAfter(ranges, value)];
  return range !== undefined && range.from <= value;
}

/** The set with all of `added` in it as well. O(log n) when it extends the last range, which is nearly always. */
export function addRange(ranges: Ranges, added: Range): Ranges {
  // Neighbours that touch melt together: look one further on both sides.
  const start = firstEndingAtOrAfter(ranges, added.from - 1);
  let end = start;
  let { from, to } = added;
  for (let range = ranges[end]; range !== undefined && range.from <= added.to + 1; range = ranges[++end]) {
    from = Math.min(from, range.from);
    to = Math.max(to, range.to);
  }
  return [...ranges.slice(0, start), { from, to }, ...ranges.slice(end)];
}

/** The set with none of `removed` in it. */
export function removeRange(ranges: Ranges, removed: Range): Ranges {
  const start = firstEndingAtOrAfter(ranges, removed.from);
  const kept: Range[] = [];
  let end = start;
  for (let range = ranges[end]; range !== undefined && range.from <= removed.to; range = ranges[++end]) {
    if (range.from < removed.from) kept.push({ from: range.from, to: removed.from - 1 });
    if (range.to > removed.to) kept.push({ from: removed.to + 1, to: range.to });
  }
  return [...ranges.slice(0, start), ...kept, ...ranges.slice(end)];
}

/** The smallest member that is at least `value`, or undefined. */
export function nextValue(ranges: Ranges, value: number): number | undefined {
  const range = ranges[firstEndingAtOrAfter(ranges, value)];
  return range === undefined ? undefined : Math.max(range.from, value);
}

/** How many members. */
export function countValues(ranges: Ranges): number {
  let count = 0;
  for (const range of ranges) count += range.to - range.from + 1;
  return count;
}

/** Any numbers, in any order, as ranges. */
export function rangesOf(values: Iterable<number>): Ranges {
  const found: { from: number; to: number }[] = [];
  for (const value of [...values].sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last !== undefined && value <= last.to + 1) last.to = value;
    else found.push({ from: value, to: value });
  }
  return found;
}

/** Index of the first range whose end is at or after `value`; the number of ranges if there is none. */
function firstEndingAtOrAfter(ranges: Ranges, value: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.to ?? value) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
