/**
 * What the collector tells a person or a script: the shapes of the Ops service and of every `--json`, key for key and in
 * the order in which they are printed. Keys are snake_case because they are the contract itself, not a copy of it.
 *
 * Times are µs since 1970 (collector's clock) here and RFC 3339 in JSON; `null` is "no such figure", never 0. Closed sets
 * are plain strings: an ops program must be able to show a word that a newer collector invented.
 */
import type { KeaView } from './kea-view.ts';
import type { LeaseCount } from './lease-count.ts';
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
  /** The subnet, of a scope's notice. */
  readonly scope: string | null;
  /** What the reason rests on, one sentence. */
  readonly evidence: string | null;
  /** Why it was to be expected: the maintenance that it falls into; null: nothing was planned. */
  readonly planned: string | null;
  /** Gap and overlap only, as are its end and length, which are null while it lasts. */
  readonly start?: Moment;
  readonly end?: Moment | null;
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
  /** What the reason rests on, one sentence. */
  readonly evidence: string | null;
  /** In load balancing: by hash bucket; the other keys are about its own. Empty otherwise. */
  readonly buckets: readonly BucketView[];
  /** Server identifier that it answers with; null: never answered. */
  readonly answers_as: string | null;
  /** Its own word; null: it is not asked. */
  readonly kea: KeaView | null;
}

/** A server's clients of one RFC 3074 hash bucket. */
export interface BucketView {
  readonly bucket: number;
  readonly state: string;
  /** "serving" (its own clients) or "silent" (its partner's). */
  readonly expected: string;
  readonly since: UnixMicros | null;
  readonly last_served_at: UnixMicros | null;
}

export interface GroupView {
  readonly name: string;
  readonly mode: string;
  readonly state: string;
  readonly since: UnixMicros | null;
  readonly sites: SiteCounts;
  readonly servers: readonly ServerView[];
  /** How long the gap has lasted that is open now; null: none is. */
  readonly open_gap_ms: number | null;
  /** What is paused of it, for people; null: nothing. */
  readonly paused: string | null;
  /** What is amiss now beside its servers, for people: a line a kind. */
  readonly notices: readonly string[];
  /** What is planned of it, or of a part of it, now. */
  readonly maintenance: readonly PlannedView[];
}

/** A period of planned maintenance at all that fits group, server and site; null = all of them. */
export interface PlannedView {
  /** "person", "file" (a window of the YAML) or "kea" (a server's own word). */
  readonly source: string;
  readonly group: string | null;
  readonly server: string | null;
  readonly site: string | null;
  readonly since: UnixMicros;
  /** Null: as long as Kea says so. */
  readonly until: UnixMicros | null;
  readonly text: string;
  readonly actor: string | null;
  readonly ref: string | null;
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
  readonly evidence: string | null;
  /** The site's own clients' way, through its relay; null: nobody tries it. */
  readonly client_state: string | null;
}

export interface AgentView {
  readonly id: string;
  readonly site: string;
  readonly version: string | null;
  readonly connected: boolean;
  readonly last_seen: UnixMicros | null;
  /** Everything that it sent before this moment is known; null: none of its results came. */
  readonly complete_through: UnixMicros | null;
  readonly clock_offset_us: number | null;
  readonly clock_error_us: number | null;
  readonly backlog_batches: number | null;
  readonly assignment_version: number | null;
  readonly loop_delay_max_ms: number | null;
  /** Batches refused for ever since the collector began; null while the agent has not connected since. */
  readonly refused_batches: number | null;
  /** Lost before any collector had them (spool full or unwritable), ever. */
  readonly lost_batches: number;
  readonly lost_exchanges: number;
  /** Times that its stream was held back for sending too much; null while the agent has not connected since. */
  readonly throttled: number | null;
  /** What is wrong with its spool or clock, for people; null: nothing. */
  readonly trouble: string | null;
  /** Leases that its probes hold, and as many as they can hold at once; null: not told. */
  readonly leases_held: number | null;
  readonly leases_worst: number | null;
  /** The same by server and scope. */
  readonly leases: readonly LeaseCount[];
  /** Why it probes nothing although it has targets; null: it probes. */
  readonly resting: string | null;
  /** Its version is older than the collector's; null: not told. */
  readonly behind: boolean | null;
}

export interface FailoverView {
  readonly from: string;
  readonly to: string;
  readonly at: UnixMicros;
  readonly gap_ms: number | null;
  readonly uncertainty_ms: number | null;
  /** "failover" or "fail-back". */
  readonly kind: string;
  /** As in an event's row. */
  readonly planned: string | null;
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
  /** Measured by agents, and lost before the collector had them. */
  readonly lost_exchanges: number;
  /** The longest that any one site lost. */
  readonly lost_ms: number;
  /** Worst error of an agent's clock in the period; null when no clock was measured. */
  readonly clock_error_max_us: number | null;
  /** Results from before the raw retention, in no figure here, since the log began. */
  readonly too_late: number;
  /** "raw", "rollups" or "both": what the counts were made from. */
  readonly source: string;
}

/** How available one server was to the sites that could see. */
export interface AvailabilityView {
  readonly server: string;
  /** Exchanges that could be judged. */
  readonly exchanges: number;
  readonly answered: number;
  readonly ratio: number | null;
  readonly latency_us: LatencyView;
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
  /** A line a server, in the configuration's order. */
  readonly availability: readonly AvailabilityView[];
  /** Maintenance of the group that touches the period, oldest first. */
  readonly planned: readonly PlannedView[];
}

export interface StatusView {
  readonly groups: readonly GroupView[];
  /** Length of the window that drop_ratio and latency_us are over, s. */
  readonly window_s: number;
  readonly consumers: readonly ConsumerView[];
  readonly store: StoreView;
  /** What else deserves a look, a sentence each: agents that are behind, what is open that should not be. */
  readonly remarks: readonly string[];
}

/** A reader of the collector's log with a cursor of its own ("verdicts", "rollups", "influx"), or a destination of alerts. */
export interface ConsumerView {
  readonly name: string;
  /** Log entries, or alerts, that it has not taken. */
  readonly lag_entries: number;
  /** Age of the oldest entry that it has not taken; null when there is none. */
  readonly lag_ms: number | null;
  /** What it could never deliver, since the log began. */
  readonly set_aside: number;
  readonly problem: string | null;
}

/** The collector's disk. */
export interface StoreView {
  readonly raw_bytes: number;
  /** Receipt of the oldest raw batch; null: there is none. */
  readonly raw_since: UnixMicros | null;
  /** Results from before the raw retention, not folded, since the log began. */
  readonly too_late: number;
  readonly problem: string | null;
}

export interface SitesView {
  readonly sites: readonly SiteView[];
}

export interface AgentsView {
  readonly agents: readonly AgentView[];
}
