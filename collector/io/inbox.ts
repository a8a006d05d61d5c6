/**
 * The collector's log: every LogEntry in the order of its arrival, batches in the bytes in which they came. It stores a batch
 * once, however often it is sent, and what it has reported as stored is on disk. Whatever computes verdicts reads it from a
 * cursor of its own.
 *
 * Rejected: handing batches to the detector when they arrive and logging them on the side; a verdict must follow from the
 * log alone.
 */
import type { ResultBatch } from '../../shared/core/batch.ts';
import { type UnixMicros, unixMicros } from '../../shared/core/units.ts';
import { type BatchLog, openBatchLog } from '../../shared/io/batch-log.ts';
import { encodeBatch } from '../../shared/wire/batch-encoder.ts';
import { isDecodeError } from '../../shared/wire/decode-error.ts';
import { CLOCK_WRONG_MAX_US } from '../core/answers/limits.ts';
import { missingParts } from '../core/answers/losses.ts';
import { StoredBatches } from '../core/answers/stored-batches.ts';
import type { LogEntry, LossEntry } from '../core/log-entry.ts';
import { batchBytes, decodeEntry, encodeBatchRecord, encodeEntry } from './log-entry-codec.ts';

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

/** `stored` now · `duplicate` stored before with the same bytes · `conflict` stored before with other bytes. */
export type AppendResult =
  | { readonly kind: 'stored'; readonly position: number }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'conflict' };

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
  readPeriod(period: {
    readonly from: number;
    readonly to: number;
    readonly through?: number;
  }): AsyncIterable<InboxRecord>;
  /** The same and then, for ever, what is appended, in chunks; ends when the signal aborts. */
  follow(from: number, signal: AbortSignal): AsyncIterable<readonly InboxRecord[]>;
  /** The position that the next entry will get. */
  readonly next: number;
  readonly size: { readonly records: number; readonly bytes: number };
  close(): Promise<void>;
}

/** Batches between two snapshots of what is stored: so many records a start has to read again, a second's work. */
const SNAPSHOT_BATCHES = 20_000;
const SNAPSHOT_KEY = 'stored-batches';
/** What bears on a period of event time. */
const PERIOD_KINDS: ReadonlySet<LogEntry['kind']> = new Set(['batch', 'clock', 'loss']);
/** Rows of decoded batches kept for followers at the end of the log: some 20 MB, and seconds of the highest rate. */
const TAIL_ROWS = 256 * 1024;
/** What an entry costs besides its rows, in rows. */
const TAIL_ENTRY_ROWS = 32;
/** Records that a follower which has fallen behind reads from disk at a time. */
const CHUNK_RECORDS = 256;

/** @throws BatchLogError as openBatchLog */
export async function openInbox(directory: string): Promise<Inbox> {
  const log = await openBatchLog(directory);
  const snapshot = await log.recall(SNAPSHOT_KEY);
  const stored = StoredBatches.fromJson(snapshot === undefined ? undefined : Buffer.from(snapshot).toString());
  for await (const { bytes } of log.read({ from: stored.through + 1 })) {
    const entry = decodeEntry(bytes);
    if (isDecodeError(entry)) continue;
    if (entry.kind === 'batch') stored.add(entry.batch);
    if (entry.kind === 'loss') stored.addRun(entry);
  }
  return new LogInbox(log, stored);
}

const nameOf = ({ agent, epoch, sequence }: ResultBatch): string => `${agent}/${epoch}/${sequence}`;

interface Pending {
  readonly position: number;
  readonly done: Promise<unknown>;
}

class LogInbox implements Inbox {
  readonly #log: BatchLog;
  readonly #stored: StoredBatches;
  /** Batches being written: not stored yet, and not to be written a second time. Bounded by the agents' send windows. */
  readonly #pending = new Map<string, Pending>();
  readonly #tail = new Map<number, LogEntry>();
  #tailRows = 0;
  #sinceSnapshot = 0;
  #wake: (() => void)[] = [];
  #losses: Promise<unknown> = Promise.resolve();

  constructor(log: BatchLog, stored: StoredBatches) {
    this.#log = log;
    this.#stored = stored;
  }

  get next(): number {
    return this.#log.next;
  }

  get size(): { readonly records: number; readonly bytes: number } {
    return this.#log.size;
  }

