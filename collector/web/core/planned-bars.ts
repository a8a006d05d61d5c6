/** Planned work as bars above the lanes: what each says, and in which row it has room beside the others. */
import type { PlannedView } from '../../../shared/core/history-view.ts';
import type { Scale } from './lane-columns.ts';
import { momentText, spanText, type Viewer } from './moment-text.ts';

export interface PlannedBar {
  readonly planned: PlannedView;
  /** What is drawn, µs since 1970: wider than it lasts where its words would have no room. */
  readonly from: number;
  readonly to: number;
  /** 0: the uppermost. */
  readonly level: number;
}

/** More at one time than so many lie over each other. */
const LEVELS_MAX = 3;
/** Room for some words. */
const WORDS_PX = 150;

export function plannedBars(planned: readonly PlannedView[], scale: Scale): readonly PlannedBar[] {
  const ends: number[] = [];
  return [...planned]
    .sort((a, b) => a.from - b.from)
    .map((one) => {
      const { from, to } = extentOf(one, scale);
      const free = ends.findIndex((end) => end <= from);
      const level = free === -1 ? Math.min(ends.length, LEVELS_MAX - 1) : free;
      ends[level] = Math.max(to, ends[level] ?? 0);
      return { planned: one, from, to, level };
    });
}

/** Within the picture, and as long as its words; at the right edge they begin before it. */
function extentOf({ from, to }: PlannedView, { since, until, width }: Scale): { from: number; to: number } {
  const begin = Math.max(since, from);
  const end = Math.min(until, to ?? until);
  const least = Math.min(1, WORDS_PX / width) * (until - since);
  if (end - begin >= least) return { from: begin, to: end };
  return begin + least <= until ? { from: begin, to: begin + least } : { from: end - least, to: end };
}

/** "Kernel update: planned for primary, 01:00:00 to 03:00:00 (2h)" */
export function plannedWords({ from, to, server, site, text }: PlannedView, viewer: Viewer): string {
  const where = [server, site === null ? null : `site ${site}`].filter((part) => part !== null).join(', ');
  const whom = where === '' ? '' : ` for ${where}`;
  const when =
    to === null
      ? `since ${momentText(from, viewer)}`
      : `${momentText(from, viewer)} to ${momentText(to, viewer)} (${spanText(from, to)})`;
  return `${text}: planned${whom}, ${when}`;
}
