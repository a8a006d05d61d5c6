/**
 * Notes of old history: results came that are older than the rows kept, so the history since then must be folded again
 * from the log. The note says of which groups and from when; it is in the snapshot, so that a kill loses none.
 *
 * When a fold of history is due follows from log time alone, and what it finds was detected when the last of the results
 * was received, so another collector tells the same. Rejected: to begin with the first late result; a backlog brings
 * thousands, and each would begin anew what the next one makes vain.
 */
import { HISTORY_PAUSE, HISTORY_QUIET_US, HISTORY_WAIT_US } from './limits.ts';
import type { HistoryNote, HistoryState, VerdictState } from './state.ts';

/** Both of two notes. */
function joined(a: HistoryNote | null, b: HistoryNote): HistoryNote {
  if (a === null) return b;
  return {
    from: Math.min(a.from, b.from),
    groups: [...new Set([...a.groups, ...b.groups])],
    firstAt: Math.min(a.firstAt, b.firstAt),
    lastAt: Math.max(a.lastAt, b.lastAt),
  };
}

/** Notes results of a group. @param from the earliest one's sent time, µs @param at log time */
export function noteHistory(history: HistoryState, group: string, from: number, at: number): void {
  history.due = joined(history.due, { from, groups: [group], firstAt: at, lastAt: at });
}

/** After a restart: what was being folded must be folded again. */
export function resumeHistory(history: HistoryState): void {
  if (history.running) history.due = joined(history.due, history.running);
  history.running = null;
}

/** Whether it is time to fold history again. @param now log time, µs; where nothing comes in, the collector's clock */
export function isHistoryDue({ history, furthest }: VerdictState, now: number): boolean {
  const { due, running, begunAt } = history;
  if (due === null || running !== null || now < begunAt + (furthest - due.from) * HISTORY_PAUSE) return false;
  return now >= due.lastAt + HISTORY_QUIET_US || now >= due.firstAt + HISTORY_WAIT_US;
}

/** Whether a group's rows are left unfolded because its whole history soon is. */
export const isHistoryPending = ({ due, running }: HistoryState, group: string, now: number): boolean =>
  running?.groups.includes(group) || (due?.groups.includes(group) && now < due.firstAt + 2 * HISTORY_WAIT_US) || false;