  async appendBatch(received: ReceivedBatch): Promise<AppendResult> {
    const name = nameOf(received.batch);
    const pending = this.#pending.get(name);
    if (pending !== undefined || this.#stored.has(received.batch)) {
      await pending?.done;
      return this.#compare(name, received.bytes);
    }
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
    // Positions from the first pending one on may be on disk without being in #stored: a start reads them again.
    let through = this.#log.stored;
    for (const { position } of this.#pending.values()) through = Math.min(through, position - 1);
    await this.#log.remember(SNAPSHOT_KEY, Buffer.from(this.#stored.toJson(through)));
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
    const [position = 0] = await this.#log.append([{ bytes: encodeEntry(entry) }], { flush: true });
    this.#publish(position, entry);
    return position;
  }

  /** One after another, and after the batches under way: a loss is judged by what is stored. */
  #appendLoss(entry: LossEntry): Promise<number | null> {
    const written = this.#losses.then(async () => {
      await Promise.allSettled([...this.#pending.values()].map(({ done }) => done));
      let last: number | null = null;
      for (const part of missingParts(entry, this.#stored.missing(entry))) {
        last = await this.#write(part);
        this.#stored.addRun(part);
      }
      return last;
    });
    this.#losses = written.catch(() => undefined);
    return written;
  }

  #publish(position: number, entry: LogEntry): void {
    this.#tail.set(position, entry);
    this.#tailRows += rowsOf(entry);
    for (const [oldest, old] of this.#tail) {
      if (this.#tailRows <= TAIL_ROWS) break;
      this.#tail.delete(oldest);
      this.#tailRows -= rowsOf(old);
    }
    for (const wake of this.#wake.splice(0)) wake();
  }

  async *read(from: number): AsyncIterable<InboxRecord> {
    for await (const { position, bytes } of this.#log.read({ from })) {
      const entry = decodeEntry(bytes);
      // A record of a later version is left to that version.
      if (!isDecodeError(entry)) yield { position, entry };
    }
  }

  async *readPeriod({
    from,
    through,
  }: {
    readonly from: number;
    readonly to: number;
    readonly through?: number;
  }): AsyncIterable<InboxRecord> {
    const start = await positionAt(this, unixMicros(Math.max(0, from - CLOCK_WRONG_MAX_US)));
    for await (const record of this.read(start)) {
      if (through !== undefined && record.position >= through) return;
      if (PERIOD_KINDS.has(record.entry.kind)) yield record;
    }
  }

  async *follow(from: number, signal: AbortSignal): AsyncIterable<readonly InboxRecord[]> {
    let cursor = from;
    while (!signal.aborted) {
      const through = this.#log.stored;
      if (cursor > through) {
        await this.#appended(signal);
        continue;
      }
      const chunk = this.#fromTail(cursor, through) ?? (await this.#fromDisk(cursor));
      // Positions that a failed write left empty have no record.
      cursor = (chunk.at(-1)?.position ?? through) + 1;
      if (chunk.length > 0) yield chunk;
    }
  }

  #fromTail(from: number, through: number): readonly InboxRecord[] | undefined {
    const chunk: InboxRecord[] = [];
    for (let position = from; position <= through; position += 1) {
      const entry = this.#tail.get(position);
      if (entry === undefined) break;
      chunk.push({ position, entry });
    }
    return chunk.length === 0 ? undefined : chunk;
  }

  async #fromDisk(from: number): Promise<readonly InboxRecord[]> {
    const chunk: InboxRecord[] = [];
    for await (const record of this.read(from)) {
      chunk.push(record);
      if (chunk.length === CHUNK_RECORDS) break;
    }
    return chunk;
  }

  #appended(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      signal.addEventListener('abort', wake);
      this.#wake.push(wake);
    });
  }

  async close(): Promise<void> {
    await this.#snapshot();
    await this.#log.close();
  }
}

function rowsOf(entry: LogEntry): number {
  return TAIL_ENTRY_ROWS + (entry.kind === 'batch' ? entry.batch.results.path.length : 0);
}

/** Where the log's entries received at or after a moment begin, by halving: receipt only goes on, clock steps aside. */
export async function positionAt(inbox: Inbox, moment: UnixMicros): Promise<number> {
  let [low, high] = [1, inbox.next];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const record = await firstFrom(inbox, middle);
    if (record !== null && record.entry.receivedAt < moment) low = record.position + 1;
    else high = middle;
  }
  return low;
}

async function firstFrom(inbox: Inbox, position: number): Promise<InboxRecord | null> {
  for await (const record of inbox.read(position)) return record;
  return null;
}
