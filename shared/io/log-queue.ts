/**
 * Changes of the log that wait for the disk: those that wait together share one write and its flush, so that many agents cost
 * one. Kept apart from the log because sharing has nothing to do with what the engine is.
 */
import type { LogPlace } from './log-key.ts';

/** A record to append. */
export interface NewRecord {
  readonly bytes: Uint8Array;
  /** A name under which find() gives the position; unique by the caller's care. */
  readonly name?: string;
  /** A place in a series under which placed() finds the position. */
  readonly place?: LogPlace;
}

/** What is to be written. */
export interface LogChange {
  readonly records: readonly NewRecord[];
  /** Keys that go, and the octets of the records that they held. */
  readonly forgotten: readonly Buffer[];
  readonly forgottenBytes: number;
  /** Wait until the disk has it. */
  readonly flush: boolean;
}

/** A change that is not written yet; `first` is the position of its first record. */
export interface Waiting extends LogChange {
  readonly first: number;
  readonly resolve: (positions: readonly number[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Record octets in one shared write: memory, and the longest that one flush keeps the others waiting. */
const MAX_WRITE_BYTES = 8 * 1024 * 1024;

/** Takes what goes into the next write off the queue: always something, if there is anything. */
export function takeShared(queue: Waiting[]): readonly Waiting[] {
  let bytes = 0;
  let count = 0;
  for (const waiting of queue) {
    for (const record of waiting.records) bytes += record.bytes.length;
    if (count > 0 && bytes > MAX_WRITE_BYTES) break;
    count += 1;
  }
  return queue.splice(0, count);
}
