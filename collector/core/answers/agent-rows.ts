/**
 * What `agents` shows: the sessions of this run, and the agents that only the log remembers (a collector that has just
 * started must not pretend that it never heard of anybody).
 */
import type { LeaseCount } from '../../../shared/core/lease-count.ts';
import type { AgentView } from '../../../shared/core/ops-view.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { Remark } from '../agent-table.ts';
import { isBehind } from '../agent-versions.ts';
import type { AgentView as LoggedAgent } from '../verdicts/views.ts';
import { troubleText } from './agent-trouble.ts';
import type { AgentLoss } from './losses.ts';

/** An agent as its session tells. */
export interface SessionAgent {
  readonly agent: string;
  readonly site: string;
  readonly version: string;
  readonly connected: boolean;
  readonly lastSeen: UnixMicros;
  readonly clockOffsetUs: number | null;
  readonly clockErrorUs: number | null;
  readonly backlogBatches: number | null;
  /** 0: none. */
  readonly assignmentVersion: number;
  readonly loopDelayMaxUs: number | null;
  /** Batches refused for ever, since the collector began. */
  readonly refused: number;
  /** What is wrong with its spool, for people; null: nothing. */
  readonly trouble: string | null;
  /** Times that its stream was held back. */
  readonly throttled: number;
  /** What its probes hold; null: not told. */
  readonly leases: readonly LeaseCount[] | null;
  /** Why it probes nothing although it has targets; null: it probes. */
  readonly resting: string | null;
  readonly complaint: Remark | null;
  readonly clash: Remark | null;
}

/**
 * @param known what each agent lost, by name, the collector's clock, and its version
 * @returns by site, then by name
 */
export function agentRows(
  sessions: readonly SessionAgent[],
  logged: readonly LoggedAgent[],
  known: { readonly losses: ReadonlyMap<string, AgentLoss>; readonly now: UnixMicros; readonly version: string },
): readonly AgentView[] {
  const { losses, now } = known;
  const rows = new Map<string, AgentView>(logged.map((agent) => [agent.agent, loggedRow(agent, now)]));
  for (const session of sessions) rows.set(session.agent, sessionRow(session, rows.get(session.agent), known));
  return [...rows.values()]
    .map((row) => withLoss(row, losses.get(row.id)))
    .sort((a, b) => compare(a.site, b.site) || compare(a.id, b.id));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const withLoss = (row: AgentView, loss: AgentLoss | undefined): AgentView =>
  loss === undefined ? row : { ...row, lost_batches: loss.batches, lost_exchanges: loss.exchanges };

const leaseSum = (leases: readonly LeaseCount[] | null, count: (row: LeaseCount) => number): number | null =>
  leases === null ? null : leases.reduce((sum, row) => sum + count(row), 0);

const NOTHING_LOST = { lost_batches: 0, lost_exchanges: 0 } as const;

function loggedRow(agent: LoggedAgent, now: UnixMicros): AgentView {
  return {
    id: agent.agent,
    site: agent.site,
    version: null,
    connected: false,
    last_seen: agent.lastReceivedAt,
    complete_through: agent.completeThrough,
    clock_offset_us: agent.clockOffsetUs,
    clock_error_us: agent.clockErrorUs,
    backlog_batches: null,
    assignment_version: null,
    loop_delay_max_ms: agent.loopDelayMaxUs / 1000,
    refused_batches: null,
    ...NOTHING_LOST,
    throttled: null,
    leases_held: null,
    leases_worst: null,
    leases: [],
    resting: null,
    behind: null,
    trouble: troubleText(null, { ...agent, clash: null, complaint: null }, now),
  };
}

function sessionRow(
  session: SessionAgent,
  logged: AgentView | undefined,
  { now, version }: { readonly now: UnixMicros; readonly version: string },
): AgentView {
  const delay = session.loopDelayMaxUs;
  const clockOffsetUs = session.clockOffsetUs ?? logged?.clock_offset_us ?? null;
  const clockErrorUs = session.clockErrorUs ?? logged?.clock_error_us ?? null;
  return {
    id: session.agent,
    site: session.site,
    version: session.version === '' ? null : session.version,
    connected: session.connected,
    last_seen: session.lastSeen,
    complete_through: logged?.complete_through ?? null,
    clock_offset_us: clockOffsetUs,
    clock_error_us: clockErrorUs,
    backlog_batches: session.backlogBatches,
    assignment_version: session.assignmentVersion === 0 ? null : session.assignmentVersion,
    loop_delay_max_ms: delay === null ? (logged?.loop_delay_max_ms ?? null) : delay / 1000,
    refused_batches: session.refused,
    ...NOTHING_LOST,
    leases_held: leaseSum(session.leases, ({ held }) => held),
    leases_worst: leaseSum(session.leases, ({ worst }) => worst),
    leases: session.leases ?? [],
    resting: session.resting,
    behind: isBehind(session.version, version),
    throttled: session.throttled,
    trouble: troubleText(session.trouble, { ...session, clockOffsetUs, clockErrorUs }, now),
  };
}
