/**
 * What a page draws of the past: a group's timeline in lanes, and the latency of a server or a path over time. Apart from ops-view,
 * which is what the command line prints. Conventions as there: times are µs since 1970 (collector's clock), RFC 3339 in JSON.
 */
import type { EventRow } from './ops-view.ts';
import type { UnixMicros } from './units.ts';

export interface TimelineView {
  readonly group: string;
  readonly mode: string;
  readonly since: UnixMicros;
  readonly until: UnixMicros;
  /** Collector's clock: no span ends later. */
  readonly now: UnixMicros;
  readonly lanes: readonly LaneView[];
  /** Those that reach into the period. */
  readonly gaps: readonly EventRow[];
  readonly overlaps: readonly EventRow[];
  readonly failovers: readonly EventRow[];
  /** Marks, pauses and their ends. */
  readonly marks: readonly EventRow[];
  /** Sites that fell silent or report again, with those that were silent when the period began. */
  readonly silences: readonly EventRow[];
  readonly planned: readonly PlannedView[];
}

/** A period in which somebody meant to work. */
export interface PlannedView {
  readonly from: UnixMicros;
  /** Null while it lasts. */
  readonly to: UnixMicros | null;
  readonly server: string | null;
  readonly site: string | null;
  readonly text: string;
}

/** One server over time, or one of its paths. */
export interface LaneView {
  readonly server: string;
  /** Null: the server, all its sites pooled. */
  readonly site: string | null;
  /** In load balancing: whose clients; null otherwise. */
  readonly bucket: number | null;
  readonly role: string;
  /** One after the other, from the period's beginning to its end or the present. */
  readonly spans: readonly SpanView[];
}

export interface SpanView {
  readonly from: UnixMicros;
  readonly to: UnixMicros;
  readonly state: string;
  readonly reason: string | null;
  readonly evidence: string | null;
  /** What began it, one sentence. */
  readonly text: string;
  /** The bracket of its beginning, which may lie before the period; null: nothing was known. */
  readonly earliest: UnixMicros | null;
  readonly latest: UnixMicros | null;
  /** Known only from results that came late. */
  readonly late: boolean;
}

/** Many lanes for one picture, in columns: `timeline` tells the same of a few. */
export interface LaneSetView {
  readonly group: string;
  readonly mode: string;
  readonly since: UnixMicros;
  readonly until: UnixMicros;
  /** Collector's clock: each lane's last span ends then, or at `until`. */
  readonly now: UnixMicros;
  /** What spans are, each said once. */
  readonly kinds: readonly SpanKindView[];
  readonly lanes: readonly LaneColumnsView[];
}

export type SpanKindView = Pick<SpanView, 'state' | 'reason' | 'evidence' | 'late'>;

/** A lane's spans, one after the other without a hole; all columns are of one length. */
export interface LaneColumnsView extends Omit<LaneView, 'spans'> {
  /** Index into `kinds`. */
  readonly kind: readonly number[];
  /** Its beginning, or that of the period: after `since`. */
  readonly from_us: readonly number[];
  /** It began no earlier than this before `from_us`; null: nothing was known. */
  readonly before_us: readonly (number | null)[];
  /** It began no later than this after `from_us`: negative where it did before the period. */
  readonly after_us: readonly (number | null)[];
}

export interface LatencySeriesView {
  readonly group: string;
  readonly server: string;
  /** Null: all sites pooled. */
  readonly site: string | null;
  /** What one point is over, s. */
  readonly resolution_s: number;
  /** In order; a time without exchanges has none. */
  readonly points: readonly LatencyPointView[];
}

export interface LatencyPointView {
  /** The beginning of its time. */
  readonly at: UnixMicros;
  /** Exchanges that could be judged, and those of them that were answered. */
  readonly exchanges: number;
  readonly answered: number;
  readonly drop_ratio: number | null;
  /** Null where nothing was answered. */
  readonly offer_p50_us: number | null;
  readonly offer_p99_us: number | null;
  readonly ack_p50_us: number | null;
  readonly ack_p99_us: number | null;
}
