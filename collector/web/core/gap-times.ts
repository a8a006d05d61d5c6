/** Whether a time lies within a gap, asked once for each of tens of thousands of spans: a search by halves, not a walk. */
import type { TimelineView } from '../../../shared/core/history-view.ts';

export interface GapTimes {
  /** Whether one gap holds all of it. */
  isWithin(from: number, to: number): boolean;
}

/** @param timeline its open gaps last to its end */
export function gapTimes({ gaps, until }: Pick<TimelineView, 'gaps' | 'until'>): GapTimes {
  const sorted = gaps.map((gap) => ({ from: gap.at, to: gap.end?.at ?? until })).sort((a, b) => a.from - b.from);
  // How far the gaps up to each reach: in load balancing those of the two halves may overlap.
  let reach = 0;
  const reaches = sorted.map(({ to }) => (reach = Math.max(reach, to)));
  return {
    isWithin: (from, to) => {
      let [low, high] = [0, sorted.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((sorted[middle]?.from ?? 0) <= from) low = middle + 1;
        else high = middle;
      }
      return low > 0 && (reaches[low - 1] ?? 0) >= to;
    },
  };
}
