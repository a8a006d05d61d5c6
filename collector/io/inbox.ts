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
import type { LogEntry } from '../core/log-entry.ts';

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
export type AppendResult = 'stored' | 'duplicate' | 'conflict';

export interface Inbox {
  /** Resolves when it is flushed to disk (or was). */
  appendBatch(received: ReceivedBatch): Promise<AppendResult>;
  /** Appends entries of any kind, in order, flushed; a batch that is stored already is left out (position null). */
  append(entries: readonly LogEntry[]): Promise<readonly (number | null)[]>;
  /** Everything from a position on, ascending, to the end as it is now. */
  read(from: number): AsyncIterable<InboxRecord>;
  /** The same and then, for ever, what is appended, in chunks; ends when the signal aborts or the inbox is closed. */
  follow(from: number, signal: AbortSignal): AsyncIterable<readonly InboxRecord[]>;
  /** The position that the next entry will get. */
  readonly next: number;
  readonly size: { readonly records: number; readonly bytes: number };
  close(): Promise<void>;
}

/** @throws BatchLogError as openBatchLog */
export declare function openInbox(directory: string): Promise<Inbox>;
