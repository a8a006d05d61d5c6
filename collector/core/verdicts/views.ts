/**
 * What verdicts look like to a reader: the current state of every path, server, group, site and agent. Views are made on
 * demand from the fold's state and hold no reference into it, so a reader may keep them.
 *
 * All moments are collector time. Rejected: letting readers walk the fold's own state. They would depend on how it folds.
 */
import type { Microseconds, UnixMicros } from '../../../shared/core/units.ts';
import type { Mode, Role } from '../config/config.ts';
import type { Bracket, Finding, GroupState, Reason, State } from '../finding.ts';

/** One path: a site's view of a server (in one hash bucket). */
export interface PathView {
  readonly group: string;
  readonly server: string;
  readonly site: string;
  readonly bucket: number | null;
  readonly state: State;
  /** When the state was reached; null while nothing but `unknown` has ever been true. */
  readonly since: Bracket | null;
  /** Null while the path is unknown for want of results. */
  readonly reason: Reason | null;
  /** What the reason rests on, one sentence. */
  readonly evidence: string | null;
  /** When the last ACK came in. */
  readonly lastServedAt: UnixMicros | null;
  /** DISCOVER send time of the last evidence folded. */
  readonly lastEvidenceAt: UnixMicros | null;
  /** Share of the recent exchanges (some hundreds) that went unanswered, 0–1; null without any. */
  readonly dropRatio: number | null;
}

/** How many of a server's sites are in each state. */
export interface SiteCounts {
  readonly serving: number;
  readonly degraded: number;
  readonly nonServing: number;
  readonly unknown: number;
}

/** What one bucket's clients see of a server. */
export interface BucketVerdict {
  readonly bucket: number;
  /** "serving" for its own clients, "silent" for its partner's. */
  readonly expected: 'serving' | 'silent';
  readonly state: State;
  readonly since: Bracket | null;
  readonly lastServedAt: UnixMicros | null;
  readonly lastEvidenceAt: UnixMicros | null;
}

/** One server, all its sites pooled; in load balancing, as its own bucket's clients see it. */
export interface ServerView {
  readonly group: string;
  readonly server: string;
  readonly address: string;
  readonly role: Role;
  /** What the group's mode asks of it. */
  readonly expected: 'serving' | 'silent';
  readonly state: State;
  readonly since: Bracket | null;
  readonly reason: Reason | null;
  /** What the reason rests on, one sentence. */
  readonly evidence: string | null;
  readonly lastServedAt: UnixMicros | null;
  readonly lastEvidenceAt: UnixMicros | null;
  readonly dropRatio: number | null;
  readonly sites: SiteCounts;
  /** Whose clients the above is about; null outside load balancing. */
  readonly bucket: number | null;
  /** In load balancing: every bucket, its own among them. Empty otherwise. */
  readonly buckets: readonly BucketVerdict[];
}

/** A group, read with its mode. */
export interface GroupView {
  readonly group: string;
  readonly mode: Mode;
  readonly state: GroupState;
  readonly since: Bracket | null;
  /** Sites by whether any server of the group serves them. */
  readonly sites: { readonly served: number; readonly unserved: number; readonly unknown: number };
  /** When the longest of the gaps began that are open; null: none is. */
  readonly openGapSince: UnixMicros | null;
}

/** A site as one group serves it. */
export interface SiteView {
  readonly site: string;
  readonly group: string;
  readonly servedBy: readonly string[];
  readonly state: 'served' | 'unserved' | 'unknown';
  readonly since: UnixMicros | null;
  readonly lastAckAt: UnixMicros | null;
  /** True when the site's agents have fallen silent (as far as the log tells). */
  readonly silent: boolean;
  readonly reason: Reason | null;
  /** What the reason rests on, one sentence. */
  readonly evidence: string | null;
}

/** An agent, as its batches and clock samples tell. */
export interface AgentView {
  readonly agent: string;
  readonly site: string;
  readonly epoch: number;
  /** Everything sent before this moment has been received. */
  readonly completeThrough: UnixMicros;
  readonly lastReceivedAt: UnixMicros;
  /** Newest clock sample; null without any. */
  readonly clockOffsetUs: Microseconds | null;
  readonly clockErrorUs: Microseconds | null;
  readonly loopDelayMaxUs: Microseconds;
  readonly silent: boolean;
}

/** Everything a status shows, at one moment of the log. */
export interface VerdictsView {
  readonly groups: readonly GroupView[];
  readonly servers: readonly ServerView[];
  readonly paths: readonly PathView[];
  readonly sites: readonly SiteView[];
  readonly agents: readonly AgentView[];
  /** How long a path may be without results before it is unknown, by group. */
  readonly silenceLimitUs: Readonly<Record<string, Microseconds>>;
  /** Results from before the history that can still be folded, since the log began. */
  readonly tooLate: number;
}

/** What an entry changed: a finding made, made better (same id), or taken back because late results contradict it. */
export interface FindingChange {
  readonly kind: 'found' | 'revised' | 'withdrawn';
  readonly finding: Finding;
  /** False when results that came late are its cause: it rewrites history, and is not raised to those who follow live. */
  readonly news: boolean;
}
