/**
 * What an agent had to throw away before any collector had it: a run of one epoch's sequences. The agent keeps it, the wire
 * carries it and the collector's log holds it, each with what else it knows. Rejected: a shape in each of them.
 */
import type { Range } from './ranges.ts';
import type { EpochMicros, UnixMicros } from './units.ts';

/** Why: `shed` the spool was full or too old · `unspooled` it could not be written, and memory was full. */
export type LossCause = 'shed' | 'unspooled';

/** Sequences from … to of an epoch, every one of them lost. */
export interface LossRun extends Range {
  readonly epoch: number;
  /** The agent's wall clock at the epoch's moment 0. */
  readonly anchor: UnixMicros;
  /** The span of those batches, on the agent's epoch clock. */
  readonly fromUs: EpochMicros;
  readonly toUs: EpochMicros;
  /** What was in them; no group twice, at most MAX_PATHS_PER_BATCH. */
  readonly groups: readonly { readonly group: string; readonly exchanges: number }[];
  readonly cause: LossCause;
}
