/**
 * What planned maintenance is to those who ask about it: a period, where, and who said so. Types alone, so that alerts, rows and
 * reports can ask without knowing how windows come about.
 *
 * Rejected: a window of a server as one of its group too. A gap while only the primary is worked on is what nobody planned.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { PauseScope } from '../steering.ts';

/** `person`: by a command; `file`: a window of the YAML; `kea`: a server's own word. */
export type PlannedSource = 'person' | 'file' | 'kea';

export interface Planned {
  /** Why, in words for people. */
  readonly text: string;
  readonly since: UnixMicros;
  /** Null: as long as Kea says so. */
  readonly until: UnixMicros | null;
  readonly source: PlannedSource;
}

/** With what it takes in: all that fits group, server and site; null = all of them. */
export interface PlannedPeriod extends Planned, PauseScope {
  readonly actor: string | null;
  /** A change number or ticket. */
  readonly ref: string | null;
}

/** A span of event time, µs by the collector's clock, both ends included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * What covers a place at a moment: a pure function of the log's entries so far, by event time. A window covers what lies within
 * it: one of a group its servers and sites; one of a server not its group.
 */
export type PlannedAt = (place: PauseScope, at: UnixMicros) => Planned | null;
/** The same for a moment that is known only to lie within a bracket: planned, as soon as it may have been. */
export type PlannedWithin = (place: PauseScope, bracket: Span) => Planned | null;
