/** Planned work as bars above the lanes: what each says, and in which row it has room beside the others. */
import type { PlannedView } from '../../../shared/core/history-view.ts';
import { momentText, spanText, type Viewer } from './moment-text.ts';

export interface PlannedBar {
  readonly planned: PlannedView;
  readonly from: number;
  readonly to: number;
  /** 0: the uppermost. */
  readonly level: number;
}

/** More at one time than so many lie over each other. */
const LEVELS_MAX = 3;

/** @param until where those end that last */
export function plannedBars(planned: readonly PlannedView[], until: number): readonly PlannedBar[] {
  const ends: number[] = [];
  return [...planned]
    .sort((a, b) => a.from - b.from)
    .map((one) => {
      const { from } = one;
      const to = one.to ?? until;
      const free = ends.findIndex((end) => end <= from);
      const level = free === -1 ? Math.min(ends.length, LEVELS_MAX - 1) : free;
      ends[level] = Math.max(to, ends[level] ?? 0);
      return { planned: one, from, to, level };
    });
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
