/**
 * What is known of each agent, as values: made from its hello, changed by what it says. `dorawatch agents` shows it, and rates
 * are shared out over who is connected. Not a source of verdicts: those read the log.
 * Rejected: fields changed in place by the session; a row that somebody holds would change under them.
 */
import type { LeaseCount } from '../../shared/core/lease-count.ts';
import type { Microseconds, UnixMicros } from '../../shared/core/units.ts';

/** Agents remembered: ten times the largest installation known; a stranger cannot fill memory with invented names. */
export const MAX_AGENTS = 4096;

/** What is known of one agent. */
export interface AgentState {
  readonly agent: string;
  readonly site: string;
  readonly version: string;
  readonly connected: boolean;
  /** Last word from it, collector's clock. */
  readonly lastSeen: UnixMicros;
  readonly epoch: number;
  /** The agent's wall clock at its epoch's moment 0. */
  readonly anchor: UnixMicros;
  /** Agent's clock minus collector's; null before the first sample. */
  readonly clockOffsetUs: Microseconds | null;
  readonly clockErrorUs: Microseconds | null;
  /** Batches in its spool not yet acknowledged, as it last said. */
  readonly backlogBatches: number;
  /** The assignment it works from; 0: none. */
  readonly assignmentVersion: number;
  /** Worst delay of its event loop between its last two heartbeats; null before the first. */
  readonly loopDelayMaxUs: Microseconds | null;
  /** What its probes hold, as it last said; null before the first heartbeat. */
  readonly leases: readonly LeaseCount[] | null;
  /** Why it probes nothing although it has targets; null: it probes. */
  readonly resting: string | null;
  /** Thrown away by its full spool since its epoch began. */
  readonly shedBatches: number;
  /** What it says is wrong with its spool, for people; null: nothing. */
  readonly trouble: string | null;
  /** Of its batches, since the collector began: stored, had already, refused. */
  readonly stored: number;
  readonly duplicates: number;
  readonly refused: number;
  /** What tells its host from another with a copy of its disk; empty: not told. */
  readonly host: string;
  /** What it understands beyond what every version does; see features.ts. */
  readonly features: readonly string[];
  /** The address it came from last, without the port. */
  readonly address: string;
  /** Times that its stream was held back for sending too much, since the collector began. */
  readonly throttled: number;
  /** What was last found wrong with what it sends, and who else last presented its id. */
  readonly complaint: Remark | null;
  readonly clash: Remark | null;
}

/** Something for people, with when it was noticed (collector's clock). */
export interface Remark {
  readonly at: UnixMicros;
  readonly text: string;
}

/** The parts of a hello that the table keeps. */
export interface Introduction {
  readonly agent: string;
  readonly site: string;
  readonly version: string;
  readonly epoch: number;
  readonly anchor: UnixMicros;
  readonly assignmentVersion: number;
  readonly backlogBatches: number;
  readonly host: string;
  readonly features: readonly string[];
}

/** A row for an agent that said hello; what was counted before stays, what belongs to the epoch starts anew. */
export function introduce(
  before: AgentState | undefined,
  hello: Introduction & { readonly address: string },
  now: UnixMicros,
): AgentState {
  const sameEpoch = before?.epoch === hello.epoch;
  return {
    agent: hello.agent,
    site: hello.site,
    version: hello.version,
    connected: true,
    lastSeen: now,
    epoch: hello.epoch,
    anchor: hello.anchor,
    clockOffsetUs: sameEpoch ? before.clockOffsetUs : null,
    clockErrorUs: sameEpoch ? before.clockErrorUs : null,
    backlogBatches: hello.backlogBatches,
    assignmentVersion: hello.assignmentVersion,
    loopDelayMaxUs: null,
    leases: sameEpoch ? before.leases : null,
    resting: sameEpoch ? before.resting : null,
    shedBatches: sameEpoch ? before.shedBatches : 0,
    trouble: sameEpoch ? before.trouble : null,
    stored: before?.stored ?? 0,
    duplicates: before?.duplicates ?? 0,
    refused: before?.refused ?? 0,
    host: hello.host,
    features: hello.features,
    address: hello.address,
    throttled: before?.throttled ?? 0,
    complaint: before?.complaint ?? null,
    clash: before?.clash ?? null,
  };
}

/** The agent to forget for a new one: gone the longest, and the log has all that matters of it. Undefined: all are connected. */
export function forgettable(agents: Iterable<AgentState>): string | undefined {
  let longest: AgentState | undefined;
  for (const agent of agents) {
    if (!agent.connected && (longest === undefined || agent.lastSeen < longest.lastSeen)) longest = agent;
  }
  return longest?.agent;
}
