/**
 * What dorawatch concludes: transitions of paths and servers, sites fallen silent, and what a group's servers together
 * amount to (gap, overlap, failover, fail-back). Findings carry their brackets; how they are told to a person is elsewhere.
 */
import type { UnixMicros } from '../../shared/core/units.ts';

export const STATES = ['serving', 'degraded', 'non-serving', 'unknown'] as const;
/** State of a path or a server. No news is `unknown`, never `non-serving`. */
export type State = (typeof STATES)[number];

/** State of a group, read with its mode. */
export const GROUP_STATES = ['normal', 'failed-over', 'gap', 'overlap', 'degraded', 'unknown'] as const;
export type GroupState = (typeof GROUP_STATES)[number];

/** Why a state was reached: what the evidence was. */
export type Reason =
  | 'answered'
  | 'no-offer'
  | 'no-ack'
  | 'nak'
  | 'refused'
  | 'unreachable'
  | 'loss'
  | 'some-sites'
  | 'silent-agent'
  | 'foreign-source'
  | 'never-answered'
  /** Only some identities are refused: a class, a reservation, a full pool. */
  | 'some-identities'
  /** Answered, far above what is usual for this path and stage. */
  | 'slow'
  /** Loss that grows with the rate, or with the queue that it stands in. */
  | 'overloaded'
  /** Silent as its role in the mode has it. */
  | 'by-design'
  /** Nobody probes it: paused by a person. */
  | 'paused';

/** A moment known only to lie between two others (collector time). `at` is the middle. */
export interface Bracket {
  readonly at: UnixMicros;
  readonly earliest: UnixMicros;
  readonly latest: UnixMicros;
}

/**
 * A change of state of a path (site set), of a server (site null), or of a site's agents (server null). A disagreement is of two
 * agents of a site about a server: serving → degraded when it begins, and back.
 */
export interface Transition extends Bracket {
  readonly kind: 'transition' | 'silent' | 'disagreement';
  /** Hash of what the finding is; see the design of identifiers in ARCHITECTURE.md. */
  readonly id: string;
  readonly group: string | null;
  readonly server: string | null;
  readonly site: string | null;
  readonly bucket: number | null;
  readonly from: State;
  readonly to: State;
  readonly reason: Reason;
  /** Sent time of the exchange that decided it: where it stands in its fold's order. Absent for a silence. */
  readonly decided?: UnixMicros;
  /** When the log entry that showed it was received. */
  readonly detectedAt: UnixMicros;
  /** For a server: how many of the sites that report were served; null for a path. */
  readonly sites: {
    readonly served: number;
    readonly reporting: number;
  } | null;
  /** In load balancing: whose clients it is about, the server's own or those that it answers only in its partner's place. */
  readonly clients?: 'own' | 'partner';
  /** For a disagreement: the agent that is not answered, and one that is. */
  readonly agents?: { readonly unanswered: string; readonly answered: string };
  /** Share of exchanges lost when it became degraded, 0–1; null otherwise. */
  readonly lossRatio: number | null;
  /** What the reason rests on, one sentence for people; null: the reason says it all. */
  readonly evidence: string | null;
  /** True when results that came late changed it. */
  readonly late: boolean;
}

/** A period of a group: nobody served (gap), or two served at once that should not (overlap). */
export interface Interval {
  readonly kind: 'gap' | 'overlap';
  readonly id: string;
  readonly group: string;
  /** In load balancing: whose clients; null otherwise. */
  readonly bucket: number | null;
  readonly start: Bracket;
  /** Null while it lasts. */
  readonly end: Bracket | null;
  readonly durationMs: number | null;
  /** Half the sum of both brackets' widths. */
  readonly uncertaintyMs: number | null;
  readonly detectedAt: UnixMicros;
  readonly late: boolean;
}

/** Service moved from one server to another (failover: away from the one that should serve; fail-back: to it). */
export interface Failover {
  readonly kind: 'failover' | 'fail-back';
  readonly id: string;
  readonly group: string;
  /** In load balancing: whose clients moved; null otherwise. */
  readonly bucket: number | null;
  readonly from: string;
  readonly to: string;
  /** When the server it moved to began. */
  readonly start: Bracket;
  /** How long nobody served in between; 0 when there was no gap. */
  readonly gapMs: number;
  readonly uncertaintyMs: number;
  readonly detectedAt: UnixMicros;
  readonly late: boolean;
}

/**
 * - `scope` a subnet is not served at a site though a server serves, or is again
 * - `client` the way of a site's own clients works, or not
 * - `relay` the same, where direct probing works: the relay's fault
 * - `rogue` an answer from a server that is in no group and on no allow-list
 * - `answers-as` a server answers with another identifier or from another source than before
 * - `expectation` an answer has a value that the site does not expect, or has the right one again
 * - `kea` what a server says of itself and what its sites see disagree, or agree again
 * - `maintenance` a window is over, and who serves is another than before it; or it is as before, or all is well, again
 */
export const NOTICE_KINDS = [
  'scope',
  'client',
  'relay',
  'rogue',
  'answers-as',
  'expectation',
  'kea',
  'maintenance',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Something about what sites depend on, beside the question who serves. Never changes a path's or a server's state. */
export interface Notice extends Bracket {
  readonly kind: NoticeKind;
  readonly id: string;
  readonly group: string | null;
  readonly server: string | null;
  readonly site: string | null;
  readonly scope: string | null;
  /** What was so before and what is so now, in the words of its kind; null: nothing was known. */
  readonly from: string | null;
  readonly to: string;
  readonly reason: string | null;
  /** The sentence that tables print. */
  readonly text: string;
  readonly evidence: string | null;
  readonly detectedAt: UnixMicros;
  readonly late: boolean;
}

export type Finding = Transition | Interval | Failover | Notice;
