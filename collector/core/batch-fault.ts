/**
 * Why a batch that could be decoded is not taken: its name is not its session's, or its times cannot be true. An agent's epoch
 * clock is known once it was measured in the session, and what is sent cannot have happened after it was received. Judged by
 * corrected time, so that a clock that is hours wrong is as good as any. A batch of an epoch that was never measured is let in:
 * the fold, which knows all samples, takes what lies ahead for no evidence. Rejected: refusing that too; a host that booted
 * with a wrong clock would lose an honest backlog.
 */
import type { ResultBatch } from '../../shared/core/batch.ts';
import type { BatchInEpoch } from './ack-ranges.ts';
import { AHEAD_MAX_US, BEHIND_MAX_US } from './limits.ts';

/** The newest sample of an epoch. */
export interface MeasuredClock {
  readonly epoch: number;
  /** Agent − collector, µs, true to ± errorUs. */
  readonly offsetUs: number;
  readonly errorUs: number;
}

/** Whose session a batch came in. */
export interface Sender {
  readonly agent: string;
  readonly epoch: number;
}

export type BatchFault = readonly [FaultKind, string];
/** By the names that the wire has for them. */
export type FaultKind =
  | 'malformed'
  | 'conflict'
  | 'misnamed'
  | 'implausible'
  | 'unconfigured'
  | 'scattered'
  | 'certificate';

/** @param name what its envelope says */
export function misnamed(batch: ResultBatch, name: BatchInEpoch, { agent, epoch }: Sender): BatchFault | null {
  if (batch.agent !== agent || batch.epoch !== name.epoch || batch.sequence !== name.sequence) {
    const says = `${batch.agent} ${batch.epoch} ${batch.sequence}`;
    return ['misnamed', `the batch says ${says}, its envelope ${agent} ${name.epoch} ${name.sequence}`];
  }
  if (name.epoch <= epoch) return null;
  return ['misnamed', `its epoch ${name.epoch} is later than its session's, ${epoch}`];
}

/** @param receivedAt collector's clock, µs */
export function implausible(batch: ResultBatch, clock: MeasuredClock | null, receivedAt: number): BatchFault | null {
  if (clock === null || clock.epoch !== batch.epoch) return null;
  let last = Math.max(batch.fromUs, batch.completeThroughUs);
  for (const sent of batch.results.sentUs) if (sent > last) last = sent;
  const aheadUs = batch.anchor + last - clock.offsetUs - clock.errorUs - receivedAt;
  if (-aheadUs > BEHIND_MAX_US) return ['implausible', "by the agent's measured clock it is more than a year old"];
  if (aheadUs <= AHEAD_MAX_US) return null;
  return ['implausible', `by the agent's measured clock it reaches ${(aheadUs / 1e6).toFixed(1)} s beyond its receipt`];
}

/** Whether a sample can be one: measured before it was received. @param at anchor + epoch time, agent's clock, µs */
export const plausibleSample = (at: number, clock: Omit<MeasuredClock, 'epoch'>, receivedAt: number): boolean =>
  at - clock.offsetUs - clock.errorUs - receivedAt <= AHEAD_MAX_US;
