/** Planned work above the lanes, in words: a bar as long as it lasts. Pressing one shows its time. */
import type { PlannedView } from '../../../shared/core/history-view.ts';
import type { Scale } from '../core/lane-columns.ts';
import type { Viewer } from '../core/moment-text.ts';
import { chosen } from '../core/place.ts';
import { plannedBars, plannedWords } from '../core/planned-bars.ts';
import type { Go } from '../io/location.ts';
import { extentOf } from './backdrop.tsx';

interface PlannedProps {
  readonly planned: readonly PlannedView[];
  /** Where those end that last, µs. */
  readonly until: number;
  readonly scale: Scale;
  readonly viewer: Viewer;
  readonly go: Go;
}

const LEVEL_PX = 24;

export function PlannedRibbon({ planned, until, scale, viewer, go }: PlannedProps) {
  const bars = plannedBars(planned, scale);
  const levels = 1 + bars.reduce((most, { level }) => Math.max(most, level), 0);
  const show = (from: number, to: number): void => {
    const room = (to - from) / 4;
    go(chosen(from - room, to + room));
  };
  return (
    <ul class="ribbon" aria-label="Planned work" style={{ height: `${levels * LEVEL_PX}px` }}>
      {bars.map(({ planned: one, from, to, level }) => {
        const end = one.to ?? until;
        const words = plannedWords(one, viewer);
        const place = { top: `${level * LEVEL_PX}px`, ...extentOf(scale, from, to) };
        return (
          <li key={`${one.from} ${one.text} ${one.server} ${one.site}`} style={place}>
            <button
              type="button"
              class="planned-bar"
              title={words}
              aria-label={words}
              onClick={() => show(one.from, end)}
            >
              {one.text}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
