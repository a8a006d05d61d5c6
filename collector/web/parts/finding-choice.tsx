/** The failovers, gaps and overlaps of the past month: each one click away from its report. */
import type { EventsAnswer } from '../core/api-shapes.ts';
import { isReported, lengthOf, periodAround } from '../core/findings-list.ts';
import { momentText, type Viewer } from '../core/moment-text.ts';
import { rowLook } from '../core/news.ts';
import { hashOf, type Place, placeOf } from '../core/place.ts';
import { apiUrl } from '../io/api.ts';
import { useAsked } from '../io/asked.ts';
import { ShapeMark } from './state-mark.tsx';

const SHOWN_MAX = 12;

interface ChoiceProps {
  readonly group: string;
  readonly place: Place;
  readonly round: number;
  readonly viewer: Viewer;
}

export function FindingChoice({ group, place, round, viewer }: ChoiceProps) {
  const asked = useAsked<EventsAnswer>(apiUrl('events', { group, since: '-30d', limit: 1000 }), round);
  const rows = (asked.value?.events ?? []).filter(isReported).reverse().slice(0, SHOWN_MAX);
  return (
    <nav class="card not-printed" aria-labelledby="choose">
      <div class="card-head">
        <h2 id="choose">Of the past 30 days</h2>
      </div>
      {rows.length === 0 && <p class="empty">No gap, overlap or failover.</p>}
      <ul class="side">
        {rows.map((row) => {
          const period = periodAround(row);
          const { shape, tone } = rowLook(row);
          return (
            <li key={row.id}>
              <ShapeMark shape={shape} tone={tone} size={9} />{' '}
              <a
                href={hashOf({ ...placeOf(''), view: 'report', group, ...period })}
                aria-current={period.since === place.since && period.until === place.until ? 'true' : undefined}
              >
                {row.text}
              </a>
              <div class="soft">
                {momentText(row.at, viewer)} {lengthOf(row)}
              </div>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
