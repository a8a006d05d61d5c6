/**
 * The event table so far, as an alert carries it: the rows of the report from shortly before the cause until now, in the report's
 * own words, as text that a mail or a chat shows as it is. Bounded: the newest rows stay.
 */
import type { EventRow } from '../../../shared/core/ops-view.ts';
import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import { reportTable } from '../answers/report.ts';
import { reportLines } from '../answers/report-text.ts';
import type { AlertRecord } from './alert-record.ts';
import { TABLE_BEFORE_US, TABLE_LENGTH_MAX, TABLE_ROWS_MAX } from './limits.ts';

export interface TableSources {
  /** Every row of the timeline, by `at`. */
  readonly rows: readonly EventRow[];
  readonly zone: string;
  readonly now: UnixMicros;
}

/** @returns lines with a head; empty when nothing happened */
export function eventTable({ condition, since }: AlertRecord, { rows, zone, now }: TableSources): string {
  const { group, sites } = condition;
  const from = unixMicros(since - TABLE_BEFORE_US);
  // What belongs to no group is about sites: their silences, and what people said.
  const own =
    group === null ? rows.filter((row) => (row.site === null ? row.group === null : sites.includes(row.site))) : rows;
  const table = reportTable({ group: group ?? '', since: from, until: unixMicros(now + 1) }, own);
  const lines = reportLines(table, zone).map(({ cells }) => cells);
  if (lines.length === 0) return '';
  const shown = lines.slice(-TABLE_ROWS_MAX);
  const left = lines.length - shown.length;
  const text = aligned([['Event', `Time (${zone})`, 'Elapsed', '±'], ...shown]);
  return withinLength(left === 0 ? text : [...text, `(${left} earlier rows left out)`]);
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** The head, and as many of the last lines as fit. */
function withinLength([head = '', ...lines]: readonly string[]): string {
  const taken: string[] = [];
  let length = head.length;
  for (const line of lines.toReversed()) {
    length += line.length + 1;
    if (length > TABLE_LENGTH_MAX) break;
    taken.unshift(line);
  }
  return [head, ...taken].join('\n');
}
