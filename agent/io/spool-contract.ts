/**
 * What the agent's session and program ask of a spool, whatever its disk does. Apart from the spool so that who uses it need
 * not know how it is kept. Rejected: errors to its users; none of them could do anything but wait, which the spool does itself.
 */

import type { LossRun } from '../../shared/core/loss.ts';
import type { Range, Ranges } from '../../shared/core/ranges.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import type { MemoryBounds } from '../core/memory-queue.ts';
import type { SpooledBatch } from '../core/send-window.ts';

export interface SpoolOptions {
  /** Bounds of what is on disk; absent: SPOOL_BYTES_MAX and SPOOL_AGE_MAX_MS. */
  readonly bytes?: number | undefined;
  readonly ageMs?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
  readonly memory?: MemoryBounds | undefined;
}

/** From positions in memory to those on disk. */
export type Moves = ReadonlyMap<number, number>;

export interface Spool {
  /** Resolves when it is on disk, or in memory because the disk does not take it. Never rejects. */
  append(batch: Omit<SpooledBatch, 'position'>): Promise<SpooledBatch>;
  /** Batches from a position on, oldest first; none also when the disk cannot be read just now. */
  read(from: number, limit: number): Promise<readonly SpooledBatch[]>;
  /** What the collector has (or will never take). */
  forget(positions: Iterable<number>): Promise<void>;
  /** Positions held. */
  readonly held: Ranges;
  /** How many batches are held. */
  readonly count: number;
  /** Thrown away since it was opened. */
  readonly shed: number;
  /** What was thrown away and not acknowledged yet; from now on as it is. */
  sealedLosses(): ReadonlyMap<number, LossRun>;
  /** An acknowledgement over exactly a loss's sequences settles it. */
  settleLoss(epoch: number, range: Range): void;
  /** Batches go to disk now. */
  readonly isWritable: boolean;
  /** What is wrong, for people; null: nothing. */
  readonly trouble: string | null;
  /** Told when what is held has other positions than before. */
  onMoved: (moves: Moves) => void;
  close(): Promise<void>;
}
