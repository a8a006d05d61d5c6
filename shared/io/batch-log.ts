/**
 * A durable, ordered log on disk: the agent's spool and the collector's inbox. Records get positions 1, 2, 3 …; appends that
 * arrive while a write is under way share the next write and its flush, so that many agents cost one fsync. LevelDB is known
 * in this file only: keys `r` + position hold records, `n` + name and `i` + place point at positions, `m` + key hold notes.
 *
 * A write is all or nothing, and survives the process's death at once, the machine's after a flush. Rejected: a file of our
 * own with lengths and checksums. It is easy until the first half-written page, and trimming it needs segments.
 */
import { readdir } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import type { Range } from '../core/ranges.ts';
import { BatchLogError, logError } from './batch-log-error.ts';
import { makeDirectory } from './directory.ts';
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
import { type LogChange, type NewRecord, takeShared, type Waiting } from './log-queue.ts';

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
  /** Forgets records, each at most once; their names stay taken. */
  remove(removed: readonly Range[]): Promise<void>;
  /** Forgets every record up to and including the position, and gives the space back. */
  trim(through: number): Promise<void>;
  remember(key: string, bytes: Uint8Array): Promise<void>;
  recall(key: string): Promise<Uint8Array | undefined>;
  /** The position that the next record will get. */
  readonly next: number;
  /** Everything up to this position is stored (or will never be: a failed write leaves its positions empty). */
  readonly stored: number;
  readonly size: LogSize;
  close(): Promise<void>;
}

interface ReadOptions {
  readonly from: number;
  readonly to?: number;
  readonly limit?: number;
}

type Store = ClassicLevel<Buffer, Buffer>;

/**
 * Opens the log in a directory, making the directory when it is missing. It is this process's alone until close().
 * @throws BatchLogError LOG_LOCKED · LOG_NOT_WRITABLE · LOG_DAMAGED · LOG_FULL
 */
export async function openBatchLog(directory: string): Promise<BatchLog> {
  try {
    await makeDirectory(directory);
    const hadTables = (await readdir(directory)).some((name) => name.endsWith('.ldb'));
    const store: Store = new ClassicLevel<Buffer, Buffer>(directory, {
      keyEncoding: 'buffer',
      valueEncoding: 'buffer',
    });
    await store.open();
    const [size, next] = await store.getMany([SIZE_KEY, NEXT_KEY]);
    // A torn manifest opens as an empty store. It must not pass for a new one: positions would begin again at 1.
    if (hadTables && next === undefined) {
      await store.close();
      throw new BatchLogError('LOG_DAMAGED', directory, undefined);
    }
    return new LevelLog(directory, store, {
      next: next?.readDoubleBE(0) ?? 1,
      records: size?.readDoubleBE(0) ?? 0,
      bytes: size?.readDoubleBE(8) ?? 0,
    });
  } catch (error) {
    throw logError(directory, error);
  }
}

class LevelLog implements BatchLog {
  readonly #directory: string;
  readonly #store: Store;
  readonly #queue: Waiting[] = [];
  #next: number;
  #stored: number;
  #records: number;
  #bytes: number;
  #writing: Promise<void> | undefined;
  #closed = false;

  constructor(directory: string, store: Store, start: LogSize & { readonly next: number }) {
    this.#directory = directory;
    this.#store = store;
    this.#next = start.next;
    this.#stored = start.next - 1;
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
    return this.#enqueue({ records, forgotten: [], forgottenBytes: 0, flush: options.flush });
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
    const write = this.#store.batch();
    let { records, bytes } = this.size;
    let through = this.#stored;
    for (const waiting of shared) {
      for (const [index, record] of waiting.records.entries()) {
        const key = recordKey(waiting.first + index);
        write.put(key, asBuffer(record.bytes));
        if (record.name !== undefined) write.put(nameKey(record.name), key);
        if (record.place !== undefined) write.put(placeKey(record.place), key);
        bytes += record.bytes.length;
      }
      for (const key of waiting.forgotten) write.del(key);
      through = waiting.first + waiting.records.length - 1;
      records += waiting.records.length - waiting.forgotten.length;
      bytes -= waiting.forgottenBytes;
    }
    write.put(SIZE_KEY, number64(records, bytes)).put(NEXT_KEY, number64(through + 1));
    try {
      await write.write({ sync: shared.some((waiting) => waiting.flush) });
    } catch (error) {
      // Nothing of it was stored; the positions stay unused.
      this.#stored = through;
      for (const waiting of shared) waiting.reject(logError(this.#directory, error));
      return;
    }
    this.#stored = through;
    this.#records = records;
    this.#bytes = bytes;
    for (const { records: own, first, resolve } of shared) resolve(own.map((_, index) => first + index));
  }

  async *read({ from, to, limit = -1 }: ReadOptions): AsyncIterable<LogRecord> {
    const range = { gte: recordKey(Math.max(0, from)), lt: to === undefined ? BEYOND : recordKey(to + 1), limit };
    try {
      for await (const [key, bytes] of this.#store.iterator(range)) yield { position: positionOf(key), bytes };
    } catch (error) {
      throw logError(this.#directory, error);
    }
  }

  async *placed({
    series,
    from = [],
    to = [Number.POSITIVE_INFINITY],
    reverse = false,
  }: PlaceRange): AsyncIterable<number> {
    const range = { gte: placeKey({ series, at: from }), lte: placeKey({ series, at: to }), reverse };
    try {
      for await (const key of this.#store.values(range)) yield positionOf(key);
    } catch (error) {
      throw logError(this.#directory, error);
    }
  }

  async *positions(): AsyncIterable<number> {
    try {
      for await (const key of this.#store.keys({ gte: FIRST, lt: BEYOND })) yield positionOf(key);
    } catch (error) {
      throw logError(this.#directory, error);
    }
  }

  get(position: number): Promise<Uint8Array | undefined> {
    return this.#ask(() => this.#store.get(recordKey(position)));
  }

  find(name: string): Promise<number | undefined> {
    return this.#ask(async () => {
      const key = await this.#store.get(nameKey(name));
      return key === undefined ? undefined : positionOf(key);
    });
  }

  remember(key: string, bytes: Uint8Array): Promise<void> {
    return this.#ask(() => this.#store.put(noteKey(`-${key}`), asBuffer(bytes)));
  }

  recall(key: string): Promise<Uint8Array | undefined> {
    return this.#ask(() => this.#store.get(noteKey(`-${key}`)));
  }

  async remove(removed: readonly Range[]): Promise<void> {
    const forgotten: Buffer[] = [];
    let forgottenBytes = 0;
    await this.#ask(async () => {
      for (const { from, to } of removed) {
        const range = { gte: recordKey(from), lte: recordKey(to) };
        for await (const [key, value] of this.#store.iterator(range)) {
          forgotten.push(key);
          forgottenBytes += value.length;
        }
      }
    });
    await this.#enqueue({ records: [], forgotten, forgottenBytes, flush: false });
  }

  async trim(through: number): Promise<void> {
    await this.remove([{ from: 0, to: through }]);
    await this.#ask(() => this.#store.compactRange(FIRST, recordKey(through + 1)));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
    await this.#ask(() => this.#store.close());
  }

  async #ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    try {
      return await question();
    } catch (error) {
      throw logError(this.#directory, error);
    }
  }
}
