/** Where a time lies in gaps, asked once for each of tens of thousands of spans: a search by halves, not a walk. */
import type { TimelineView } from '../../../shared/core/history-view.ts';

interface Time {
  readonly from: number;
  readonly to: number;
}

/** A part of a time, in gaps or between them. */
export interface GapPart extends Time {
  readonly inGap: boolean;
}

export interface GapTimes {
  /** The parts of [from, to), in order and without a hole. */
  partsOf(from: number, to: number): readonly GapPart[];
}

/** @param timeline its open gaps last to its end */
export function gapTimes({ gaps, until }: Pick<TimelineView, 'gaps' | 'until'>): GapTimes {
  const merged = mergedOf(gaps.map((gap) => ({ from: gap.at, to: gap.end?.at ?? until })));
  return {
    partsOf: (from, to) => {
      const parts: GapPart[] = [];
      let done = from;
      for (let index = firstAfter(merged, from); done < to; index += 1) {
        const gap = merged[index];
        const begins = Math.min(gap?.from ?? to, to);
        if (begins > done) parts.push({ from: done, to: begins, inGap: false });
        const ends = Math.min(gap?.to ?? to, to);
        if (begins < ends) parts.push({ from: Math.max(begins, done), to: ends, inGap: true });
        done = ends;
      }
      return parts;
    },
  };
}

/** In load balancing the gaps of the two halves may overlap. One without a length cuts nothing. */
function mergedOf(times: readonly Time[]): readonly Time[] {
  const merged: { from: number; to: number }[] = [];
  for (const { from, to } of times.filter((time) => time.from < time.to).sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

/** @returns the index of the first that ends after a moment */
function firstAfter(times: readonly Time[], moment: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle]?.to ?? 0) <= moment) low = middle + 1;
    else high = middle;
  }
  return low;
}
