/**
 * What the collector's log holds, and so all that verdicts are folded from: batches with the time they were received,
 * clock samples, accepted configurations and marks. Anything that is not in here cannot influence a verdict, which is
 * what makes a restart, a second collector or a replay give the same transitions.
 */
import type { ResultBatch } from '../../shared/core/batch.ts';
import type { EpochMicros, Microseconds, UnixMicros } from '../../shared/core/units.ts';
import type { CollectorConfig } from './config/config.ts';

/** A batch, as first received. */
export interface BatchEntry {
  readonly kind: 'batch';
  /** Collector's wall clock. */
  readonly receivedAt: UnixMicros;
  readonly batch: ResultBatch;
}

/**
 * One measurement of an agent's clock: the best of a few round trips. offset = agent − collector, both as wall time
 * (agent: anchor + monotonic), true to ± error (half the round trip).
 */
export interface ClockEntry {
  readonly kind: 'clock';
  readonly receivedAt: UnixMicros;
  readonly agent: string;
  readonly epoch: number;
  readonly anchor: UnixMicros;
  /** When it was measured, on the agent's epoch clock. */
  readonly at: EpochMicros;
  readonly offsetUs: Microseconds;
  readonly errorUs: Microseconds;
}

/** A configuration that the collector accepted: as understood (what the fold reads), and the YAML's own text. */
export interface ConfigEntry {
  readonly kind: 'config';
  readonly receivedAt: UnixMicros;
  /** Rises by one with each accepted configuration. */
  readonly version: number;
  readonly config: CollectorConfig;
  readonly text: string;
}

/** What a person did, and when. */
export interface MarkEntry {
  readonly kind: 'mark';
  readonly receivedAt: UnixMicros;
  /** When it happened, as the person says; defaults to receivedAt. */
  readonly at: UnixMicros;
  readonly text: string;
  readonly group: string | null;
  readonly server: string | null;
  readonly site: string | null;
  readonly actor: string | null;
  /** A change number or ticket. */
  readonly ref: string | null;
}

export type LogEntry = BatchEntry | ClockEntry | ConfigEntry | MarkEntry;
