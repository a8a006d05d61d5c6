/**
 * What the collector tells a person or a script: the shapes of the Ops service and of every `--json`, key for key and in
 * the order in which they are printed. Keys are snake_case because they are the contract itself, not a copy of it.
 *
 * Times are µs since 1970 (collector's clock) here and RFC 3339 in JSON; `null` is "no such figure", never 0. Closed sets
 * are plain strings: an ops program must be able to show a word that a newer collector invented.
 */
import type { UnixMicros } from './units.ts';

/** A moment known only to lie between two others. */
export interface Moment {
  readonly at: UnixMicros;
  readonly earliest: UnixMicros;
  readonly latest: UnixMicros;
}

/** One thing that happened: a verdict, a group's finding, a site's silence, or a mark. */
export interface EventRow {
  readonly id: string;
  readonly kind: string;
  readonly at: UnixMicros;
  readonly earliest: UnixMicros | null;
  readonly latest: UnixMicros | null;
  readonly detected_at: UnixMicros | null;
  readonly group: string | null;
  readonly server: string | null;
  readonly site: string | null;
  readonly bucket: number | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string | null;
  readonly text: string;
  readonly actor: string | null;
  readonly ref: string | null;
  readonly late: boolean;
  /** Gap and overlap only. */
  readonly start?: Moment;
  /** Gap and overlap only; null while it lasts. */
  readonly end?: Moment | null;
  /** Gap and overlap only; null while it lasts. */
  readonly duration_ms?: number | null;
  /** Failover and fail-back only: how long nobody served in between. */
  readonly gap_ms?: number | null;
  /** Gap, overlap, failover and fail-back: half the sum of both brackets' widths. */
  readonly uncertainty_ms?: number | null;
}

export interface SiteCounts {
  readonly served: number;
  readonly unserved: number;
  readonly unknown: number;
}

export interface PathCountsView {
  readonly serving: number;
  readonly degraded: number;
  readonly non_serving: number;
  readonly unknown: number;
}

/** Over the recent window; null when no exchange of it was answered. */
export interface LatencyView {
  readonly offer_p50: number | null;
  readonly offer_p99: number | null;
  readonly ack_p50: number | null;
  readonly ack_p99: number | null;
}

export interface ServerView {
  readonly name: string;
  readonly address: string;
  readonly role: string;
  readonly state: string;
  readonly expected: string;
  readonly since: UnixMicros | null;
  readonly last_served_at: UnixMicros | null;
  readonly reason: string | null;
  readonly sites: PathCountsView;
  readonly drop_ratio: number | null;
  readonly latency_us: LatencyView;
}

export interface GroupView {
  readonly name: string;
  readonly mode: string;
  readonly state: string;
  readonly since: UnixMicros | null;
  readonly sites: SiteCounts;
  readonly servers: readonly ServerView[];
}

export interface SiteView {
  readonly site: string;
  readonly group: string;
  readonly served_by: readonly string[];
  readonly state: string;
  readonly since: UnixMicros | null;
  readonly last_ack_at: UnixMicros | null;
  readonly agent_state: string;
  readonly reason: string | null;
}

export interface AgentView {
  readonly id: string;
  readonly site: string;
  readonly version: string | null;
  readonly connected: boolean;
  readonly last_seen: UnixMicros | null;
  readonly clock_offset_us: number | null;
  readonly clock_error_us: number | null;
  readonly backlog_batches: number | null;
  readonly assignment_version: number | null;
  readonly loop_delay_max_ms: number | null;
  /** Batches refused for ever since the collector began; null while the agent has not connected since. */
  readonly refused_batches: number | null;
}

export interface FailoverView {
  readonly from: string;
  readonly to: string;
  readonly at: UnixMicros;
  readonly gap_ms: number | null;
  readonly uncertainty_ms: number | null;
  /** "failover" or "fail-back". */
  readonly kind: string;
}

/** What a report rests on. */
export interface MeasuredView {
  readonly sites: number;
  readonly rate_per_second: number;
  readonly drop_time_ms: number;
  readonly exchanges: number;
  readonly unmeasured: number;
  readonly unsent: number;
  readonly late: number;
}

export interface ReportRow extends EventRow {
  /** Since the row before; null on the first. */
  readonly elapsed_ms: number | null;
}

export interface ReportView {
  readonly group: string;
  readonly mode: string;
  readonly since: UnixMicros;
  readonly until: UnixMicros;
  readonly rows: readonly ReportRow[];
  readonly gaps: readonly EventRow[];
  readonly overlaps: readonly EventRow[];
  readonly failovers: readonly FailoverView[];
  readonly measured: MeasuredView;
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
}

/** A mark as a person gives it; `at` null means now, by the collector's clock. */
export interface MarkRequest {
  readonly text: string;
  readonly at: UnixMicros | null;
  readonly group: string | null;
  readonly server: string | null;
  readonly site: string | null;
  readonly actor: string | null;
  readonly ref: string | null;
}

/** Which events; a null leaves that side open. Events that belong to no group are in every group's list. */
export interface EventsRequest {
  readonly group: string | null;
  readonly since: UnixMicros | null;
  readonly until: UnixMicros | null;
  readonly paths: boolean;
  /** After the list, go on with new ones as they are found. */
  readonly follow: boolean;
}

export interface PeriodRequest {
  readonly group: string | null;
  readonly since: UnixMicros;
  readonly until: UnixMicros | null;
}

export interface StateRequest {
  readonly group: string | null;
}

export interface StatusView {
  readonly groups: readonly GroupView[];
  /** Length of the window that drop_ratio and latency_us are over, s. */
  readonly window_s: number;
}

export interface SitesRequest {
  readonly unserved: boolean;
}

export interface SitesView {
  readonly sites: readonly SiteView[];
}

export interface AgentsView {
  readonly agents: readonly AgentView[];
}
