/**
 * The spool on disk: records in a BatchLog, and beside them what had to be thrown away. A batch that is shed and the note that
 * it was are one write, so that neither a kill nor a full disk can separate them. Rejected: waiting for removals; what is acknowledged twice is stored once.
 */

import type { LossRun } from '../../shared/core/loss.ts';
import {
  addRange,
  countValues,
  hasValue,
  NO_RANGES,
  nextValue,
  type Range,
  type Ranges,
  rangesOf,
  removeRange,
} from '../../shared/core/ranges.ts';
import { type BatchLog, type Notes, openBatchLog } from '../../shared/io/batch-log.ts';
import { BatchLogError } from '../../shared/io/batch-log-error.ts';
import { decodeBatch } from '../../shared/wire/batch-decoder.ts';
import { isDecodeError } from '../../shared/wire/decode-error.ts';
import { decodeLoss, encodeLoss } from '../../shared/wire/loss-codec.ts';
import type { LossBook, LossChanges, LostBatch } from '../core/loss-book.ts';
import type { SpooledBatch } from '../core/send-window.ts';
import { decodeSpoolRecord, encodeSpoolRecord, type SpoolRecord } from '../core/spool-record.ts';
import type { SpoolMoment } from '../core/spool-time.ts';
import { COMPACT_BYTES, SHED_BATCHES } from '../core/stream-limits.ts';

/** Bounds of what is held. */
export interface DiskBounds {
  readonly bytes: number;
  readonly ageUs: number;
}

const LOSS_NOTE = 'loss-';

/**
 * Opens the directory, and sees whether all of it is there.
 * @throws BatchLogError as openBatchLog; LOG_DAMAGED also when fewer records are there than the log has counted
 */
export async function openDiskSpool(directory: string): Promise<DiskSpool> {
  const log = await openBatchLog(directory);
  try {
    let held: Ranges = NO_RANGES;
    for await (const position of log.positions()) held = addRange(held, { from: position, to: position });
    if (countValues(held) !== log.size.records) throw new BatchLogError('LOG_DAMAGED', directory, undefined);
    const newest = await log.get(held.at(-1)?.to ?? 0);
    return new DiskSpool(log, held, newest === undefined ? null : (decodeSpoolRecord(newest)?.made ?? null));
  } catch (error) {
    await log.close();
    throw error;
  }
}

/** Every method rejects with BatchLogError when the disk fails. */
export class DiskSpool {
  /** When the newest record that was found at the opening was made. */
  readonly newest: SpoolMoment | null;
  readonly #log: BatchLog;
  /** Reads and removals under way. The session does not wait for its removals, so the closing must. */
  readonly #begun = new Set<Promise<unknown>>();
  #held: Ranges;
  /** Of the oldest record. */
  #oldestUs: { readonly position: number; readonly spoolUs: number } | undefined;
  #freedBytes = 0;

  constructor(log: BatchLog, held: Ranges, newest: SpoolMoment | null) {
    this.#log = log;
    this.#held = held;
    this.newest = newest;
  }

  /** Positions held. What could not be removed when it was forgotten is none of them. */
  get held(): Ranges {
    return this.#held;
  }

