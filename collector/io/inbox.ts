/**
 * The collector's log: every LogEntry in the order of its arrival, batches in the bytes in which they came. It stores a batch
 * once, however often it is sent, and what it has reported as stored is on disk. Whatever computes verdicts reads it from a
 * cursor of its own.
 *
 * Rejected: handing batches to the detector when they arrive and logging them on the side; a verdict must follow from the
 * log alone.
 */
import type { ResultBatch } from '../../shared/core/batch.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import { type BatchLog, openBatchLog } from '../../shared/io/batch-log.ts';
import { encodeBatch } from '../../shared/wire/batch-encoder.ts';
import { isDecodeError } from '../../shared/wire/decode-error.ts';
import { missingParts } from '../core/answers/losses.ts';
import { type Period, PeriodIndex } from '../core/answers/period-index.ts';
import { StoredBatches } from '../core/answers/stored-batches.ts';
import type { LogEntry, LossEntry } from '../core/log-entry.ts';
import { batchBytes, decodeEntry, encodeBatchRecord, encodeEntry } from './log-entry-codec.ts';
import { createLogTail } from './log-tail.ts';
import { readPeriod, samplePlace } from './period-reading.ts';
import { batchName, pruneRaw } from './pruning.ts';

export interface InboxRecord {
  /** 1, 2, 3 …: the order of the fold. */
  readonly position: number;
  readonly entry: LogEntry;
}

export interface ReceivedBatch {
  /** Collector's wall clock. */
  readonly receivedAt: UnixMicros;
  /** What `bytes` say. */
  readonly batch: ResultBatch;
  /** As received; kept as they are. */
  readonly bytes: Uint8Array;
}

/**
 * `stored` now · `duplicate` stored before with the same bytes · `conflict` stored before with other bytes · `scattered`
 * cannot be told apart from the agent's others any more: too many epochs, or holes in them.
 */
export type AppendResult =
  | { readonly kind: 'stored'; readonly position: number }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'scattered' };

export interface Inbox {
  /** Resolves when it is flushed to disk (or was). @throws BatchLogError when it could not be; nothing is stored then */
  appendBatch(received: ReceivedBatch): Promise<AppendResult>;
  /** Appends entries of any kind, in order, flushed; what is stored already (a batch, all of a loss) is left out (position null). */
  append(entries: readonly LogEntry[]): Promise<readonly (number | null)[]>;
  /** Everything from a position on, ascending, to the end as it is now. */
  read(from: number): AsyncIterable<InboxRecord>;
  /**
   * In log order, every batch, loss and clock sample that may bear on a period of event time [from, to) (collector's clock, µs),
   * and of what was received before position `through` only (default: all). May yield more than asked for, never less.
   */
  readPeriod(period: Period & { readonly through?: number }): AsyncIterable<InboxRecord>;
  /** The same and then, for ever, what is appended, in chunks; ends when the signal aborts. */
  follow(from: number, signal: AbortSignal): AsyncIterable<readonly InboxRecord[]>;
  /** The newest epoch of an agent in the log; 0: none. */
  newestEpoch(agent: string): number;
  /** Stretches of a period, an hour each at most and in order, outside which readPeriod has nothing. */
  slices(period: Period): readonly Period[];
  /**
   * Removes raw results (batches and clock samples) before a position, in small steps, but for periods that are kept.
   * @returns records removed
   */
  prune(before: number, signal: AbortSignal): Promise<number>;
  /** Periods of event time that outlive retention. */
  readonly kept: readonly Period[];
  /** Raw results before this position are gone, but for those kept; 1: none are. */
  readonly prunedBefore: number;
  /** The position that the next entry will get. */
  readonly next: number;
  readonly size: { readonly records: number; readonly bytes: number };
  /** Why nothing can be stored now, for people; null: it can. */
  readonly problem: string | null;
  close(): Promise<void>;
}

