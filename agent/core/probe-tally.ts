/**
 * What a probe adds up: every exchange once, by its outcome, and every answer that was none. Two identities hold at its
 * end, and a test holds them: due = sent + unsent, and sent = the sum of the outcomes.
 */
import type { UnsentCause } from '../../shared/core/outcome.ts';
import type { Ending } from './exchange.ts';
import { addLatency, createLatencies, type Latencies } from './latency.ts';

/** Counts and latencies of one run. */
export interface ProbeTally {
  due: number;
  sent: number;
  readonly unsent: Record<UnsentCause, number>;
  acked: number;
  readonly dropped: { offer: number; ack: number };
  naked: number;
  refused: number;
  unreachable: number;
  unmeasured: number;
  late: number;
  orphans: number;
  duplicates: number;
  foreign: number;
  malformed: number;
  released: number;
  /** OFFERs in time, REQUESTs sent, ACKs in time: perfdhcp's columns. */
  offers: number;
  requests: number;
  acks: number;
  /** Addresses given to two identities at a time (-u), by stage. */
  readonly nonUnique: { offer: number; ack: number };
  readonly latency: { readonly offer: Latencies; readonly ack: Latencies; readonly total: Latencies };
}

/** Nothing counted yet. */
export function createTally(): ProbeTally {
  return {
    due: 0,
    sent: 0,
    unsent: { no_identity: 0, stalled: 0, send_error: 0 },
    acked: 0,
    dropped: { offer: 0, ack: 0 },
    naked: 0,
    refused: 0,
    unreachable: 0,
    unmeasured: 0,
    late: 0,
    orphans: 0,
    duplicates: 0,
    foreign: 0,
    malformed: 0,
    released: 0,
    offers: 0,
    requests: 0,
    acks: 0,
    nonUnique: { offer: 0, ack: 0 },
    latency: { offer: createLatencies(), ack: createLatencies(), total: createLatencies() },
  };
}

/** A DISCOVER left. */
export function tallySent(tally: ProbeTally): void {
  tally.due += 1;
  tally.sent += 1;
}

/** Exchanges that were due and never left. */
export function tallyUnsent(tally: ProbeTally, cause: UnsentCause, count = 1): void {
  tally.due += count;
  tally.unsent[cause] += count;
}

/** An exchange ended. */
export function tallyEnding(tally: ProbeTally, ending: Ending, released: boolean): void {
  const { outcome, stage } = ending;
  if (outcome === 'dropped') tally.dropped[stage] += 1;
  else tally[outcome] += 1;
  if (released) tally.released += 1;
  if (ending.lateNs !== undefined) tally.late += 1;
  if (ending.offerNs !== undefined) tally.offers += 1;
  if (stage === 'ack') tally.requests += 1;
  if (ending.ackNs !== undefined) tally.acks += 1;
  addLatency(tally.latency.offer, ending.offerNs);
  addLatency(tally.latency.ack, ending.ackNs);
  // DISCOVER to ACK: without an ACK (DO) there is none, and the offer's latency would only stand twice.
  if (ending.ackNs !== undefined) addLatency(tally.latency.total, ending.totalNs);
}

/** Exchanges that have ended, whatever their outcome. */
export function endedOf(tally: ProbeTally): number {
  return failedOf(tally) + tally.acked;
}

/** Exchanges that ended without what they asked for. */
export function failedOf({ dropped, naked, refused, unreachable, unmeasured }: ProbeTally): number {
  return dropped.offer + dropped.ack + naked + refused + unreachable + unmeasured;
}

/** Exchanges that were due and never left, whatever the cause. */
export function unsentOf({ unsent }: ProbeTally): number {
  return unsent.no_identity + unsent.stalled + unsent.send_error;
}
