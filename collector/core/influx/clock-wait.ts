/**
 * Puts the log's batches in order of release: each waits until its agent's clock has been sampled after its last exchange,
 * for only between two samples is a moment's place final. What is written then stands where `export` shows it, and stands
 * there again when it is written a second time.
 *
 * An agent that is cut off gives no sample: after SAMPLE_WAIT_US of log time its batch goes with the offset of the sample
 * before, at most 4 ms from its place at the worst drift. The wait counts in the log's own time, so that the same log gives the
 * same points. Rejected: placing by what is known at once and moving points later; InfluxDB cannot move a point.
 */
import type { ResultBatch } from '../../../shared/core/batch.ts';
import { addTo } from '../answers/batch-clocks.ts';
import type { BatchEntry, LogEntry } from '../log-entry.ts';
import type { ClockTrack } from '../verdicts/clock-track.ts';
import { SAMPLE_WAIT_US } from './limits.ts';

export interface Positioned<Entry extends LogEntry = LogEntry> {
  readonly position: number;
  readonly entry: Entry;
}

export interface ClockWait {
  /** Takes the log's next entry. @returns the batches that go now, in log order */
  take(record: Positioned): readonly Positioned<BatchEntry>[];
  /** @param now the collector's clock, when the log has nothing newer @returns the batches that have waited long enough */
  expire(now: number): readonly Positioned<BatchEntry>[];
  /** The oldest batch that waits. */
  readonly head: Positioned<BatchEntry> | null;
  /** Everything before it has been released; null: nothing was taken yet. */
  readonly next: number | null;
}

/** @param tracks the agents' clocks, by agent; samples are added to it as the log gives them */
export function createClockWait(tracks: Map<string, ClockTrack>): ClockWait {
  // Bounded by SAMPLE_WAIT_US of log time.
  let held: Waiting[] = [];
  let after: number | null = null;
  const release = (isDue: (waiting: Waiting) => boolean): readonly Positioned<BatchEntry>[] => {
    let count = 0;
    while (count < held.length && isDue(held[count] as Waiting)) count += 1;
    const released = held.slice(0, count);
    if (count > 0) held = held.slice(count);
    return released;
  };
  const expire = (now: number) =>
    release((waiting) => waiting.entry.receivedAt + SAMPLE_WAIT_US <= now || isPlaced(tracks, waiting));
  return {
    take: ({ position, entry }) => {
      // Before the entry counts: a sample that comes after the wait is over comes too late.
      const expired = expire(entry.receivedAt);
      after = position + 1;
      if (entry.kind === 'batch') held.push({ position, entry, last: lastSent(entry.batch) });
      if (entry.kind === 'clock') addTo(tracks, entry);
      return [...expired, ...release((waiting) => isPlaced(tracks, waiting))];
    },
    expire,
    get head() {
      return held[0] ?? null;
    },
    get next() {
      return held[0]?.position ?? after;
    },
  };
}

interface Waiting extends Positioned<BatchEntry> {
  /** When its last DISCOVER left, by the agent's clock; null without any. */
  readonly last: number | null;
}

function lastSent({ anchor, results }: ResultBatch): number | null {
  let last: number | null = null;
  for (const sentUs of results.sentUs) if (last === null || anchor + sentUs > last) last = anchor + sentUs;
  return last;
}

/** No later sample can change where the batch's exchanges stand. */
function isPlaced(tracks: ReadonlyMap<string, ClockTrack>, { entry, last }: Waiting): boolean {
  const sample = tracks.get(entry.batch.agent)?.at(-1);
  if (last === null) return true;
  if (sample === undefined || sample.epoch < entry.batch.epoch) return false;
  return sample.epoch > entry.batch.epoch || sample.at >= last;
}
