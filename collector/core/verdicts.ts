/**
 * Verdicts: the detector as a pure fold over the log. One entry in, the findings that it changed out. Nothing but the
 * entries is read: no clock, no store, no randomness, so a restart or a second collector concludes the same.
 *
 * (Thin first version: the signature that others build on; the fold follows.)
 */
import type { FindingChange, VerdictsView } from './verdict-views.ts';
import type { LogEntry } from './log-entry.ts';

/** The fold's whole state as plain JSON, bounded in size (see verdict-limits). Opaque to everybody but restoreVerdicts. */
export interface VerdictsSnapshot {
  readonly version: number;
  readonly fold: unknown;
}

/** The fold. */
export interface Verdicts {
  /** Folds one entry, in log order. @returns what it changed, in order; usually nothing */
  apply(entry: LogEntry): readonly FindingChange[];
  /** Everything needed to go on from here: restoring it and applying the rest of the log equals applying the whole log. */
  snapshot(): VerdictsSnapshot;
  /** The current states, without any clock; see `overlay` for what is shown live. */
  view(): VerdictsView;
}

/** @returns a fold that has read nothing yet */
export function createVerdicts(): Verdicts {
  return {
    apply: () => [],
    snapshot: () => ({ version: 0, fold: null }),
    view: () => ({ groups: [], servers: [], paths: [], sites: [], agents: [], silenceLimitUs: {}, tooLate: 0 }),
  };
}

/** @returns the fold as it was, or null when the snapshot is of another version (fold the log from its start then) */
export function restoreVerdicts(snapshot: VerdictsSnapshot): Verdicts | null {
  return snapshot.version === 0 ? createVerdicts() : null;
}
