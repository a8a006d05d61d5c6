/**
 * Bounds what the fold keeps for folding again. The horizon moves up when there are too many rows or the window is over:
 * checkpoints before it go (one at or before it stays, to start from), then the rows that no remaining checkpoint needs.
 */
import { trimBefore } from './evidence.ts';
import { trimBook } from './findings-book.ts';
import * as limits from './limits.ts';
import { type FoldNode, oldest } from './nodes.ts';
import { serverKey, type VerdictState } from './state.ts';
import { thinMoments } from './stops.ts';

function dropCheckpoints<S>(node: FoldNode<S>, horizon: number, keep: number): void {
  while (node.checkpoints.length > 1 && (node.checkpoints[1]?.at ?? 0) <= horizon) node.checkpoints.shift();
  trimBook(node.book, oldest(node), keep);
}

/** Moves the horizon up to a moment. */
export function trimTo(state: VerdictState, horizon: number): void {
  for (const node of state.servers.values()) dropCheckpoints(node, horizon, limits.TRANSITIONS_KEPT);
  for (const [key, node] of state.paths) {
    dropCheckpoints(node, horizon, 0);
    const server = state.servers.get(serverKey(node));
    const store = state.kept.stores.get(key);
    if (server && store) state.rowsKept -= trimBefore(store, Math.min(oldest(node), oldest(server)));
  }
}

/** How far back results are folded in, µs: as long as raw results are kept, less what may go while they are read. */
function historyUs({ config }: VerdictState): number {
  // A configuration that an earlier version logged says nothing of it.
  const rawUs = config?.retention === undefined ? limits.HISTORY_US : config.retention.rawMs * 1000;
  return rawUs - Math.min(rawUs / 10, limits.SLICE_US);
}

/** Results sent before this moment can no longer be folded in: what they would change is frozen, µs. */
export function oldestHistory(state: VerdictState): number {
  const oldest = state.furthest - historyUs(state);
  return state.history.isCut ? Math.max(oldest, state.moments[0] ?? Number.POSITIVE_INFINITY) : oldest;
}

/** Forgets the moments that are too old, and thins the others out. */
export function trimMoments(state: VerdictState): void {
  const { moments, furthest, history } = state;
  const nodes = state.paths.size + state.servers.size;
  const share = Math.floor(limits.BASES_KEPT / Math.max(1, nodes));
  const most = Math.min(limits.MOMENTS_MOST, Math.max(limits.MOMENTS_LEAST, share));
  const cut = furthest - historyUs(state);
  if (moments.length <= most && (moments[0] ?? cut) >= cut) return;
  const within = moments.filter((moment) => moment >= cut);
  if (within.length < moments.length) history.isCut = true;
  const kept = new Set(thinMoments(within, furthest, most));
  moments.splice(0, moments.length, ...kept);
  for (const node of [...state.paths.values(), ...state.servers.values()]) {
    node.bases = node.bases.filter(({ at }) => kept.has(at));
  }
}

/** Moves the horizon up until few enough rows are kept, or only what the newest checkpoints need is left. */
export function trimState(state: VerdictState): void {
  if (state.rowsKept <= Math.max(limits.ROWS_KEPT, (state.rowsLeft * 9) / 8)) return;
  let span = Math.min(state.furthest, 7200e6 * 2);
  for (let i = 0; i < 12 && state.rowsKept > (limits.ROWS_KEPT * 7) / 8; i++) {
    span *= 0.8;
    trimTo(state, state.furthest - span);
  }
  state.rowsLeft = state.rowsKept;
}
