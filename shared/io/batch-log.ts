/**
 * A durable, ordered log on disk: the agent's spool and the collector's inbox. Records get positions 1, 2, 3 …; appends that
 * arrive while a write is under way share the next write and its flush, so that many agents cost one fsync. Keys `r` + position hold records, `n` + name and `i` + place point at positions, `m` + key hold notes.
 *
 * A write is all or nothing, and survives the process's death at once, the machine's after a flush. Rejected: a file of our
 * own with lengths and checksums. It is easy until the first half-written page, and trimming it needs segments.
 */
import type { Range } from '../core/ranges.ts';
import { BatchLogError, logError } from './batch-log-error.ts';
import { type LevelStore, type LevelWrite, openLevelStore } from './level-store.ts';
import {
  asBuffer,
  BEYOND,
  FIRST,
  NEXT_KEY,
  nameKey,
  noteKey,
  number64,
  placeKey,
  positionOf,
  recordKey,
  SIZE_KEY,
} from './log-key.ts';
import { bytesOf, type LogChange, type NewRecord, NO_CHANGE, putsOf, takeShared, type Waiting } from './log-queue.ts';

export interface LogRecord {
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** Where in a series placed() looks: between two places, both included; a missing end is the series' own. */
export interface PlaceRange {
  readonly series: string;
  readonly from?: readonly number[];
  readonly to?: readonly number[];
  /** Last place first. */
  readonly reverse?: boolean;
}

/** What a record, given its octets, is also found under. */
export type RecordKeys = (bytes: Uint8Array) => Pick<NewRecord, 'name' | 'place'>;

export type Notes = ReadonlyMap<string, Uint8Array | null>;

export interface LogSize {
  readonly records: number;
  /** Sum of the records' own bytes; what they take on disk differs by keys and compression. */
  readonly bytes: number;
}

export interface BatchLog {
  /**
   * Appends in order, all or nothing.
   * @param flush wait until the disk has it (power loss); otherwise it survives the process only
   * @returns the position of each
   */
  append(records: readonly NewRecord[], options: { readonly flush: boolean }): Promise<readonly number[]>;
  /** Records of positions `from` … `to` (default: the end), ascending, as they were when the reading began; `limit` counts records. */
  read(options: ReadOptions): AsyncIterable<LogRecord>;
  get(position: number): Promise<Uint8Array | undefined>;
  find(name: string): Promise<number | undefined>;
  /** Positions of a series' records, in the order of their places. */
  placed(range: PlaceRange): AsyncIterable<number>;
  /** All positions held, ascending; reads keys only. */
  positions(): AsyncIterable<number>;
  /**
   * Forgets records, each at most once; what they are also found under goes as well where `keysOf` says it.
   * @param notes set (or, null, unset) in the same write: what is to be remembered of the forgotten
   */
  remove(removed: readonly Range[], keysOf?: RecordKeys, notes?: Notes): Promise<void>;
  /** Gives the space of records removed in a range of positions back. */
  compact(range: Range): Promise<void>;
  /** Forgets every record up to and including the position, and gives the space back. */
  trim(through: number): Promise<void>;
  remember(key: string, bytes: Uint8Array): Promise<void>;
  recall(key: string): Promise<Uint8Array | undefined>;
  /** All notes whose key begins so, ascending. */
  notes(prefix: string): AsyncIterable<readonly [key: string, bytes: Uint8Array]>;
  /** The position that the next record will get. */
  readonly next: number;
  /** Everything up to this position is stored (or will never be: a failed write leaves its positions empty). */
  readonly stored: number;
  readonly size: LogSize;
  /** Why the last write failed; null: it did not. */
  readonly problem: BatchLogError | null;
  close(): Promise<void>;
}

interface ReadOptions {
  readonly from: number;
  readonly to?: number;
  readonly limit?: number;
}

/**
 * Opens the log in a directory, making the directory when it is missing. It is this process's alone until close().
 * @throws BatchLogError LOG_LOCKED · LOG_NOT_WRITABLE · LOG_DAMAGED · LOG_FULL
 */
export async function openBatchLog(directory: string): Promise<BatchLog> {
  const store = await openLevelStore(directory);
  const [size, next] = await store.getMany([SIZE_KEY, NEXT_KEY]);
  // A torn manifest opens as an empty store. It must not pass for a new one: positions would begin again at 1.
  if (store.hadTables && next === undefined) {
    await store.close();
    throw new BatchLogError('LOG_DAMAGED', directory, undefined);
  }
  return new LevelLog(directory, store, {
    next: next?.readDoubleBE(0) ?? 1,
    records: size?.readDoubleBE(0) ?? 0,
    bytes: size?.readDoubleBE(8) ?? 0,
  });
}

class LevelLog implements BatchLog {
  readonly #directory: string;
  readonly #store: LevelStore;
  readonly #queue: Waiting[] = [];
  #next: number;
  #stored: number;
  /** The last position that is known to be on disk. */
  #durable: number;
  problem: BatchLogError | null = null;
  #records: number;
  #bytes: number;
  #writing: Promise<void> | undefined;
  #closed = false;

  constructor(directory: string, store: LevelStore, start: LogSize & { readonly next: number }) {
    this.#directory = directory;
    this.#store = store;
    this.#next = start.next;
    this.#stored = start.next - 1;
    this.#durable = start.next - 1;
    this.#records = start.records;
    this.#bytes = start.bytes;
  }

  get next(): number {
    return this.#next;
  }

  get stored(): number {
    return this.#stored;
  }