/** Batches between two snapshots of what is stored: so many records a start has to read again, a second's work. */
const SNAPSHOT_BATCHES = 20_000;
const SNAPSHOT_KEY = 'stored-batches';
const INDEX_KEY = 'period-index';
const PRUNED_KEY = 'pruned-before';
/** Records that a follower which has fallen behind reads from disk at a time. */
const CHUNK_RECORDS = 256;

/** @throws BatchLogError as openBatchLog */
export async function openInbox(directory: string): Promise<Inbox> {
  const log = await openBatchLog(directory);
  const recalled = async (key: string): Promise<string | undefined> => {
    const note = await log.recall(key);
    return note === undefined ? undefined : Buffer.from(note).toString();
  };
  const stored = StoredBatches.fromJson(await recalled(SNAPSHOT_KEY));
  const index = PeriodIndex.fromJson(await recalled(INDEX_KEY));
  for await (const { position, bytes } of log.read({ from: Math.min(stored.through, index.through) + 1 })) {
    const entry = decodeEntry(bytes);
    if (isDecodeError(entry)) continue;
    if (entry.kind === 'batch' && position > stored.through) stored.add(entry.batch);
    if (entry.kind === 'loss' && position > stored.through) stored.addRun(entry);
    index.add(position, entry);
  }
  return new LogInbox(log, stored, index, Number((await recalled(PRUNED_KEY)) ?? 1));
}

interface Pending {
  readonly position: number;
  readonly done: Promise<unknown>;
}

class LogInbox implements Inbox {
  prunedBefore: number;
  readonly #log: BatchLog;
  readonly #stored: StoredBatches;
  readonly #index: PeriodIndex;
  /** Entries being written: not stored yet, and not to be written a second time. Bounded by the agents' send windows. */
  readonly #pending = new Map<string, Pending>();
  readonly #tail = createLogTail();
  #sinceSnapshot = 0;
  #losses: Promise<unknown> = Promise.resolve();

  constructor(log: BatchLog, stored: StoredBatches, index: PeriodIndex, prunedBefore: number) {
    this.prunedBefore = prunedBefore;
    this.#log = log;
    this.#stored = stored;
    this.#index = index;
  }

  get next(): number {
    return this.#log.next;
  }

  get size(): { readonly records: number; readonly bytes: number } {
    return this.#log.size;
  }

  newestEpoch(agent: string): number {
    return this.#stored.newestEpoch(agent);
  }

  get problem(): string | null {
    return this.#log.problem?.message ?? null;
  }

