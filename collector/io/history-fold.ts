/**
 * Drives a fold of old history: feeds it from the log a slice at a time, and lets everybody else have a turn in between, so
 * that ingest and live verdicts go on while days are folded again. It holds nothing itself: after a kill, the note in the
 * snapshot begins it anew.
 *
 * Rejected: a worker thread. The fold would have to be copied there and back, and the log be open twice.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { UnixMicros } from '../../shared/core/units.ts';
import type { ReadModel, ReadModelChange } from '../core/answers/read-model.ts';
import type { Inbox } from './inbox.ts';

/** Entries taken before others have a turn: some milliseconds. */
const ENTRIES_A_TURN = 128;

export interface HistoryFoldOptions {
  readonly inbox: Inbox;
  readonly model: ReadModel;
  /** Log time. */
  readonly now: UnixMicros;
  readonly signal: AbortSignal;
}

/** Folds what is due. @returns what it changed; null when it was stopped @throws BatchLogError; it is then due again */
export async function foldHistory({ inbox, model, now, signal }: HistoryFoldOptions): Promise<ReadModelChange | null> {
  const history = model.verdicts.foldHistory(now);
  try {
    for (let slice = history.slice(); slice !== null; slice = history.slice()) {
      let taken = 0;
      for await (const { entry } of inbox.readPeriod({ ...slice, through: model.next })) {
        history.take(entry);
        if (++taken % ENTRIES_A_TURN === 0) await turn();
        if (signal.aborted) return null;
      }
      while (history.step()) await turn();
    }
  } catch (error) {
    history.abandon();
    throw error;
  }
  return model.rewrite(history);
}
