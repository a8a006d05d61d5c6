/**
 * Keeps `dhcp_path` windows whole: before a batch is added, the blocks that its exchanges belong to are opened, from the log
 * where something may be in them already. The log's own reading by period does it, a run of blocks at a time, so that a backlog of
 * hours costs some readings and not one a window.
 */
import type { ResultBatch } from '../../shared/core/batch.ts';
import type { BatchClocks } from '../core/answers/batch-clocks.ts';
import { BLOCKS_PER_BATCH_MAX, REOPEN_BLOCKS } from '../core/influx/limits.ts';
import { BLOCK_US, createPathWindows } from '../core/influx/path-windows.ts';
import type { Point } from '../core/influx/point.ts';
import type { Inbox } from './inbox.ts';

/** Where the log stands when a batch is added. */
export interface AddedAt {
  /** The batch's; everything before it has been added already, now or in an earlier run. */
  readonly position: number;
  /** Event time through which anything has been added, µs; a block beyond it is empty. */
  readonly furthest: number;
  /** Of what was received before this moment, µs, the log may have lost something. */
  readonly prunedBefore: number;
}

export interface InfluxWindows {
  /** @returns event time of its last block's end, and exchanges whose window can no longer be made whole */
  add(batch: ResultBatch, at: AddedAt): Promise<{ readonly furthest: number; readonly tooLate: number }>;
  takeDirty(): readonly Point[];
  trim(): void;
}

export function createInfluxWindows(inbox: Inbox, clocks: BatchClocks): InfluxWindows {
  const windows = createPathWindows();
  const reopen = async (block: number, { position, furthest, prunedBefore }: AddedAt): Promise<void> => {
    const run = new Set<number>();
    for (let start = block; run.size < REOPEN_BLOCKS; start += BLOCK_US) {
      // The block at hand in any case, then those behind it that a backlog will ask for next.
      if (start !== block && (windows.isOpen(start) || start > furthest || start < prunedBefore)) break;
      run.add(start);
    }
    for (const start of run) windows.open(start, true);
    const period = { from: block, to: block + run.size * BLOCK_US, through: position };
    for await (const { entry } of inbox.readPeriod(period))
      if (entry.kind === 'batch') windows.fill(run, entry.batch, clocks);
  };
  return {
    add: async (batch, at) => {
      const wanted = new Set<number>();
      const blocks = windows.blocksOf(batch, clocks);
      for (const block of blocks.slice(-BLOCKS_PER_BATCH_MAX)) {
        if (!windows.isOpen(block)) {
          if (block > at.furthest) windows.open(block, false);
          // Made of what is left it would overwrite more than it says.
          else if (block < at.prunedBefore) continue;
          else await reopen(block, at);
        }
        wanted.add(block);
      }
      const added = windows.add(wanted, batch, clocks);
      return { furthest: Math.max(at.furthest, blocks.at(-1) ?? 0), tooLate: batch.results.path.length - added };
    },
    takeDirty: windows.takeDirty,
    trim: windows.trim,
  };
}