  get size(): LogSize {
    return { records: this.#records, bytes: this.#bytes };
  }

  append(records: readonly NewRecord[], options: { readonly flush: boolean }): Promise<readonly number[]> {
    return this.#enqueue({ ...NO_CHANGE, records, flush: options.flush });
  }

  #enqueue(change: LogChange): Promise<readonly number[]> {
    if (this.#closed) return Promise.reject(new BatchLogError('LOG_CLOSED', this.#directory, undefined));
    const first = this.#next;
    this.#next += change.records.length;
    const stored = new Promise<readonly number[]>((resolve, reject) => {
      this.#queue.push({ ...change, first, resolve, reject });
    });
    this.#writing ??= this.#drain();
    return stored;
  }

  async #drain(): Promise<void> {
    // Whoever appends in this same turn of the loop shares the write.
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#writeShared(takeShared(this.#queue));
    this.#writing = undefined;
  }

  async #writeShared(shared: readonly Waiting[]): Promise<void> {
    const through = shared.reduce(
      (last, { first, records }) => Math.max(last, first + records.length - 1),
      this.#stored,
    );
    let [records, bytes] = [this.#records, this.#bytes];
    for (const waiting of shared) {
      records += waiting.records.length - waiting.forgottenRecords;
      bytes += bytesOf(waiting.records) - waiting.forgottenBytes;
    }
    const sums: LevelWrite['puts'] = [
      [SIZE_KEY, number64(records, bytes)],
      [NEXT_KEY, number64(through + 1)],
    ];
    const flush = shared.some((waiting) => waiting.flush);
    try {
      await this.#store.write(
        async () => {
          const torn = this.problem !== null ? await this.#keysBeyond(this.#durable) : [];
          const puts = [...shared.flatMap(putsOf), ...sums];
          return { puts, deletions: [...torn, ...shared.flatMap(({ forgotten }) => forgotten)] };
        },
        { flush },
      );
    } catch (error) {
      // Nobody is told that it is stored; the positions stay unused.
      const problem = logError(this.#directory, error);
      this.problem = problem;
      this.#stored = through;
      for (const waiting of shared) waiting.reject(problem);
      return;
    }
    this.problem = null;
    this.#stored = through;
    this.#durable = through;
    this.#records = records;
    this.#bytes = bytes;
    for (const { records: own, first, resolve } of shared) resolve(own.map((_, index) => first + index));
  }

  /** What a write that failed may have left all the same: its batches will come again, and would be there twice. */
  async #keysBeyond(position: number): Promise<readonly Buffer[]> {
    const keys: Buffer[] = [];
    for await (const [key] of this.#store.entries({ gte: recordKey(position + 1), lt: BEYOND, values: false }))
      keys.push(key);
    return keys;
  }

  async *read({ from, to, limit }: ReadOptions): AsyncIterable<LogRecord> {
    const range = { gte: recordKey(Math.max(0, from)), lt: to === undefined ? BEYOND : recordKey(to + 1) };
    for await (const [key, bytes] of this.#store.entries(limit === undefined ? range : { ...range, limit }))
      yield { position: positionOf(key), bytes };
  }

  async *placed({
    series,
    from = [],
    to = [Number.POSITIVE_INFINITY],
    reverse = false,
  }: PlaceRange): AsyncIterable<number> {
    const range = { gte: placeKey({ series, at: from }), lte: placeKey({ series, at: to }), reverse };
    for await (const [, position] of this.#store.entries(range)) yield positionOf(position);
  }

  async *positions(): AsyncIterable<number> {
    for await (const [key] of this.#store.entries({ gte: FIRST, lt: BEYOND, values: false })) yield positionOf(key);
  }

  get(position: number): Promise<Uint8Array | undefined> {
    return this.#store.get(recordKey(position));
  }

  async find(name: string): Promise<number | undefined> {
    const key = await this.#store.get(nameKey(name));
    return key === undefined ? undefined : positionOf(key);
  }

  async remember(key: string, bytes: Uint8Array): Promise<void> {
    await this.#enqueue({ ...NO_CHANGE, notes: [[noteKey(`-${key}`), asBuffer(bytes)]], flush: false });
  }

  recall(key: string): Promise<Uint8Array | undefined> {
    return this.#store.get(noteKey(`-${key}`));
  }

  async *notes(prefix: string): AsyncIterable<readonly [string, Uint8Array]> {
    const gte = noteKey(`-${prefix}`);
    // No note's key has an octet of all ones.
    const lt = Buffer.concat([gte, Buffer.of(255)]);
    for await (const [key, bytes] of this.#store.entries({ gte, lt })) yield [key.subarray(2).toString(), bytes];
  }

  async remove(removed: readonly Range[], keysOf?: RecordKeys, noted: Notes = new Map()): Promise<void> {
    const forgotten: Buffer[] = [];
    let [forgottenBytes, forgottenRecords] = [0, 0];
    for (const { from, to } of removed) {
      for await (const [key, bytes] of this.#store.entries({ gte: recordKey(from), lte: recordKey(to) })) {
        const { name, place } = keysOf?.(bytes) ?? {};
        forgotten.push(
          key,
          ...(name === undefined ? [] : [nameKey(name)]),
          ...(place === undefined ? [] : [placeKey(place)]),
        );
        forgottenBytes += bytes.length;
        forgottenRecords += 1;
      }
    }
    const notes: [Buffer, Buffer][] = [];
    for (const [key, note] of noted)
      if (note === null) forgotten.push(noteKey(`-${key}`));
      else notes.push([noteKey(`-${key}`), asBuffer(note)]);
    await this.#enqueue({ ...NO_CHANGE, forgotten, forgottenRecords, forgottenBytes, notes });
  }

  compact({ from, to }: Range): Promise<void> {
    return this.#store.compact(recordKey(from), recordKey(to + 1));
  }

  async trim(through: number): Promise<void> {
    await this.remove([{ from: 0, to: through }]);
    await this.#store.compact(FIRST, recordKey(through + 1));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
    await this.#store.close();
  }
}
