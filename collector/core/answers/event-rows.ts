/**
 * Findings and marks as the rows that people and scripts read: one kind of object, one sentence each. Whether a server
 * "starts" or "resumes" depends on its history, so rows are told from the whole history in order and never stored: when
 * a late result rewrites the past, the sentences follow.
 */
import type { EventsRequest } from '../../../shared/core/ops-request.ts';
import type { EventRow } from '../../../shared/core/ops-view.ts';
import { type Failover, type Finding, type Interval, NOTICE_KINDS, type Notice, type Transition } from '../finding.ts';
import type { MarkEntry } from '../log-entry.ts';
import type { PlannedWithin } from '../maintenance/planned.ts';
import { failoverText, intervalText, isServed, textOf } from './event-text.ts';

/** What a person said, with its identifier, as the timeline keeps it. */
export interface StoredMark extends Omit<MarkEntry, 'kind'> {
  readonly id: string;
  /** Absent: a mark. */
  readonly kind?: 'pause' | 'resume' | 'maintenance-start' | 'maintenance-stop';
}

/** Kinds of rows that people made: they are told in reports, with who and why, and are no findings. */
export const SAID_KINDS = ['mark', 'pause', 'resume', 'maintenance-start', 'maintenance-stop'] as const;
export const isSaid = ({ kind }: Pick<EventRow, 'kind'>): boolean => SAID_KINDS.some((one) => one === kind);

/** A row, and what it was told by beside its finding. */
interface ToldRow {
  readonly row: EventRow;
  /** Whether the path or server had served before. */
  readonly servedBefore: boolean;
  /** Of a transition: whose it is. */
  readonly path: string;
}

/** Rows by their findings, which never change: one more finding in a long history is one more row, and not all of them anew. */
export type ToldRows = WeakMap<Finding, ToldRow>;

/** What rows are told by, beside findings and marks. */
export interface Telling {
  /** Absent: nothing is planned. */
  readonly planned?: PlannedWithin;
  /** Those told before, while nothing else was planned; those told now are added. */
  readonly told?: ToldRows;
}

/** Every row, by `at`; at the same moment a mark comes first, for it is the cause. */
export function eventRows(
  findings: Iterable<Finding>,
  marks: Iterable<StoredMark>,
  { planned = () => null, told = new WeakMap() }: Telling = {},
): readonly EventRow[] {
  const sorted = [...findings].sort((a, b) => momentOf(a) - momentOf(b) || order(a.kind) - order(b.kind) || byId(a, b));
  const served = new Set<string>();
  const rows = sorted.map((finding) => {
    const before = told.get(finding);
    const path = before?.path ?? ('lossRatio' in finding ? pathKey(finding) : '');
    const servedBefore = served.has(path);
    remember(finding, path, served);
    if (before !== undefined && before.servedBefore === servedBefore) return before.row;
    const row = { ...rowOf(finding, servedBefore), planned: plannedText(finding, planned) };
    told.set(finding, { row, servedBefore, path });
    return row;
  });
  return [...rows, ...[...marks].map(markRow)].sort(
    (a, b) => a.at - b.at || order(a.kind) - order(b.kind) || byId(a, b),
  );
}

/** Whether a row belongs to a request's list. */
export function isRequested(row: EventRow, request: Omit<EventsRequest, 'follow'>): boolean {
  if (request.group !== null && row.group !== null && row.group !== request.group) return false;
  if (row.kind === 'transition' && row.site !== null && !request.paths) return false;
  return (request.since === null || row.at >= request.since) && (request.until === null || row.at < request.until);
}

/** The row of a mark, a pause or a resume. */
export function markRow(mark: StoredMark): EventRow {
  const { id, kind = 'mark', at, receivedAt, group, server, site, text, actor, ref } = mark;
  return { ...NOTHING, id, kind, at, detected_at: receivedAt, group, server, site, text, actor, ref };
}

const NOTHING = {
  earliest: null,
  latest: null,
  detected_at: null,
  group: null,
  server: null,
  site: null,
  bucket: null,
  from: null,
  to: null,
  reason: null,
  actor: null,
  ref: null,
  late: false,
  scope: null,
  evidence: null,
  planned: null,
} as const;

const ORDER = [
  ...SAID_KINDS,
  'silent',
  'disagreement',
  'transition',
  'gap',
  'overlap',
  'failover',
  'fail-back',
  ...NOTICE_KINDS,
];
const order = (kind: string): number => ORDER.indexOf(kind);
const byId = (a: { readonly id: string }, b: { readonly id: string }): number =>
  a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
const momentOf = (finding: Finding): number => ('start' in finding ? finding.start.at : finding.at);

const pathKey = ({ group, server, site, bucket }: Transition): string => JSON.stringify([group, server, site, bucket]);

function remember(finding: Finding, path: string, served: Set<string>): void {
  if (finding.kind === 'transition' && (isServed(finding.to) || isServed(finding.from))) served.add(path);
}

/** Why it was to be expected; null: it was not. */
function plannedText(finding: Finding, planned: PlannedWithin): string | null {
  const { earliest: from, latest: to } = 'start' in finding ? finding.start : finding;
  const { group } = finding;
  const [server, site] = 'site' in finding ? [finding.server, finding.site] : [null, null];
  // Service moves for what is done to either end.
  const servers = 'gapMs' in finding ? [finding.from, finding.to] : [server];
  for (const one of servers) {
    const found = planned({ group, server: one, site }, { from, to });
    if (found !== null) return found.text;
  }
  return null;
}

function rowOf(finding: Finding, servedBefore: boolean): EventRow {
  if ('durationMs' in finding) return intervalRow(finding);
  if ('gapMs' in finding) return failoverRow(finding);
  return isNotice(finding) ? noticeRow(finding) : transitionRow(finding, servedBefore);
}

function transitionRow(finding: Transition, servedBefore: boolean): EventRow {
  const { id, kind, at, earliest, latest, detectedAt, group, server, site, bucket, from, to, reason, late } = finding;
  const text = textOf(finding, servedBefore);
  const where = { group, server, site, bucket };
  return {
    ...NOTHING,
    id,
    kind,
    at,
    earliest,
    latest,
    detected_at: detectedAt,
    ...where,
    from,
    to,
    reason,
    text,
    late,
    evidence: finding.evidence,
  };
}

const isNotice = (finding: Finding): finding is Notice => NOTICE_KINDS.some((kind) => kind === finding.kind);

function noticeRow({ detectedAt, ...notice }: Notice): EventRow {
  return { ...NOTHING, ...notice, detected_at: detectedAt };
}

function intervalRow(finding: Interval): EventRow {
  const { id, kind, group, bucket, start, end, durationMs, uncertaintyMs, detectedAt, late } = finding;
  const text = intervalText(finding);
  return {
    ...NOTHING,
    id,
    kind,
    ...start,
    detected_at: detectedAt,
    group,
    bucket,
    text,
    late,
    start,
    end,
    duration_ms: durationMs,
    uncertainty_ms: uncertaintyMs,
  };
}

function failoverRow(finding: Failover): EventRow {
  const { id, kind, group, bucket, from, to, start, gapMs, uncertaintyMs, detectedAt, late } = finding;
  const text = failoverText(finding);
  const lengths = { gap_ms: gapMs, uncertainty_ms: uncertaintyMs };
  return { ...NOTHING, id, kind, ...start, detected_at: detectedAt, group, bucket, from, to, text, late, ...lengths };
}
