/** What was found out last: the newest of the past day, and on top of it what comes in while one looks. */
import type { EventRow } from '../../../shared/core/ops-view.ts';
import type { EventsAnswer } from '../core/api-shapes.ts';
import { agoText, bracketText, utcText, type Viewer } from '../core/moment-text.ts';
import { newsOf, rowLook } from '../core/news.ts';
import { apiUrl } from '../io/api.ts';
import { useAsked } from '../io/asked.ts';
import type { Told } from '../io/live.ts';
import { ShapeMark } from './state-mark.tsx';

const SHOWN = 10;

export function NewsCard({ told, viewer }: { readonly told: Told; readonly viewer: Viewer }) {
  const asked = useAsked<EventsAnswer>(apiUrl('events', { since: '-24h', limit: SHOWN }), told.round);
  const rows = newsOf(told.news, asked.value?.events ?? []).slice(0, SHOWN);
  return (
    <section class="card" aria-labelledby="news">
      <div class="card-head">
        <h2 id="news">Found out last</h2>
        {rows.length === 0 && <span class="soft">nothing in 24 hours</span>}
      </div>
      <ul aria-live="polite" aria-relevant="additions">
        {rows.map((row) => (
          <NewsRow key={row.id} row={row} viewer={viewer} isOneGroup={told.status?.groups.length === 1} />
        ))}
      </ul>
    </section>
  );
}

interface NewsRowProps {
  readonly row: EventRow;
  readonly viewer: Viewer;
  readonly isOneGroup: boolean;
}

function NewsRow({ row, viewer, isOneGroup }: NewsRowProps) {
  const { tone, shape } = rowLook(row);
  return (
    <li>
      <span class="news-text">
        <ShapeMark shape={shape} tone={tone} size={9} /> {row.text}
      </span>
      <span class="soft" title={utcText(row)}>
        {bracketText(row, viewer)} · {agoText(row.at, viewer.now)}
        {row.group === null || isOneGroup ? '' : ` · ${row.group}`}
        {row.late ? ' · learned late' : ''}
      </span>
    </li>
  );
}
