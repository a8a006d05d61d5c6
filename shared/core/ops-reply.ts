/**
 * What the collector answers to what people have it do (keep, import, pause, raise secs), and what is paused or swept now. Apart
 * from ops-view, which is what is watched: state, events, reports. Conventions as there.
 */
import type { PlannedView } from './ops-view.ts';
import type { UnixMicros } from './units.ts';

export interface KeepView {
  readonly since: UnixMicros;
  readonly until: UnixMicros;
  /** Stored batches of the period, and their octets. */
  readonly batches: number;
  readonly bytes: number;
}

/** The periods whose raw results outlive their retention, oldest first. */
export interface KeptView {
  readonly periods: readonly KeptPeriod[];
}

/** From `since` on and before `until`. */
export interface KeptPeriod {
  readonly since: UnixMicros;
  readonly until: UnixMicros;
}

export interface ImportView {
  readonly stored: number;
  readonly duplicates: number;
  readonly transitions: number;
}

export interface PausesView {
  readonly pauses: readonly PauseRow[];
}

/** Paused is what fits all of group, server and site; null = all of them. */
export interface PauseRow {
  readonly group: string | null;
  readonly server: string | null;
  readonly site: string | null;
  readonly since: UnixMicros;
  readonly text: string | null;
  readonly actor: string | null;
  readonly ref: string | null;
}

export interface MaintenanceView {
  /** What the request began or ended. */
  readonly changed: readonly MaintenanceRow[];
  /** All that is in force or still to come, those in force first. */
  readonly maintenance: readonly MaintenanceRow[];
}

export interface MaintenanceRow {
  /** The period that it is in, or its next one. */
  readonly period: PlannedView;
  readonly active: boolean;
  /** "every Sunday 02:00 to 04:00 (Europe/London)"; null: this once. */
  readonly schedule: string | null;
}

export interface ScopesView {
  readonly scopes: readonly ScopeView[];
}

/** A subnet as the agents of a site find it. */
export interface ScopeView {
  readonly group: string;
  readonly site: string;
  readonly scope: string;
  /** "serving", "non-serving" (though a server serves) or "unknown". */
  readonly state: string;
  readonly since: UnixMicros | null;
  readonly reason: string | null;
  readonly evidence: string | null;
  readonly last_served_at: UnixMicros | null;
  readonly exchanges: number;
  readonly answered: number;
}

export interface RaiseSecsView {
  /** When it ends; null: it is over. */
  readonly until: UnixMicros | null;
}

/** One stored exchange. */
export interface ExchangeView {
  readonly agent: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly index: number;
  readonly site: string;
  readonly group: string;
  readonly server: string;
  readonly bucket: number | null;
  readonly identity: number;
  readonly sent_at: UnixMicros;
  readonly outcome: string;
  readonly stage: string;
  readonly offer_us: number | null;
  readonly ack_us: number | null;
  readonly total_us: number | null;
  readonly late_us: number | null;
  readonly released: boolean;
  readonly stamped: string;
  readonly clock_offset_us: number | null;
  /** The subnet that a sweep asked for; null: the server as such. */
  readonly scope: string | null;
  /** Client role: the interface; null: relay role. */
  readonly interface: string | null;
  readonly exchange_kind: string;
}

/** Alerts that are told now, or would be: the gravest and oldest first. */
export interface AlertsView {
  readonly alerts: readonly AlertRow[];
  readonly destinations: readonly DestinationRow[];
}

export interface AlertRow {
  /** As Alertmanager knows it, "DorawatchGap". */
  readonly name: string;
  /** "firing", "held" (`held` says why) or "pending" (not for long enough yet). */
  readonly state: string;
  readonly severity: string;
  readonly group: string | null;
  readonly server: string | null;
  readonly site: string | null;
  readonly since: UnixMicros;
  /** Null: it is not told. */
  readonly fired_at: UnixMicros | null;
  readonly held: string | null;
  readonly flapping: boolean;
  readonly summary: string;
  readonly evidence: string | null;
  /** Every site concerned. */
  readonly sites: readonly string[];
  readonly runbook: string | null;
}

/** Whom alerts are sent to. */
export interface DestinationRow {
  /** "alertmanager 127.0.0.1:9093" */
  readonly name: string;
  /** Alerts that it has not been told of yet. */
  readonly waiting: number;
  /** What it could never be told, since it was configured. */
  readonly set_aside: number;
  readonly problem: string | null;
}

/** What each destination answered to a test alert. */
export interface AlertTestView {
  readonly answers: readonly AlertTestRow[];
}

export interface AlertTestRow {
  readonly name: string;
  readonly delivered: boolean;
  readonly answer: string;
  readonly took_ms: number;
}

/** One ad-hoc exchange; fields as in ops.proto. */
export interface ProbeView {
  readonly agent: string;
  readonly site: string;
  readonly group: string;
  readonly server: string;
  readonly address: string;
  readonly bucket: number | null;
  readonly kind: string;
  readonly outcome: string;
  readonly stage: string;
  readonly wait_ms: number;
  readonly offer_us: number | null;
  readonly ack_us: number | null;
  readonly total_us: number | null;
  readonly released: boolean;
  readonly stamped: string;
  readonly clock_offset_us: number | null;
  readonly clock_error_us: number | null;
  readonly frames: readonly ProbeFrame[];
  readonly shed_frames: number;
}

/** One DHCP message of it. */
export interface ProbeFrame {
  /** "sent" or "received". */
  readonly direction: string;
  /** It came from an address that is not the server's. */
  readonly unexpected: boolean;
  readonly at: UnixMicros;
  readonly source: string;
  readonly source_port: number;
  readonly destination: string;
  readonly destination_port: number;
  /** The UDP payload. */
  readonly message: Uint8Array;
}
