/**
 * The losses of a spool, in memory and on its disk: what could not be noted yet is noted when the disk takes it again.
 * Rejected: noting in the spool itself; whether the disk can be written is its concern, what was lost is not.
 */

import type { LossRun } from '../../shared/core/loss.ts';
import type { Range } from '../../shared/core/ranges.ts';
import { LossBook, type LossChanges } from '../core/loss-book.ts';
import type { HeldBatch } from '../core/memory-queue.ts';
import { type DiskSpool, lostBatch } from './disk-spool.ts';

export class LossKeeper {
  readonly book: LossBook;
  /** Not on disk yet; null: to be taken away there. Bounded by LOSSES_MAX, and by what is settled between two writes. */
  readonly #unnoted = new Map<number, LossRun | null>();

  /** @param first number of the first run; above those of earlier starts */
  constructor(first: number) {
    this.book = new LossBook(first);
  }

  /** Batches that were in memory alone. */
  lose(lost: readonly HeldBatch[]): void {
    const changes = this.book.plan(lost.map(lostBatch), 'unspooled');
    for (const [number, run] of changes) this.#unnoted.set(number, run);
    for (const number of this.book.commit(changes)) this.#unnoted.set(number, null);
  }

  /** As they are to be told: none grows any more. */
  sealed(): ReadonlyMap<number, LossRun> {
    this.book.seal();
    return this.book.runs;
  }

  /** @returns whether an acknowledgement over exactly this range settled any */
  settle(epoch: number, range: Range): boolean {
    const settled = this.book.settle(epoch, range);
    for (const number of settled) this.#unnoted.set(number, null);
    return settled.length > 0;
  }

  /** The disk has lost what it noted. */
  renote(): void {
    for (const [number, run] of this.book.runs) this.#unnoted.set(number, run);
  }

  /** Writes what is not on disk yet. @throws BatchLogError; it is tried again at the next call then */
  async write(disk: DiskSpool | undefined): Promise<void> {
    const writing = new Map(this.#unnoted);
    if (disk === undefined || writing.size === 0) return;
    await disk.noteLosses(writing);
    for (const [number, run] of writing) if (this.#unnoted.get(number) === run) this.#unnoted.delete(number);
  }

  /** What the disk knew from earlier starts. */
  adopt(found: LossChanges): void {
    for (const [number, run] of found) {
      if (this.#unnoted.get(number) !== null && !this.book.runs.has(number)) this.book.restore(number, run);
    }
  }
}
