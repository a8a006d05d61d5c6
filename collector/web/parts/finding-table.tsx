/** Findings and marks of a period as a table: what the chart shows, for reading, and the way from each to its report. */
import type { EventRow } from '../../../shared/core/ops-view.ts';
import { isReported, lengthOf, periodAround } from '../core/findings-list.ts';
import type { Viewer } from '../core/moment-text.ts';
import { rowLook } from '../core/news.ts';
import { hashOf, placeOf } from '../core/place.ts';
import { Moment } from './moment.tsx';
import { ShapeMark } from './state-mark.tsx';

/** More are in the report, and in `dorawatch events`. */
const SHOWN_MAX = 200;

interface FindingTableProps {
  readonly group: string;
  readonly rows: readonly EventRow[];
  readonly viewer: Viewer;
}

export function FindingTable({ group, rows, viewer }: FindingTableProps) {
  if (rows.length === 0) return <p class="empty">Nothing happened in this period.</p>;
  return (
    <div class="wide">
      <table class="folding found">
        <caption class="unseen">What happened in {group}, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Time ({viewer.zoneName})</th>
            <th scope="col">What</th>
            <th scope="col">How long</th>
            <th scope="col" class="not-printed">
              More
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, SHOWN_MAX).map((row) => (
            <FindingRow key={row.id} row={row} group={group} viewer={viewer} />
          ))}
        </tbody>
      </table>
      {rows.length > SHOWN_MAX && (
        <p class="empty">
          The newest {SHOWN_MAX} of {rows.length}.
        </p>
      )}
    </div>
  );
}

function FindingRow({ row, group, viewer }: { readonly row: EventRow } & Omit<FindingTableProps, 'rows'>) {
  const { shape, tone } = rowLook(row);
  const credit = [row.ref, row.actor].filter((part) => part !== null).join(', ');
  const report = hashOf({ ...placeOf(''), view: 'report', group, ...periodAround(row) });
  return (
    <tr>
      <td>
        <Moment at={row.at} earliest={row.earliest} latest={row.latest} viewer={viewer} />
      </td>
      <td class="what">
        <ShapeMark shape={shape} tone={tone} size={9} /> {row.text}
        {credit !== '' && <span class="soft"> ({credit})</span>}
        {row.late && <span class="soft"> learned late</span>}
      </td>
      <td>{lengthOf(row)}</td>
      {isReported(row) ? (
        <td class="not-printed">
          <a href={report} aria-label={`Report of: ${row.text}`}>
            Report
          </a>
        </td>
      ) : (
        <td class="not-printed" />
      )}
    </tr>
  );
}