  async appendBatch(received: ReceivedBatch): Promise<AppendResult> {
    const name = batchName(received.batch);
    const pending = this.#pending.get(name);
    if (pending !== undefined || this.#stored.has(received.batch)) {
      await pending?.done;
      return this.#compare(name, received.bytes);
    }
    if (!this.#stored.hasRoom(received.batch)) return { kind: 'scattered' };
    const position = this.#log.next;
    const record = { name, bytes: encodeBatchRecord(received.receivedAt, received.bytes) };
    const done = this.#log.append([record], { flush: true });
    this.#pending.set(name, { position, done });
    try {
      await done;
      this.#stored.add(received.batch);
    } finally {
      this.#pending.delete(name);
    }
    this.#publish(position, { kind: 'batch', receivedAt: received.receivedAt, batch: received.batch });
    this.#sinceSnapshot += 1;
    if (this.#sinceSnapshot >= SNAPSHOT_BATCHES) await this.#snapshot();
    return { kind: 'stored', position };
  }

  async #compare(name: string, bytes: Uint8Array): Promise<AppendResult> {
    const position = await this.#log.find(name);
    const record = position === undefined ? undefined : await this.#log.get(position);
    // What retention has removed cannot be compared any more; it was stored once, and that is all that counts.
    const same = record === undefined || Buffer.compare(batchBytes(record), bytes) === 0;
    return { kind: same ? 'duplicate' : 'conflict' };
  }

  async #snapshot(): Promise<void> {
    this.#sinceSnapshot = 0;
    // Positions from the first pending one on may be on disk without being in the two: a start reads them again.
    let through = this.#log.stored;
    for (const { position } of this.#pending.values()) through = Math.min(through, position - 1);
    const [stored, index] = [this.#stored.toJson(through), this.#index.toJson(through)];
    await this.#log.remember(INDEX_KEY, Buffer.from(index));
    await this.#log.remember(SNAPSHOT_KEY, Buffer.from(stored));
  }

  append(entries: readonly LogEntry[]): Promise<readonly (number | null)[]> {
    return Promise.all(entries.map((entry) => this.#appendEntry(entry)));
  }

  async #appendEntry(entry: LogEntry): Promise<number | null> {
    if (entry.kind === 'batch') {
      const { receivedAt, batch } = entry;
      const result = await this.appendBatch({ receivedAt, batch, bytes: encodeBatch(batch) });
      return result.kind === 'stored' ? result.position : null;
    }
    if (entry.kind === 'loss') return this.#appendLoss(entry);
    return this.#write(entry);
  }

  async #write(entry: LogEntry): Promise<number> {
    const position = this.#log.next;
    const place = entry.kind === 'clock' ? { place: samplePlace(entry) } : {};
    const done = this.#log.append([{ bytes: encodeEntry(entry), ...place }], { flush: true });
    const name = `position ${position}`;
    this.#pending.set(name, { position, done });
    try {
      await done;
      if (entry.kind === 'loss') this.#stored.addRun(entry);
    } finally {
      this.#pending.delete(name);
    }
    this.#publish(position, entry);
    return position;
  }

  /** One after another, and after the batches under way: a loss is judged by what is stored. */
  #appendLoss(entry: LossEntry): Promise<number | null> {
    const written = this.#losses.then(async () => {
      await Promise.allSettled([...this.#pending.values()].map(({ done }) => done));
      let last: number | null = null;
      for (const part of missingParts(entry, this.#stored.missing(entry))) last = await this.#write(part);
      return last;
    });
    this.#losses = written.catch(() => undefined);
    return written;
  }

  #publish(position: number, entry: LogEntry): void {
    this.#index.add(position, entry);
    this.#tail.add(position, entry);
  }

  async *read(from: number): AsyncIterable<InboxRecord> {
    for await (const { position, bytes } of this.#log.read({ from })) {
      const entry = decodeEntry(bytes);
      // A record of a later version is left to that version.
      if (!isDecodeError(entry)) yield { position, entry };
    }
  }

  slices(period: Period): readonly Period[] {
    return this.#index.slices(period);
  }

  get kept(): readonly Period[] {
    return this.#index.kept;
  }

  async prune(before: number, signal: AbortSignal): Promise<number> {
    const range = { from: this.prunedBefore, to: Math.min(before, this.#log.stored + 1) - 1 };
    if (range.to < range.from) return 0;
    const { records } = await pruneRaw({ log: this.#log, index: this.#index }, range, signal);
    if (signal.aborted) return records;
    this.prunedBefore = range.to + 1;
    await this.#log.remember(PRUNED_KEY, Buffer.from(String(this.prunedBefore)));
    return records;
  }

  readPeriod(period: Period & { readonly through?: number }): AsyncIterable<InboxRecord> {
    return readPeriod({ log: this.#log, index: this.#index }, period);
  }

  async *follow(from: number, signal: AbortSignal): AsyncIterable<readonly InboxRecord[]> {
    let cursor = from;
    while (!signal.aborted) {
      const through = this.#log.stored;
      if (cursor > through) {
        await this.#tail.next(signal);
        continue;
      }
      const chunk = this.#tail.from(cursor, through) ?? (await this.#fromDisk(cursor));
      // Positions that a failed write left empty have no record.
      cursor = (chunk.at(-1)?.position ?? through) + 1;
      if (chunk.length > 0) yield chunk;
    }
  }

  async #fromDisk(from: number): Promise<readonly InboxRecord[]> {
    const chunk: InboxRecord[] = [];
    for await (const record of this.read(from)) {
      chunk.push(record);
      if (chunk.length === CHUNK_RECORDS) break;
    }
    return chunk;
  }

  async close(): Promise<void> {
    await this.#snapshot();
    await this.#log.close();
  }
}
