/**
 * Bounds what the fold keeps for folding again. The horizon moves up when there are too many rows or the window is over:
 * checkpoints before it go (one at or before it stays, to start from), then the rows that no remaining checkpoint needs.
 */
import { trimBefore } from './evidence.ts';
import { trimBook } from './findings-book.ts';
import { ROWS_KEPT, TRANSITIONS_KEPT } from './limits.ts';
import { type FoldNode, oldest } from './nodes.ts';
import { serverKey, type VerdictState } from './state.ts';

function dropCheckpoints<S>(node: FoldNode<S>, horizon: number, keep: number): void {
  while (node.checkpoints.length > 1 && (node.checkpoints[1]?.at ?? 0) <= horizon) node.checkpoints.shift();
  trimBook(node.book, oldest(node), keep);
}

/** Moves the horizon up to a moment. */
export function trimTo(state: VerdictState, horizon: number): void {
  for (const node of state.servers.values()) dropCheckpoints(node, horizon, TRANSITIONS_KEPT);
  for (const [key, node] of state.paths) {
    dropCheckpoints(node, horizon, 0);
    const server = state.servers.get(serverKey(node.group, node.server));
    const store = state.kept.stores.get(key);
    if (server && store) state.rowsKept -= trimBefore(store, Math.min(oldest(node), oldest(server)));
  }
}

/** Moves the horizon up until few enough rows are kept, or only what the newest checkpoints need is left. */
export function trimState(state: VerdictState): void {
  if (state.rowsKept <= Math.max(ROWS_KEPT, (state.rowsLeft * 9) / 8)) return;
  let span = Math.min(state.furthest, 7200e6 * 2);
  for (let i = 0; i < 12 && state.rowsKept > (ROWS_KEPT * 7) / 8; i++) {
    span *= 0.8;
    trimTo(state, state.furthest - span);
  }
  state.rowsLeft = state.rowsKept;
}
