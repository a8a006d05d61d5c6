/**
 * The agent's spool: batches on disk until a collector has them. Appending flushes to disk, about once a second and at most
 * a millisecond's work, so that what a kill -9 or a power cut can lose is the batch being gathered, one second. When the spool
 * is full its oldest batches go, and are counted. Rejected: a file per batch; a week's outage is 600,000 of them.
 */
import {
  addRange,
  countValues,
  NO_RANGES,
  type Range,
  type Ranges,
  rangesOf,
  removeRange,
} from '../../shared/core/ranges.ts';
import { type BatchLog, openBatchLog } from '../../shared/io/batch-log.ts';
import type { SpooledBatch } from '../core/send-window.ts';
import { SHED_BYTES, SPOOL_BYTES_MAX } from '../core/stream-limits.ts';

/** Epoch and sequence, before the batch's own bytes. */
const HEAD_BYTES = 16;

export interface Spool {
  /** @throws BatchLogError when it cannot be stored */
  append(batch: Omit<SpooledBatch, 'position'>): Promise<SpooledBatch>;
  /** Batches from a position on, oldest first. */
  read(from: number, limit: number): Promise<readonly SpooledBatch[]>;
  /** What the collector has (or will never take). */
  forget(positions: Iterable<number>): Promise<void>;
  /** Positions held. */
  readonly held: Ranges;
  /** How many batches are held. */
  readonly count: number;
  /** Thrown away because the spool was full, since it was opened. */
  readonly shed: number;
  /** Lets what was begun end first: nobody who asked before is refused. */
  close(): Promise<void>;
}

/**
 * @param maxBytes bound on the batches' bytes
 * @throws BatchLogError as openBatchLog
 */
export async function openSpool(directory: string, maxBytes = SPOOL_BYTES_MAX): Promise<Spool> {
  const log = await openBatchLog(directory);
  let held: Ranges = NO_RANGES;
  for await (const position of log.positions()) held = addRange(held, { from: position, to: position });
  return new LogSpool(log, held, maxBytes);
}

class LogSpool implements Spool {
  readonly #log: BatchLog;
  readonly #maxBytes: number;
  /** Reads and removals under way. The session does not wait for its removals, so the closing must. */
  readonly #begun = new Set<Promise<unknown>>();
  #held: Ranges;
  #shed = 0;

  constructor(log: BatchLog, held: Ranges, maxBytes: number) {
    this.#log = log;
    this.#held = held;
    this.#maxBytes = maxBytes;
  }

  get held(): Ranges {
    return this.#held;
  }

  get count(): number {
    return countValues(this.#held);
  }

  get shed(): number {
    return this.#shed;
  }

  async append(batch: Omit<SpooledBatch, 'position'>): Promise<SpooledBatch> {
    if (this.#log.size.bytes > this.#maxBytes) await this.#shedOldest();
    const [position = 0] = await this.#log.append([{ bytes: encodeRecord(batch) }], { flush: true });
    this.#held = addRange(this.#held, { from: position, to: position });
    return { ...batch, position };
  }

  async #shedOldest(): Promise<void> {
    let bytes = 0;
    let last = 0;
    const before = this.count;
    for await (const record of this.#log.read({ from: 0 })) {
      bytes += record.bytes.length;
      last = record.position;
      if (bytes >= Math.min(SHED_BYTES, this.#maxBytes / 2)) break;
    }
    await this.#remove([{ from: 0, to: last }]);
    this.#shed += before - this.count;
  }

  read(from: number, limit: number): Promise<readonly SpooledBatch[]> {
    return this.#begin(this.#read(from, limit));
  }

  async #read(from: number, limit: number): Promise<readonly SpooledBatch[]> {
    const batches: SpooledBatch[] = [];
    for await (const { position, bytes } of this.#log.read({ from, limit }))
      batches.push(decodeRecord(position, bytes));
    return batches;
  }

  forget(positions: Iterable<number>): Promise<void> {
    return this.#begin(this.#remove(rangesOf(positions)));
  }

  #begin<Value>(work: Promise<Value>): Promise<Value> {
    const ended = work.finally(() => this.#begun.delete(ended));
    this.#begun.add(ended);
    return ended;
  }

  async #remove(removed: readonly Range[]): Promise<void> {
    for (const range of removed) this.#held = removeRange(this.#held, range);
    await this.#log.remove(removed);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#begun);
    await this.#log.close();
  }
}

function encodeRecord({ epoch, sequence, bytes }: Omit<SpooledBatch, 'position'>): Uint8Array {
  const record = Buffer.allocUnsafeSlow(HEAD_BYTES + bytes.length);
  record.writeDoubleBE(epoch, 0);
  record.writeDoubleBE(sequence, 8);
  record.set(bytes, HEAD_BYTES);
  return record;
}

function decodeRecord(position: number, record: Uint8Array): SpooledBatch {
  const head = new DataView(record.buffer, record.byteOffset, HEAD_BYTES);
  return { position, epoch: head.getFloat64(0), sequence: head.getFloat64(8), bytes: record.subarray(HEAD_BYTES) };
}
