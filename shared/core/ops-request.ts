/**
 * What a person or a script asks the collector: the requests of the Ops service. A null leaves open what it stands for.
 * Apart from what is answered (ops-view) because an answer is printed and a request is typed.
 */
import type { UnixMicros } from './units.ts';

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

export interface SitesRequest {
  readonly unserved: boolean;
}

/** A period whose raw results are to outlive their retention. */
export interface KeepRequest {
  readonly since: UnixMicros;
  readonly until: UnixMicros;
  readonly actor: string | null;
}

/** What something that is no agent saw of one server over a span, by its own clock. Always sent = answered + dropped + unmeasured. */
export interface ObservationView {
  readonly server: string;
  /** The first DISCOVER left between these. */
  readonly from: UnixMicros;
  readonly from_latest: UnixMicros;
  /** The last DISCOVER left at this moment or later. */
  readonly last_sent: UnixMicros;
  /** Nothing of it happened after. */
  readonly to: UnixMicros;
  readonly sent: number;
  /** Exchanges that came as far as the OFFER, and those answered to the end. */
  readonly offered: number;
  readonly answered: number;
  readonly dropped: number;
  /** Not answered when it ended, and too young by then to be called dropped. */
  readonly unmeasured: number;
  /** DISCOVERs a second at most; null: as fast as they went. */
  readonly rate_per_second: number | null;
  /** The slowest answered exchange took at most this long; null: none was answered, or it is not known. */
  readonly slowest_us: number | null;
  readonly drop_time_ms: number;
}

/** Observations of a group's servers; in hot-standby the first server is the primary. */
export interface ImportRequest {
  readonly group: string;
  readonly mode: string;
  readonly servers: readonly string[];
  readonly observations: readonly ObservationView[];
  readonly actor: string | null;
}

/** What is to be paused or resumed: everything that fits all of the three; null = all of them. */
export interface PauseRequest {
  readonly group: string | null;
  readonly server: string | null;
  readonly site: string | null;
  /** Why, for people. */
  readonly text: string | null;
  readonly actor: string | null;
  readonly ref: string | null;
}

/** Maintenance that is to begin or end: of everything that fits all of the three; null = all of them. */
export interface MaintenanceRequest extends PauseRequest {
  /** Of a start: from when; null = now. */
  readonly since: UnixMicros | null;
  /** Of a start, one of the two at most; both null: as long as the collector thinks right. */
  readonly until: UnixMicros | null;
  readonly for_ms: number | null;
  /** Of a stop: only windows of exactly this scope that have begun. */
  readonly exact: boolean;
}

export interface ScopesRequest {
  readonly group: string | null;
  /** Only those that are not served though a server serves. */
  readonly unserved: boolean;
}

/** A drill: probes of the group tell in `secs` how long they have been unanswered, for so long from now; 0 ends it. */
export interface RaiseSecsRequest {
  readonly group: string;
  readonly for_ms: number;
  readonly actor: string | null;
}

/** A group's timeline: its servers', or the paths of one server. */
export interface TimelineRequest {
  readonly group: string;
  readonly since: UnixMicros;
  readonly until: UnixMicros | null;
  /** Only this server. */
  readonly server: string | null;
  /** A lane a site instead of one a server; needs a server. */
  readonly sites: boolean;
}

/** The paths of a group's servers, as many lanes. */
export type LaneSetRequest = Omit<TimelineRequest, 'sites'>;

/** The latency of a server, or of its path from one site. */
export interface LatencyRequest {
  readonly group: string;
  readonly since: UnixMicros;
  readonly until: UnixMicros | null;
  readonly server: string;
  readonly site: string | null;
  /** Points at most. */
  readonly points: number;
}

/** One exchange, now, from a site. */
export interface ProbeRequest {
  readonly site: string;
  /** Its name, group and name ("corsham-dhcp/primary"), or address. */
  readonly server: string;
  readonly group: string | null;
  readonly agent: string | null;
  /** "dora" or "do"; null: as the site's probes of the server are. */
  readonly kind: string | null;
  /** How long answers are waited for; null: the configured drop time. */
  readonly wait_ms: number | null;
  readonly actor: string | null;
}