  /** Resolves when they are flushed. @returns their positions */
  async append(records: readonly SpoolRecord[]): Promise<readonly number[]> {
    const positions = await this.#begin(
      this.#log.append(
        records.map((record) => ({ bytes: encodeSpoolRecord(record) })),
        { flush: true },
      ),
    );
    for (const position of positions) this.#held = addRange(this.#held, { from: position, to: position });
    return positions;
  }

  /** Batches from a position on, oldest first. */
  read(from: number, limit: number): Promise<readonly SpooledBatch[]> {
    return this.#begin(this.#read(from, limit));
  }

  async #read(from: number, limit: number): Promise<readonly SpooledBatch[]> {
    const batches: SpooledBatch[] = [];
    const first = nextValue(this.#held, from);
    if (first === undefined) return batches;
    for await (const { position, bytes } of this.#log.read({ from: first, limit })) {
      const record = decodeSpoolRecord(bytes);
      if (record !== null && hasValue(this.#held, position)) batches.push({ ...record, position });
    }
    return batches;
  }

  forget(positions: Iterable<number>): Promise<void> {
    return this.remove(rangesOf([...positions].filter((position) => hasValue(this.#held, position))));
  }

  /** Writes something small: after a failure the log sees then whether it can be written again. */
  async touch(): Promise<void> {
    await this.#begin(this.#log.remember('touched', new Uint8Array(1)));
  }

  /** Takes positions for forgotten that could not be removed. */
  hide(ranges: Ranges): void {
    for (const range of ranges) this.#held = removeRange(this.#held, range);
  }

  /** Removes positions that are there, with what is to be noted in the same write. */
  remove(removed: readonly Range[], losses: ReadonlyMap<number, LossRun | null> = new Map()): Promise<void> {
    for (const range of removed) this.#held = removeRange(this.#held, range);
    return this.#begin(this.#write(removed, losses));
  }

  async #write(removed: readonly Range[], losses: ReadonlyMap<number, LossRun | null>): Promise<void> {
    const before = this.#log.size.bytes;
    await this.#log.remove(removed, undefined, lossNotes(losses));
    this.#freedBytes += Math.max(0, before - this.#log.size.bytes);
    if (this.#freedBytes < COMPACT_BYTES) return;
    this.#freedBytes = 0;
    await this.#log.trim((this.#held[0]?.from ?? this.#log.next) - 1);
  }

  /**
   * Sheds the oldest batches beyond the bounds, a few at a time.
   * @param nowUs the spool's time
   * @returns how many went; 0 when all is within the bounds
   */
  async shed(bounds: DiskBounds, nowUs: number, book: LossBook): Promise<number> {
    const first = this.#held[0]?.from;
    const isFull = this.#log.size.bytes > bounds.bytes;
    if (first === undefined || !(isFull || (await this.#begin(this.#isTooOld(first, nowUs - bounds.ageUs))))) return 0;
    const lost: LostBatch[] = [];
    const positions: number[] = [];
    let bytes = this.#log.size.bytes;
    for await (const record of this.#log.read({ from: first, limit: SHED_BATCHES })) {
      const { made, ...batch } = decodeSpoolRecord(record.bytes) ?? { made: null, epoch: 0, sequence: 0, bytes: null };
      const tooOld = made !== null && made.spoolUs < nowUs - bounds.ageUs;
      if (bytes <= bounds.bytes && !tooOld) break;
      bytes -= record.bytes.length;
      if (!hasValue(this.#held, record.position)) continue;
      positions.push(record.position);
      if (batch.bytes !== null) lost.push(lostBatch(batch));
    }
    if (positions.length === 0) return 0;
    const changes = book.plan(lost, 'shed');
    await this.remove(rangesOf(positions), changes);
    await this.noteLosses(unset(book.commit(changes)));
    return positions.length;
  }

  async #isTooOld(first: number, beforeUs: number): Promise<boolean> {
    if (this.#oldestUs?.position !== first) {
      const record = await this.#log.get(first);
      const made = record === undefined ? undefined : decodeSpoolRecord(record)?.made;
      this.#oldestUs = { position: first, spoolUs: made?.spoolUs ?? Number.POSITIVE_INFINITY };
    }
    return this.#oldestUs.spoolUs < beforeUs;
  }

  /** Sets or (null) unsets what is noted of losses. */
  async noteLosses(losses: ReadonlyMap<number, LossRun | null>): Promise<void> {
    if (losses.size > 0) await this.remove([], losses);
  }

  /** What an earlier start has noted. */
  async losses(): Promise<LossChanges> {
    const found = new Map<number, LossRun>();
    for await (const [key, bytes] of this.#log.notes(LOSS_NOTE)) {
      const loss = decodeLoss(bytes);
      if (!isDecodeError(loss)) found.set(Number(key.slice(LOSS_NOTE.length)), loss);
    }
    return found;
  }

  /** Lets what was begun end first: nobody who asked before is refused. */
  async close(): Promise<void> {
    while (this.#begun.size > 0) await Promise.allSettled(this.#begun);
    await this.#log.close();
  }

  #begin<Value>(work: Promise<Value>): Promise<Value> {
    const ended = work.finally(() => this.#begun.delete(ended));
    this.#begun.add(ended);
    return ended;
  }
}

/** What a loss must tell of a batch. */
export function lostBatch({ epoch, sequence, bytes }: Omit<SpoolRecord, 'made'>): LostBatch {
  const batch = decodeBatch(bytes);
  return { epoch, sequence, batch: isDecodeError(batch) ? null : batch };
}

/** Notes to be taken away. */
export const unset = (numbers: readonly number[]): ReadonlyMap<number, null> =>
  new Map(numbers.map((number) => [number, null]));

const lossNotes = (losses: ReadonlyMap<number, LossRun | null>): Notes =>
  new Map(
    [...losses].map(([number, run]) => [
      `${LOSS_NOTE}${number}`,
      run === null ? null : encodeLoss({ kind: 'loss', ...run }),
    ]),
  );
