/** A group's findings as lines of a table, and the period that shows one of them whole. */
import type { TimelineView } from '../../../shared/core/history-view.ts';
import type { EventRow } from '../../../shared/core/ops-view.ts';
import { lengthText } from '../../core/answers/clock-text.ts';
import { chosen } from './place.ts';

const ROOM_US = 120e6;

/** Newest first. */
export function findingsOf({ gaps, overlaps, failovers, marks, silences }: TimelineView): readonly EventRow[] {
  return [...gaps, ...overlaps, ...failovers, ...marks, ...silences].sort((a, b) => b.at - a.at);
}

/** Those that a report is made of by a click. */
export const isReported = ({ kind }: Pick<EventRow, 'kind'>): boolean =>
  kind === 'gap' || kind === 'overlap' || kind === 'failover' || kind === 'fail-back';

/** Two minutes around it, so that what led to it and what came of it are in the table; of what is not over, up to now. */
export function periodAround(row: EventRow): { readonly since: string; readonly until: string | null } {
  const before = Math.min(row.at, row.start?.at ?? row.at) - (row.gap_ms ?? 0) * 1000;
  const after = row.end?.at ?? row.at;
  const period = chosen(before - ROOM_US, after + ROOM_US);
  return isOpen(row) ? { ...period, until: null } : period;
}

const isOpen = ({ kind, end }: EventRow): boolean => (kind === 'gap' || kind === 'overlap') && (end ?? null) === null;

/** "3.5s", "3.5s without service", "not over yet"; empty where a length has no meaning. */
export function lengthOf(row: EventRow): string {
  if (row.kind === 'gap' || row.kind === 'overlap')
    return row.duration_ms === null || row.duration_ms === undefined ? 'not over yet' : lengthText(row.duration_ms);
  return row.gap_ms ? `${lengthText(row.gap_ms)} without service` : '';
}
