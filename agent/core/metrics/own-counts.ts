/**
 * What the agent counts of its own batches as it closes them. Rejected: counters in the prober and the engine; everything that they
 * know of an exchange is in the batch, and the engine's loop is where every microsecond is a latency.
 */
import type { ResultBatch } from '../../../shared/core/batch.ts';
import {
  ALL_LIVE,
  countBatch,
  createExchangeCounts,
  type ExchangeCounts,
} from '../../../shared/core/metrics/exchange-counts.ts';

/** Delays of which the worst is shown: a minute's, at a batch a second. */
const DELAYS_KEPT = 60;

/** Changed by `countOwn` only. */
export interface OwnCounts {
  readonly exchanges: ExchangeCounts;
  batches: number;
  /** µs, newest last; bounded by DELAYS_KEPT. */
  readonly loopDelaysUs: number[];
}

export const createOwnCounts = (): OwnCounts => ({ exchanges: createExchangeCounts(), batches: 0, loopDelaysUs: [] });

export function countOwn(counts: OwnCounts, batch: ResultBatch): void {
  countBatch(counts.exchanges, batch, ALL_LIVE);
  counts.batches += 1;
  counts.loopDelaysUs.push(batch.loopDelayMaxUs);
  if (counts.loopDelaysUs.length > DELAYS_KEPT) counts.loopDelaysUs.shift();
}

/** The worst of the newest delays, µs; null before the first batch. */
export const worstDelayUs = ({ loopDelaysUs }: OwnCounts): number | null =>
  loopDelaysUs.length === 0 ? null : Math.max(...loopDelaysUs);
