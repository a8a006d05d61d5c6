/**
 * Findings and marks as the rows that people and scripts read: one kind of object, one sentence each. Whether a server
 * "starts" or "resumes" depends on its history, so rows are told from the whole history in order and never stored: when
 * a late result rewrites the past, the sentences follow.
 */
import type { EventsRequest } from '../../../shared/core/ops-request.ts';
import type { EventRow } from '../../../shared/core/ops-view.ts';
import {
  type Failover,
  type Finding,
  type Interval,
  NOTICE_KINDS,
  type Notice,
  type State,
  type Transition,
} from '../finding.ts';
import type { MarkEntry } from '../log-entry.ts';

/** What a person said, with its identifier, as the timeline keeps it. */
export interface StoredMark extends Omit<MarkEntry, 'kind'> {
  readonly id: string;
  /** Absent: a mark. */
  readonly kind?: 'pause' | 'resume';
}

/** Rows that people made: they are told in reports, with who and why, and are no findings. */
export const isSaid = ({ kind }: Pick<EventRow, 'kind'>): boolean =>
  kind === 'mark' || kind === 'pause' || kind === 'resume';

/** Every row, by `at`; at the same moment a mark comes first, for it is the cause. */
export function eventRows(findings: Iterable<Finding>, marks: Iterable<StoredMark>): readonly EventRow[] {
  const told = [...findings].sort((a, b) => momentOf(a) - momentOf(b) || order(a.kind) - order(b.kind) || byId(a, b));
  const served = new Set<string>();
  const rows = told.map((finding) => {
    const row = rowOf(finding, served);
    remember(finding, served);
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
} as const;

const ORDER = [
  'mark',
  'pause',
  'resume',
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

const isServed = (state: State): boolean => state === 'serving' || state === 'degraded';
const pathKey = ({ group, server, site, bucket }: Transition): string => JSON.stringify([group, server, site, bucket]);

function remember(finding: Finding, served: Set<string>): void {
  if (finding.kind === 'transition' && (isServed(finding.to) || isServed(finding.from))) served.add(pathKey(finding));
}

function rowOf(finding: Finding, served: ReadonlySet<string>): EventRow {
  if ('durationMs' in finding) return intervalRow(finding);
  if ('gapMs' in finding) return failoverRow(finding);
  return isNotice(finding) ? noticeRow(finding) : transitionRow(finding, served.has(pathKey(finding)));
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

const capitalised = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1);

function textOf(finding: Transition, servedBefore: boolean): string {
  if (finding.kind === 'silent') return silenceText(finding);
  return finding.kind === 'disagreement' ? disagreementText(finding) : transitionText(finding, servedBefore);
}

function disagreementText({ site, server, to, agents }: Transition): string {
  const [one, other] = [agents?.unanswered ?? '?', agents?.answered ?? '?'];
  const who = `Site ${site ?? '?'}: agents ${[one, other].sort().join(' and ')}`;
  if (to !== 'degraded') return `${who} agree about ${server ?? '?'} again`;
  return `${who} disagree about ${server ?? '?'} (${one} is not answered)`;
}

function silenceText({ site, to }: Transition): string {
  return to === 'unknown' ? `Site ${site ?? '?'} is silent: no agent reports` : `Site ${site ?? '?'} reports again`;
}

/** "Primary stops serving leases", with the site at the end when it is one path's. */
function transitionText(finding: Transition, servedBefore: boolean): string {
  const at = finding.site === null ? '' : ` at ${finding.site}`;
  return `${capitalised(finding.server ?? '?')} ${verb(finding, servedBefore)}${at}`;
}

/** What a degraded server has, where its figures do not say it in a few words; the evidence does. */
const DEGRADED_BY: Readonly<Record<string, string>> = {
  slow: 'far slower than usual',
  overloaded: 'overloaded: loses while answers queue',
  'some-identities': 'some identities are refused',
};

function verb({ from, to, reason, sites, lossRatio }: Transition, servedBefore: boolean): string {
  switch (to) {
    case 'serving':
      return servedBefore || isServed(from) ? 'resumes serving leases' : 'starts serving leases';
    case 'non-serving':
      // Out of unknown nothing was seen to stop.
      return from === 'unknown' && !servedBefore ? 'is not serving leases' : 'stops serving leases';
    case 'degraded': {
      if (sites !== null && sites.served < sites.reporting) {
        return `is degraded (${sites.served} of ${sites.reporting} sites served)`;
      }
      const why = DEGRADED_BY[reason];
      if (why !== undefined) return `is degraded (${why})`;
      return lossRatio === null ? 'is degraded' : `is degraded (${Math.round(lossRatio * 100)} % of exchanges lost)`;
    }
    case 'unknown':
      return reason === 'foreign-source' ? 'is unknown: only other addresses answer' : 'is unknown: no news of it';
  }
}

function intervalRow(finding: Interval): EventRow {
  const { id, kind, group, bucket, start, end, durationMs, uncertaintyMs, detectedAt, late } = finding;
  const text = kind === 'gap' ? 'No server serves leases' : 'More than one server serves leases';
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
  const text = `${kind === 'failover' ? 'Failover' : 'Fail-back'} from ${from} to ${to}`;
  const lengths = { gap_ms: gapMs, uncertainty_ms: uncertaintyMs };
  return { ...NOTHING, id, kind, ...start, detected_at: detectedAt, group, bucket, from, to, text, late, ...lengths };
}
