/**
 * Brackets: between which two moments a server stopped or started answering. They must contain the truth always; being
 * narrow comes second.
 *
 * A stop lies after the last moment at which the server was surely alive (the REQUEST whose ACK came in had left: the ACK
 * itself may have been on its way when the server died), and before the moment by which the first unanswered exchange
 * would have been answered. Where exchanges also get lost, the first unanswered may be mere loss, so as many are skipped
 * as could all have been lost by chance. A start mirrors this. Rejected: [last ACK, first unanswered DISCOVER], which is
 * inverted as soon as the latency exceeds the interval between exchanges.
 */
import { unixMicros } from '../../../shared/core/units.ts';
import type { Bracket } from '../finding.ts';
import { MERE_LOSS_LN } from './limits.ts';
import { nextLostLn, type Prior } from './loss-history.ts';

/** @returns the bracket from earliest to latest, µs; never inverted: the latest yields to the earliest, which is proof */
export function bracket(earliest: number, latest: number): Bracket {
  const low = Math.round(earliest);
  const high = Math.max(low, Math.round(latest));
  return { at: unixMicros(Math.round((low + high) / 2)), earliest: unixMicros(low), latest: unixMicros(high) };
}

/** @returns how many unanswered in a row could be mere loss, at least 1: one where nothing at all was being lost */
export function mereLosses(prior: Prior): number {
  if (prior.lost === 0) return 1;
  let chance = 0;
  let count = 0;
  while (chance > MERE_LOSS_LN && count < 1000) chance += nextLostLn(prior, count++);
  return count;
}

/** What a stop's bracket is drawn from, µs. */
export interface StopEvidence {
  readonly aliveAt: number;
  readonly lastAckAt: number;
  /** Of the run's first exchanges: the moment by which each would have been answered. */
  readonly stoppedBy: readonly number[];
  readonly prior: Prior;
  /** When the deciding exchange could no longer be answered: the worst case. */
  readonly decidedBy: number;
}

/** When a server stopped answering. */
export function stopBracket(e: StopEvidence): Bracket {
  const telling = e.stoppedBy.filter((moment) => moment >= e.aliveAt);
  // Each of these bounds the stop by itself; a later exchange may bound it sooner, when only old answers were slow.
  const by = Math.min(e.decidedBy, ...telling.slice(mereLosses(e.prior) - 1));
  return bracket(e.aliveAt, Math.max(by, e.lastAckAt));
}

/** When it started: @param silent send times of the last unanswered exchanges before @param answeredAt first ACK's arrival */
export function startBracket(silent: readonly number[], skipped: number, answeredAt: number): Bracket {
  const earliest = silent[Math.max(0, silent.length - skipped)] ?? answeredAt;
  return bracket(Math.min(earliest, answeredAt), answeredAt);
}
