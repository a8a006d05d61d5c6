/**
 * One alert from its first sign to its end, as a value: pending (wrong, not for long enough yet, or held back), open (told), over.
 * It is plain JSON, so that a collector that is started again goes on with the same alerts and calls nobody twice.
 *
 * Rejected: the state as a word beside the moments. `firedAt` and `endedAt` say it, and cannot disagree with themselves.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { FlappingRule } from './alert-kind.ts';
import type { Condition } from './condition.ts';

export interface AlertRecord {
  /** As it was last seen. */
  readonly condition: Condition;
  /** Whether it is so now, as far as anybody knows. */
  readonly isPresent: boolean;
  /** When this occurrence began, µs. */
  readonly since: UnixMicros;
  /** When it was first told and when it was over, µs; null: not yet. */
  readonly firedAt: UnixMicros | null;
  readonly endedAt: UnixMicros | null;
  /** Why it is not told; null: nothing holds it back. */
  readonly held: string | null;
  /** When it was last held back, µs; 0: never. */
  readonly heldAt: number;
  /** When it came or went lately, µs, oldest first. */
  readonly changes: readonly number[];
  readonly isFlapping: boolean;
  /** What is said of it now: its own words, or those of what it has become. */
  readonly summary: string;
  readonly evidence: string | null;
  readonly sites: readonly string[];
  /** As the rule was when it was told: another label would be another alert. */
  readonly severity: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly runbook: string | null;
}

/** Told, and not over. */
export const isOpen = ({ firedAt, endedAt }: AlertRecord): boolean => firedAt !== null && endedAt === null;

/** @returns a record of what has just come to be wrong */
export const begun = (condition: Condition, now: UnixMicros): AlertRecord => ({
  condition,
  isPresent: true,
  since: condition.since,
  firedAt: null,
  endedAt: null,
  held: null,
  heldAt: 0,
  changes: [now],
  isFlapping: false,
  summary: condition.summary,
  evidence: condition.evidence,
  sites: condition.sites,
  severity: '',
  labels: {},
  runbook: null,
});

/** The record with what is wrong now. @param found null: it is well @param isUnsure nobody knows */
export function seen(
  record: AlertRecord,
  { found, isUnsure, now }: { readonly found: Condition | null; readonly isUnsure: boolean; readonly now: UnixMicros },
): AlertRecord {
  if (found === null && isUnsure) return record;
  if (found === null) return record.isPresent ? { ...record, ...changed(record, now), isPresent: false } : record;
  const told = { condition: found, summary: found.summary, evidence: found.evidence, sites: found.sites };
  if (record.isPresent) return { ...record, ...told };
  const again = { ...record, ...changed(record, now), ...told, isPresent: true };
  if (isOpen(record)) return again;
  return { ...again, since: found.since, firedAt: null, endedAt: null };
}

/** A flood of changes is a flood after so many. */
const CHANGES_MAX = 64;

const changed = ({ changes, held }: AlertRecord, now: UnixMicros) => ({
  changes: held === null ? [...changes, now].slice(-CHANGES_MAX) : changes,
});

/** The record with its changes of late counted: what flaps does so until it has been quiet. */
export function counted(record: AlertRecord, rule: FlappingRule, now: UnixMicros): AlertRecord {
  const changes = record.changes.filter((at) => now - at < rule.withinMs * 1000);
  const isFlapping = record.isFlapping ? changes.length > 0 : changes.length >= rule.changes;
  if (isFlapping === record.isFlapping && changes.length === record.changes.length) return record;
  return { ...record, changes, isFlapping };
}
