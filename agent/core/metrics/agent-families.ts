/**
 * What an agent knows of itself, as metrics: what it probed and how that ended, its spool, its line to the collector, its clock. For
 * whoever scrapes site hosts; the names begin with `dorawatch_agent_`, so that who scrapes both
 * programs counts nothing twice. Series: some 80 a server, and 20 more besides the process's own.
 */

import type { LeaseCount } from '../../../shared/core/lease-count.ts';
import { type ExchangeCounts, exchangeFamilies } from '../../../shared/core/metrics/exchange-counts.ts';
import { counter, type Family, gauge, seconds, single } from '../../../shared/core/metrics/family.ts';
import type { KeptEnrolment } from '../enrolment.ts';

/** The agent's line to the collector, since its start. */
export interface LineFigures {
  /** Batches can go now. */
  readonly connected: boolean;
  /** Sessions begun. */
  readonly sessions: number;
  /** Batches that the collector has acknowledged, and refused for ever. */
  readonly acknowledged: number;
  readonly refused: number;
  /** Agent − collector and how well that is known, µs; null before the first measurement. */
  readonly clockOffsetUs: number | null;
  readonly clockErrorUs: number | null;
}

export interface AgentFigures {
  readonly agent: string;
  readonly site: string;
  readonly exchanges: ExchangeCounts;
  /** Batches closed since the start. */
  readonly batches: number;
  /** The loop's worst delay in the newest batches, µs; null before the first. */
  readonly loopDelayMaxUs: number | null;
  readonly spool: {
    readonly count: number;
    readonly shed: number;
    readonly isWritable: boolean;
  };
  readonly line: LineFigures;
  readonly leases: readonly LeaseCount[];
  readonly isResting: boolean;
  /** Null: it has none. */
  readonly enrolment: Pick<KeptEnrolment, 'validTo' | 'revoked'> | null;
  /** 0: none. */
  readonly assignmentVersion: number;
}

/** @param version of the program */
export const agentFamilies = (figures: AgentFigures, version: string): readonly Family[] => [
  gauge('dorawatch_agent_build_info', 'The version of the agent, its name and its site; always 1.', [
    { labels: { version, agent: figures.agent, site: figures.site }, value: 1 },
  ]),
  ...exchangeFamilies('dorawatch_agent', figures.exchanges),
  ...lineFamilies(figures.line),
  ...spoolFamilies(figures),
  ...stateFamilies(figures),
  ...enrolmentFamilies(figures.enrolment),
];

const enrolmentFamilies = (enrolment: AgentFigures['enrolment']): readonly Family[] => [
  gauge(
    'dorawatch_agent_enrolled',
    'Whether the agent has a certificate of its collector.',
    single(Number(enrolment !== null)),
  ),
  gauge(
    'dorawatch_agent_revoked',
    'Whether the collector has thrown this agent out: it probes nothing.',
    single(Number((enrolment?.revoked ?? null) !== null)),
  ),
  gauge(
    'dorawatch_agent_certificate_expiry_timestamp_seconds',
    'When its certificate expires; it is renewed at two thirds of its life.',
    single(enrolment === null ? null : seconds(enrolment.validTo)),
  ),
];

const usToS = (us: number | null): number | null => (us === null ? null : seconds(us));

const lineFamilies = (line: LineFigures): readonly Family[] => [
  gauge(
    'dorawatch_agent_collector_connected',
    'Whether batches can go to the collector.',
    single(Number(line.connected)),
  ),
  counter('dorawatch_agent_collector_sessions_total', 'Sessions begun with the collector.', single(line.sessions)),
  counter('dorawatch_agent_batches_acknowledged_total', 'Batches that the collector has.', single(line.acknowledged)),
  counter(
    'dorawatch_agent_batches_refused_total',
    'Batches that the collector refused for ever.',
    single(line.refused),
  ),
  gauge('dorawatch_agent_clock_offset_seconds', "This clock minus the collector's.", single(usToS(line.clockOffsetUs))),
  gauge(
    'dorawatch_agent_clock_error_seconds',
    'How well that is known, plus or minus.',
    single(usToS(line.clockErrorUs)),
  ),
];

const spoolFamilies = ({ batches, spool }: AgentFigures): readonly Family[] => [
  counter('dorawatch_agent_batches_spooled_total', 'Batches made and put into the spool.', single(batches)),
  counter(
    'dorawatch_agent_batches_shed_total',
    'Batches thrown away by a full or unwritable spool.',
    single(spool.shed),
  ),
  gauge('dorawatch_agent_backlog_batches', 'Batches in the spool that are not acknowledged.', single(spool.count)),
  gauge(
    'dorawatch_agent_spool_writable',
    'Whether batches go to disk; if not, they wait in memory.',
    single(Number(spool.isWritable)),
  ),
];

const stateFamilies = ({ leases, isResting, assignmentVersion, loopDelayMaxUs }: AgentFigures): readonly Family[] => [
  gauge(
    'dorawatch_agent_leases_held',
    'Leases that the probes hold, by server.',
    [...heldByServer(leases)].map(([, sample]) => sample),
  ),
  gauge(
    'dorawatch_agent_resting',
    'Whether nothing is probed for want of a word from the collector.',
    single(Number(isResting)),
  ),
  gauge('dorawatch_agent_assignment_version', 'The assignment that is probed; 0: none.', single(assignmentVersion)),
  gauge(
    'dorawatch_agent_loop_delay_max_seconds',
    'Worst delay of the event loop in the last minute.',
    single(usToS(loopDelayMaxUs)),
  ),
];

/** Sweeps hold leases by subnet; a thousand series a site for them would be no use. */
function heldByServer(leases: readonly LeaseCount[]) {
  const sums = new Map<string, { labels: { group: string; server: string }; value: number }>();
  for (const { group, server, held } of leases) {
    const key = JSON.stringify([group, server]);
    const known = sums.get(key) ?? { labels: { group, server }, value: 0 };
    sums.set(key, { ...known, value: known.value + held });
  }
  return sums;
}
