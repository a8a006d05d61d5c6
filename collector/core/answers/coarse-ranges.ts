/**
 * Sets of positions told coarsely: a few ranges with small holes filled, so that a set stays small whatever is put into it. It
 * may hold more than it was given, never less. Rejected: exact ranges; entries of two hours that arrive in turn have one each.
 */
import type { Range, Ranges } from '../../../shared/core/ranges.ts';
import { PERIOD_HOLE, PERIOD_RANGES_MAX } from './limits.ts';

/** Ranges as [from, to, from, to …]. */
export const flat = (ranges: Ranges): number[] => ranges.flatMap(({ from, to }) => [from, to]);

/** What flat() gave. */
export function unflat(numbers: readonly number[]): Range[] {
  const ranges: Range[] = [];
  for (let i = 0; i < numbers.length; i += 2) ranges.push({ from: numbers[i] ?? 0, to: numbers[i + 1] ?? 0 });
  return ranges;
}

/** Adds a position, filling a small hole rather than opening a range; beyond the bound the smallest hole is filled. */
export function addCoarse(ranges: Range[], position: number): void {
  const last = ranges.at(-1);
  if (last !== undefined && position >= last.from) {
    if (position <= last.to) return;
    if (position - last.to <= PERIOD_HOLE) ranges[ranges.length - 1] = { from: last.from, to: position };
    else ranges.push({ from: position, to: position });
  } else {
    const all = merged([...ranges, { from: position, to: position }], PERIOD_HOLE);
    ranges.splice(0, ranges.length, ...all);
  }
  if (ranges.length > PERIOD_RANGES_MAX) fillSmallestHole(ranges);
}

function fillSmallestHole(ranges: Range[]): void {
  let smallest = 1;
  const hole = (i: number): number => (ranges[i]?.from ?? 0) - (ranges[i - 1]?.to ?? 0);
  for (let i = 2; i < ranges.length; i += 1) if (hole(i) < hole(smallest)) smallest = i;
  const [low, high] = [ranges[smallest - 1], ranges[smallest]];
  if (low !== undefined && high !== undefined) ranges.splice(smallest - 1, 2, { from: low.from, to: high.to });
}

/** Sorted, and joined where less than `hole` is between two. */
export function merged(ranges: readonly Range[], hole: number): readonly Range[] {
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && from - last.to <= hole + 1) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  return joined;
}
