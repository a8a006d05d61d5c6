/**
 * The newest entries of the log, decoded, for those who follow it: a follower that keeps up never reads the disk, and every one
 * is woken by the same append. Rejected: a queue per follower; a slow one would hold entries that the disk has anyway.
 */
import type { LogEntry } from '../core/log-entry.ts';

/** An entry and where it stands. */
interface Placed {
  readonly position: number;
  readonly entry: LogEntry;
}

export interface LogTail {
  /** Adds what was stored, and wakes those who wait. */
  add(position: number, entry: LogEntry): void;
  /** What it holds of positions from … through without a hole; undefined when it does not hold the first. */
  from(from: number, through: number): readonly Placed[] | undefined;
  /** Resolves with the next addition, or when the signal aborts. */
  next(signal: AbortSignal): Promise<void>;
}

/** Rows of decoded batches kept: some 20 MB, and seconds of the highest rate. */
const TAIL_ROWS = 256 * 1024;
/** What an entry costs besides its rows, in rows. */
const TAIL_ENTRY_ROWS = 32;

const rowsOf = (entry: LogEntry): number =>
  TAIL_ENTRY_ROWS + (entry.kind === 'batch' ? entry.batch.results.path.length : 0);

/** @returns an empty tail */
export function createLogTail(): LogTail {
  // Bounded by TAIL_ROWS.
  const entries = new Map<number, LogEntry>();
  let rows = 0;
  let waiting: (() => void)[] = [];
  return {
    add: (position, entry) => {
      entries.set(position, entry);
      rows += rowsOf(entry);
      for (const [oldest, old] of entries) {
        if (rows <= TAIL_ROWS) break;
        entries.delete(oldest);
        rows -= rowsOf(old);
      }
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
    from: (from, through) => {
      const chunk: Placed[] = [];
      for (let position = from; position <= through; position += 1) {
        const entry = entries.get(position);
        if (entry === undefined) break;
        chunk.push({ position, entry });
      }
      return chunk.length === 0 ? undefined : chunk;
    },
    next: (signal) =>
      new Promise((resolve) => {
        const wake = () => {
          signal.removeEventListener('abort', wake);
          resolve();
        };
        signal.addEventListener('abort', wake);
        waiting.push(wake);
      }),
  };
}
