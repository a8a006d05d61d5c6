/**
 * A path's fold: a pool of one site, and before it the question whether an unanswered exchange speaks about the server at
 * all. An identity that alone goes unanswered (its class refused, its reservation's pool full) is evidence about that
 * identity: once its own run is a surprise at the path's loss, while others were answered as often, its exchanges are
 * excluded until it is answered again.
 *
 * First version: identities are judged one by one and only against the path's loss; half of them failing together looks
 * like 50 % loss, and is reported as that.
 */
import { ANSWERED, type Evidence, FOREIGN } from './evidence.ts';
import { IDENTITIES_TRACKED, IDENTITY_RUN, MERE_LOSS_LN } from './limits.ts';
import { prior } from './loss-history.ts';
import { addSite, createPool, type Pool, type PoolSettings } from './pool.ts';
import { foldRow, type ShiftSink } from './pool-fold.ts';

/** Plain JSON. */
export interface PathState {
  pool: Pool;
  /** By identity: own unanswered in a row, and the pool's `answers` when that run began. */
  runs: number[];
  began: number[];
}

/** @returns the state of a path nobody has heard of yet */
export function createPathState(site: string): PathState {
  const pool = createPool();
  addSite(pool, site);
  return { pool, runs: [], began: [] };
}

function aloneUnanswered(state: PathState, identity: number): boolean {
  const { pool, runs, began } = state;
  const run = (runs[identity] ?? 0) + 1;
  runs[identity] = run;
  if (run === 1) began[identity] = pool.answers;
  if (run < IDENTITY_RUN || pool.answers - (began[identity] as number) < run - 1) return false;
  const { lost, all } = prior(pool.history);
  return run * Math.log((lost + 0.5) / (all + 1)) < MERE_LOSS_LN;
}

function fill(state: PathState, identity: number): void {
  while (state.runs.length <= identity) {
    state.runs.push(0);
    state.began.push(0);
  }
}

/** Folds the rows [from, to), marking those it excludes in the store. */
export function foldPath(
  state: PathState,
  settings: PoolSettings,
  store: Evidence,
  from: number,
  to: number,
  sink: ShiftSink,
): void {
  const { code, identity } = store;
  for (let row = from; row < to; row++) {
    const who = Math.min(identity[row] as number, IDENTITIES_TRACKED - 1);
    if (who >= state.runs.length) fill(state, who);
    const excluded = code[row] !== ANSWERED && code[row] !== FOREIGN && aloneUnanswered(state, who);
    store.excluded[row] = excluded ? 1 : 0;
    if (excluded) continue;
    if (code[row] === ANSWERED) state.runs[who] = 0;
    foldRow(state.pool, settings, 0, store, row, sink);
  }
}
