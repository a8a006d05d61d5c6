/**
 * Moves what had to stay in memory to the disk, in order and some at a time, while more may come in behind it.
 * Rejected: one write for all; a kill in the middle of it would lose what a smaller one has saved.
 */
import { hasValue } from '../../shared/core/ranges.ts';
import type { MemoryQueue } from '../core/memory-queue.ts';
import { MOVE_BATCHES } from '../core/stream-limits.ts';
import type { DiskSpool } from './disk-spool.ts';
import type { SpoolClock } from './spool-clock.ts';
import type { Moves } from './spool-contract.ts';

/** Resolves when memory is empty. @throws BatchLogError; what was not moved is still in memory then */
export async function moveFromMemory(memory: MemoryQueue, disk: DiskSpool, time: SpoolClock): Promise<Moves> {
  const moves = new Map<number, number>();
  for (;;) {
    const batches = memory.read(0, MOVE_BATCHES);
    if (batches.length === 0) return moves;
    const positions = await disk.append(batches.map((batch) => time.record(batch, batch.monotonicUs)));
    for (const [index, { position }] of batches.entries()) {
      const own = positions[index] ?? 0;
      // Acknowledged, or shed, while it was being written.
      if (!hasValue(memory.held, position)) await disk.forget([own]);
      else moves.set(position, own);
      memory.forget(position);
    }
  }
}
