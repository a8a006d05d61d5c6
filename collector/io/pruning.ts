/**
 * Takes raw results that have had their time out of the log: a few hundred records a write, with a pause for ingest after each,
 * and the space given back in stretches. What is kept for ever (marks, configurations, losses, imports, keeps) is passed over,
 * and so is what a person asked to keep.
 *
 * Rejected: a store a day, thrown away whole; a batch of a backlog belongs to another day than its neighbours.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { addRange, NO_RANGES, type Range, type Ranges } from '../../shared/core/ranges.ts';
import type { BatchLog, RecordKeys } from '../../shared/io/batch-log.ts';
import { isDecodeError } from '../../shared/wire/decode-error.ts';
import type { PeriodIndex } from '../core/answers/period-index.ts';
import type { LogEntry } from '../core/log-entry.ts';
import { decodeEntry } from './log-entry-codec.ts';
import { samplePlace } from './period-reading.ts';

/** The name under which a batch is found. */
export const batchName = ({ agent, epoch, sequence }: { agent: string; epoch: number; sequence: number }): string =>
  `${agent}/${epoch}/${sequence}`;

/** Records looked at before others have a turn: a few milliseconds of work. */
const STEP_RECORDS = 64;
/** What is left to others after each; 4,000 records a second go all the same, and a large installation brings 150. */
const STEP_PAUSE_MS = 10;
/** Positions whose space is given back at once; the engine rewrites what is left of them. */
const COMPACT_POSITIONS = 20_000;

export interface Pruned {
  readonly records: number;
  readonly ranges: Ranges;
}

/** Removes raw results of positions from … to. @throws BatchLogError; what was removed by then stays removed */
export async function pruneRaw(
  { log, index }: { readonly log: BatchLog; readonly index: PeriodIndex },
  { from, to }: Range,
  signal: AbortSignal,
): Promise<Pruned> {
  let pruned: Pruned = { records: 0, ranges: NO_RANGES };
  let compacted = from;
  for (let start = from; start <= to && !signal.aborted; ) {
    const step = await stepFrom({ log, index }, { from: start, to });
    await log.remove(step.ranges, keysOf);
    pruned = step.ranges.reduce(
      (sum, range) => ({ records: sum.records + range.to - range.from + 1, ranges: addRange(sum.ranges, range) }),
      pruned,
    );
    start = step.next;
    if (start - compacted >= COMPACT_POSITIONS) {
      await log.compact({ from: compacted, to: start - 1 });
      compacted = start;
    }
    await pause(STEP_PAUSE_MS);
  }
  // What is asked for by event time stands in the index until here; readings find nothing behind it.
  for (const range of pruned.ranges) index.remove(range);
  return pruned;
}

interface Step {
  readonly ranges: Ranges;
  /** Where to go on. */
  readonly next: number;
}

async function stepFrom(
  { log, index }: { readonly log: BatchLog; readonly index: PeriodIndex },
  { from, to }: Range,
): Promise<Step> {
  let ranges: Ranges = NO_RANGES;
  let [looked, next] = [0, to + 1];
  for await (const { position, bytes } of log.read({ from, to, limit: STEP_RECORDS })) {
    looked += 1;
    if (looked === STEP_RECORDS) next = position + 1;
    const entry = decodeEntry(bytes);
    if (!isDecodeError(entry) && isRaw(entry) && !index.isKept(entry))
      ranges = addRange(ranges, { from: position, to: position });
  }
  return { ranges, next };
}

const isRaw = ({ kind }: LogEntry): boolean => kind === 'batch' || kind === 'clock';

const keysOf: RecordKeys = (bytes) => {
  const entry = decodeEntry(bytes);
  if (isDecodeError(entry)) return {};
  if (entry.kind === 'batch') return { name: batchName(entry.batch) };
  return entry.kind === 'clock' ? { place: samplePlace(entry) } : {};
};
