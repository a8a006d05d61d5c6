/**
 * The report of a group over a period: the table that a person would otherwise type by hand, with what the person misses.
 * Pure over rows already told; how it looks on a terminal or in Markdown is report-text's.
 */
import type { EventRow, FailoverView, ReportRow, ReportView } from '../../../shared/core/ops-view.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';
import { NOTICE_KINDS } from '../finding.ts';
import { isRequested, SAID_KINDS } from './event-rows.ts';

export interface ReportPeriod {
  readonly group: string;
  readonly mode: string;
  readonly since: UnixMicros;
  readonly until: UnixMicros;
}

/** What of a report is a table of events. */
export type ReportTable = Pick<ReportView, 'since' | 'until' | 'rows' | 'gaps' | 'overlaps' | 'failovers'>;

/** @param events every row of the timeline, by `at` */
export const reportOf = (
  period: ReportPeriod,
  events: readonly EventRow[],
  { measured, availability, planned }: Pick<ReportView, 'measured' | 'availability' | 'planned'>,
): ReportView => ({ ...period, ...reportTable(period, events), measured, availability, planned });

/**
 * @returns rows are marks, pauses, server verdicts, silences and notices in order; a server's first verdict (out of unknown) is no row,
 *   because nothing changed then but our knowledge
 */
export function reportTable(
  { group, since, until }: Omit<ReportPeriod, 'mode'>,
  events: readonly EventRow[],
): ReportTable {
  const first = firstVerdicts(events);
  const mine = events.filter((row) => isRequested(row, { group, since: null, until, paths: false }));
  const within = mine.filter((row) => row.at >= since);
  const rows = within.filter((row) => ROW_KINDS.has(row.kind) && !first.has(row.id)).map(withElapsed);
  // An interval that began before the period and reaches into it is a part of it.
  const reaching = mine.filter((row) => row.at >= since || (row.end === null ? true : (row.end?.at ?? 0) > since));
  return {
    since,
    until,
    rows,
    gaps: reaching.filter((row) => row.kind === 'gap'),
    overlaps: reaching.filter((row) => row.kind === 'overlap'),
    failovers: within.flatMap(failoverView),
  };
}

const ROW_KINDS: ReadonlySet<string> = new Set([...SAID_KINDS, 'transition', 'silent', ...NOTICE_KINDS]);

function withElapsed(row: EventRow, index: number, all: readonly EventRow[]): ReportRow {
  const before = all[index - 1];
  return { ...row, elapsed_ms: before === undefined ? null : Math.round((row.at - before.at) / 1000) };
}

function failoverView(row: EventRow): readonly FailoverView[] {
  if ((row.kind !== 'failover' && row.kind !== 'fail-back') || row.from === null || row.to === null) return [];
  const { from, to, at, kind, planned } = row;
  return [{ from, to, at, gap_ms: row.gap_ms ?? null, uncertainty_ms: row.uncertainty_ms ?? null, kind, planned }];
}

/** The identifiers of first verdicts: per server the earliest transition, when it comes out of unknown. */
function firstVerdicts(events: readonly EventRow[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const first = new Set<string>();
  for (const row of events) {
    if (row.kind !== 'transition' || row.site !== null) continue;
    const key = JSON.stringify([row.group, row.server, row.bucket]);
    if (!seen.has(key) && row.from === 'unknown') first.add(row.id);
    seen.add(key);
  }
  return first;
}
