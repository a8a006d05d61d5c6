/**
 * What the collector's log holds, and so all that verdicts are folded from: batches with the time they were received,
 * clock samples, accepted configurations and marks. Anything that is not in here cannot influence a verdict, which is
 * what makes a restart, a second collector or a replay give the same transitions.
 */
import type { ResultBatch } from '../../shared/core/batch.ts';
import type { LossRun } from '../../shared/core/loss.ts';
import type { ObservationView } from '../../shared/core/ops-request.ts';
import type { EpochMicros, Microseconds, UnixMicros } from '../../shared/core/units.ts';
import type { CollectorConfig, Mode } from './config/config.ts';

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

/** Batches that an agent threw away before the collector had them: what is missing, so that it can be said. */
export interface LossEntry extends LossRun {
  readonly kind: 'loss';
  readonly receivedAt: UnixMicros;
  readonly agent: string;
  readonly site: string;
}

/** A period whose raw results are exempt from retention. */
export interface KeepEntry {
  readonly kind: 'keep';
  readonly receivedAt: UnixMicros;
  readonly since: UnixMicros;
  readonly until: UnixMicros;
  readonly actor: string | null;
}

/** Observations of a group that no agent probes, as a person imported them. */
export interface ImportEntry {
  readonly kind: 'import';
  readonly receivedAt: UnixMicros;
  readonly group: string;
  readonly mode: Mode;
  readonly servers: readonly string[];
  readonly observations: readonly ObservationView[];
  readonly actor: string | null;
}

/**
 * Nobody reports: event time goes on by what is received, so that a log that grows no more would never show a silence that all
 * agents share. Written a few times after the last of them has gone.
 */
export interface QuietEntry {
  readonly kind: 'quiet';
  readonly receivedAt: UnixMicros;
}

/** Probing stopped, or goes on, at everything that fits group, server and site (null = all), as a person said. */
export interface PauseEntry {
  readonly kind: 'pause';
  readonly receivedAt: UnixMicros;
  readonly action: 'pause' | 'resume';
  readonly group: string | null;
  readonly server: string | null;
  readonly site: string | null;
  readonly text: string | null;
  readonly actor: string | null;
  readonly ref: string | null;
}

/** A person plans maintenance, or ends it, at everything that fits group, server and site (null = all). */
export interface MaintenanceEntry {
  readonly kind: 'maintenance';
  readonly receivedAt: UnixMicros;
  readonly action: 'start' | 'stop';
  readonly group: string | null;
  readonly server: string | null;
  readonly site: string | null;
  /** Of a start: its period, not before it was received. Of a stop: both are when it was received. */
  readonly since: UnixMicros;
  readonly until: UnixMicros;
  /** Of a stop: only windows of exactly this scope that have begun. */
  readonly exact?: true;
  readonly text: string | null;
  readonly actor: string | null;
  readonly ref: string | null;
}

/** What a Kea server says of itself (`status-get`); a null was not said. */
export interface KeaWord {
  readonly state: string | null;
  readonly scopes: readonly string[];
  readonly partnerState: string | null;
  readonly communicationInterrupted: boolean | null;
  readonly unackedClients: number | null;
  readonly unackedClientsLeft: number | null;
  readonly connectingClients: number | null;
  /** Its clock minus its partner's, ms. */
  readonly clockSkewMs: number | null;
  /** Free addresses by subnet, "10.77.0.0/16", where stat_cmds tells. */
  readonly freeAddresses: Readonly<Record<string, number>>;
}

/** A server was asked for its own word. Written when the answer changed, and every few minutes. */
export interface KeaEntry {
  readonly kind: 'kea';
  readonly receivedAt: UnixMicros;
  readonly group: string;
  readonly server: string;
  /** Null: it could not be asked, and `problem` says why. */
  readonly word: KeaWord | null;
  readonly problem: string | null;
}

export type LogEntry =
  | BatchEntry
  | ClockEntry
  | ConfigEntry
  | MarkEntry
  | LossEntry
  | KeepEntry
  | ImportEntry
  | QuietEntry
  | PauseEntry
  | MaintenanceEntry
  | KeaEntry;
