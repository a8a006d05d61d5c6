/**
 * Changes of the log that wait for the disk: those that wait together share one write and its flush, so that many agents cost
 * one. Kept apart from the log because sharing has nothing to do with what the engine is.
 */
import { asBuffer, type LogPlace, nameKey, placeKey, recordKey } from './log-key.ts';

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
  /** Keys that go, and how many of them were records, of how many octets. */
  readonly forgotten: readonly Buffer[];
  readonly forgottenRecords: number;
  readonly forgottenBytes: number;
  readonly notes: readonly (readonly [key: Buffer, value: Buffer])[];
  /** Wait until the disk has it. */
  readonly flush: boolean;
}

/** A change of nothing, to be told what it changes. */
export const NO_CHANGE: LogChange = {
  records: [],
  forgotten: [],
  forgottenRecords: 0,
  forgottenBytes: 0,
  notes: [],
  flush: false,
};

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
    bytes += bytesOf(waiting.records);
    if (count > 0 && bytes > MAX_WRITE_BYTES) break;
    count += 1;
  }
  return queue.splice(0, count);
}

/** Octets of the records themselves. */
export const bytesOf = (records: readonly NewRecord[]): number =>
  records.reduce((sum, { bytes }) => sum + bytes.length, 0);

/** What a change puts into the store. */
export function putsOf({ first, records, notes }: Waiting): readonly (readonly [Buffer, Buffer])[] {
  const puts: (readonly [Buffer, Buffer])[] = [...notes];
  for (const [index, { bytes, name, place }] of records.entries()) {
    const key = recordKey(first + index);
    puts.push([key, asBuffer(bytes)]);
    if (name !== undefined) puts.push([nameKey(name), key]);
    if (place !== undefined) puts.push([placeKey(place), key]);
  }
  return puts;
}
