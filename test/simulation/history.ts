/**
 * Drives verdicts as the collector does, over a log in memory: old history is folded again as soon as that is due, and what
 * then stands is compared with what stands when everything came in time.
 */
import type { Finding } from '../../collector/core/finding.ts';
import type { BatchEntry, LogEntry } from '../../collector/core/log-entry.ts';
import type { Slice } from '../../collector/core/verdicts/history-fold.ts';
import type { Verdicts } from '../../collector/core/verdicts/verdicts.ts';
import type { FindingChange } from '../../collector/core/verdicts/views.ts';
import { type UnixMicros, unixMicros } from '../../shared/core/units.ts';

/** More than any agent's clock is wrong here. */
const GENEROUS_US = 200e6;

/** Findings as they stand, and everything that was raised as news. */
export interface Told {
  readonly standing: Map<string, Finding>;
  readonly changes: FindingChange[];
  /** Folds of history. */
  folds: number;
}

export const nothingTold = (): Told => ({ standing: new Map(), changes: [], folds: 0 });

function tell(told: Told, changes: readonly FindingChange[]): void {
  for (const change of changes) {
    told.changes.push(change);
    if (change.kind === 'withdrawn') told.standing.delete(change.finding.id);
    else told.standing.set(change.finding.id, change.finding);
  }
}

/** Applies entries, folding history again when it is due. @param log all entries so far, which a fold of history reads */
export function drive(verdicts: Verdicts, log: readonly LogEntry[], told: Told, from = 0): void {
  for (let next = from; next < log.length; next++) {
    const entry = log[next] as LogEntry;
    tell(told, verdicts.apply(entry));
    if (verdicts.isHistoryDue(entry.receivedAt)) rewrite(verdicts, log.slice(0, next + 1), told, entry.receivedAt);
  }
}

/** Folds history again if that is due. */
export function rewrite(verdicts: Verdicts, log: readonly LogEntry[], told: Told, now: UnixMicros): void {
  if (!verdicts.isHistoryDue(now)) return;
  const history = verdicts.foldHistory(now);
  for (let slice = history.slice(); slice !== null; slice = history.slice()) {
    for (const entry of log) if (bearsOn(entry, slice)) history.take(entry);
    while (history.step());
  }
  tell(told, history.finish([...told.standing.values()]));
  told.folds++;
}

/** A host that booted without its clock; the index finds what it sent by its samples. */
const ASTRAY_US = 86_400e6;

/** As the inbox's index would have it: generous, by the agent's clock. */
function bearsOn(entry: LogEntry, { from, to }: Slice): boolean {
  if (entry.kind !== 'batch') return entry.kind === 'clock';
  const { anchor, fromUs, completeThroughUs } = entry.batch;
  if (Math.abs(anchor - entry.receivedAt) > ASTRAY_US) return true;
  return anchor + completeThroughUs >= from - GENEROUS_US && anchor + fromUs < to + GENEROUS_US;
}

/** The log again with what an agent sent in a span received only at its end. Clock samples stay where they are. */
export function heldBack(
  log: readonly LogEntry[],
  isHeld: (entry: BatchEntry) => boolean,
  until: UnixMicros,
  perSecond = Number.POSITIVE_INFINITY,
): LogEntry[] {
  const held = log.filter((entry): entry is BatchEntry => entry.kind === 'batch' && isHeld(entry));
  const late = held.map((entry, i) => ({
    ...entry,
    receivedAt: unixMicros(until + Math.floor(i / perSecond) * 1e6),
  }));
  const rest = log.filter((entry) => !(entry.kind === 'batch' && isHeld(entry)));
  return [...rest, ...late].sort((a, b) => a.receivedAt - b.receivedAt);
}

/** What must be equal, however late it came: everything but when it was detected and that it was late. */
export function plain(findings: Iterable<Finding>): unknown[] {
  return [...findings]
    .map((finding) => ({ ...finding, detectedAt: 0, decided: 0, late: false }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
