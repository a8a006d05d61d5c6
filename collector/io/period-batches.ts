/**
 * The batches of a period with the clocks of their agents, an hour at a time: first every clock sample of the hour, then its
 * batches, so that what is said of a period does not depend on the order in which it arrived. Rejected: all samples at once;
 * a month of them is more than a track holds.
 */
import type { ResultBatch } from '../../shared/core/batch.ts';
import { type BatchClocks, createBatchClocks } from '../core/answers/batch-clocks.ts';
import type { Period } from '../core/answers/period-index.ts';
import type { LossEntry } from '../core/log-entry.ts';
import type { Inbox } from './inbox.ts';

export interface PeriodBatch {
  readonly position: number;
  readonly batch: ResultBatch;
  readonly clocks: BatchClocks;
  /** What the batch stands here for: what of it lies in other slices stands there. */
  readonly slice: Period;
}

/** Every batch that may bear on the period, in each slice that it may bear on. */
export async function* periodBatches(inbox: Inbox, period: Period): AsyncIterable<PeriodBatch> {
  for (const slice of inbox.slices(period)) {
    const clocks = createBatchClocks();
    let found = false;
    for await (const { entry } of inbox.readPeriod(slice)) {
      if (entry.kind === 'clock') clocks.add(entry);
      if (entry.kind === 'batch') found = true;
    }
    if (!found) continue;
    for await (const { position, entry } of inbox.readPeriod(slice))
      if (entry.kind === 'batch') yield { position, batch: entry.batch, clocks, slice };
  }
}

/** Losses that may bear on the period, each once, and clocks to place them by. */
export async function periodLosses(
  inbox: Inbox,
  period: Period,
): Promise<{ readonly losses: readonly LossEntry[]; readonly clocks: BatchClocks }> {
  const losses = new Map<number, LossEntry>();
  const clocks = createBatchClocks();
  for (const slice of inbox.slices(period)) {
    for await (const { position, entry } of inbox.readPeriod(slice)) {
      if (entry.kind === 'loss') losses.set(position, entry);
      if (entry.kind === 'clock') clocks.add(entry);
    }
  }
  return { losses: [...losses.values()], clocks };
}
