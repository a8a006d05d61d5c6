/**
 * What to say of batches that are stored: ranges, epoch by epoch, in messages of a bounded size.
 * Rejected: an acknowledgement a batch; most of a drain's downstream would be those.
 */
import { MAX_RANGES_PER_ACK } from '../../shared/core/limits.ts';
import { type Range, rangesOf } from '../../shared/core/ranges.ts';

/** Sequences of one epoch; null: the session's own. */
export interface EpochRange extends Range {
  readonly epoch: number | null;
}

/** A batch of the session's agent. */
export interface BatchInEpoch {
  readonly epoch: number;
  readonly sequence: number;
}

/** @param own the session's epoch, which goes without saying @returns the ranges of each message */
export function ackMessages(stored: readonly BatchInEpoch[], own: number): readonly (readonly EpochRange[])[] {
  const ranges: EpochRange[] = [];
  for (const epoch of new Set(stored.map((name) => name.epoch))) {
    const sequences = stored.filter((name) => name.epoch === epoch).map(({ sequence }) => sequence);
    for (const range of rangesOf(sequences)) ranges.push({ epoch: epoch === own ? null : epoch, ...range });
  }
  const messages: EpochRange[][] = [];
  for (let start = 0; start < ranges.length; start += MAX_RANGES_PER_ACK) {
    messages.push(ranges.slice(start, start + MAX_RANGES_PER_ACK));
  }
  return messages;
}
