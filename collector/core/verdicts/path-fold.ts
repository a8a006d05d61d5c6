/**
 * A path's fold: a pool of one site, and before it the question whether an unanswered exchange speaks about the server at
 * all. An identity that alone goes unanswered (its class refused, its reservation's pool full) is evidence about that
 * identity: once its own run is a surprise at the path's loss, while others were answered as often, its exchanges are
 * excluded until it is answered again.
 *
 * First version: identities are judged one by one and only against the path's loss; half of them failing together looks
 * like 50 % loss, and is reported as that.
 */
import { ANSWERED, BESIDE, batchOf, codeOf, DO, type Evidence, EXCLUDED, FOREIGN } from './evidence.ts';
import { BESIDE_US, IDENTITIES_TRACKED, IDENTITY_RUN, MERE_LOSS_LN } from './limits.ts';
import { prior } from './loss-history.ts';
import { foldOffer } from './offers-beside.ts';
import { paceRemarks } from './pace.ts';
import { addSite, createPool, type Pool, type PoolSettings } from './pool.ts';
import { foldRow } from './pool-fold.ts';
import type { ShiftSink } from './pool-turn.ts';
import { agreed, type Disagreement, type Witness, witnessAnswered, witnessOf, witnessUnanswered } from './witnesses.ts';

/** Exchanges of one kind, and the site's agents that have made them. */
interface Lane {
  pool: Pool;
  witnesses: Witness[];
}

/** Plain JSON. */
export interface PathState extends Lane {
  /** DOs beside DORAs; null: none yet. And when the last DORA was sent, µs; −1: never. */
  beside: Lane | null;
  doraAt: number;
}

/** Where a path's changes go, its agents' disagreements among them. */
export interface PathSink extends ShiftSink {
  disagree(disagreement: Disagreement): void;
}

/** @returns the state of a path nobody has heard of yet */
export const createPathState = (site: string): PathState => ({ ...createLane(site), beside: null, doraAt: -1 });

function createLane(site: string): Lane {
  const pool = createPool();
  addSite(pool, site);
  return { pool, witnesses: [] };
}

function aloneUnanswered(pool: Pool, { runs, began }: Witness, identity: number): boolean {
  const run = (runs[identity] ?? 0) + 1;
  runs[identity] = run;
  if (run === 1) began[identity] = pool.answers;
  if (run < IDENTITY_RUN || pool.answers - (began[identity] as number) < run - 1) return false;
  const { lost, all } = prior(pool.history);
  return run * Math.log((lost + 0.5) / (all + 1)) < MERE_LOSS_LN;
}

function fill({ runs, began }: Witness, identity: number): void {
  while (runs.length <= identity) {
    runs.push(0);
    began.push(0);
  }
}

/** Folds the rows [from, to), marking those it excludes in the store. */
export function foldPath(
  state: PathState,
  settings: PoolSettings,
  store: Evidence,
  from: number,
  to: number,
  sink: PathSink,
): void {
  for (let row = from; row < to; row++) {
    if (isBeside(state, store, row)) foldBeside(state, settings, store, row, sink);
    else {
      const own = witnessOf(state.witnesses, batchOf(store, row).agent);
      const excluded = isExcluded(state, own, settings, store, row, sink);
      store.remarks[row] = excluded ? EXCLUDED : remarksOn(state.pool, store, row);
      if (!excluded) foldRow(state.pool, settings, 0, store, row, sink);
    }
  }
}

/** Whether a row is a DO of a path that has DORAs too; one that has none goes by its OFFERs. */
function isBeside(state: PathState, store: Evidence, row: number): boolean {
  const sent = store.sent[row] as number;
  if ((store.code[row] as number) & DO) return state.doraAt >= 0 && sent - state.doraAt < BESIDE_US;
  state.doraAt = sent;
  return false;
}

function foldBeside(state: PathState, settings: PoolSettings, store: Evidence, row: number, sink: PathSink): void {
  state.beside ??= createLane(state.pool.names[0] as string);
  const { beside, pool } = state;
  const own = witnessOf(beside.witnesses, batchOf(store, row).agent);
  // Agents disagree about leases; that they do about OFFERs is no finding of its own.
  const excluded = isExcluded(beside, own, settings, store, row, { ...sink, disagree: () => undefined });
  store.remarks[row] = excluded ? EXCLUDED : BESIDE;
  if (!excluded) foldOffer(pool, beside.pool, settings, 0, store, row, sink);
}

function remarksOn({ pace }: Pool, store: Evidence, row: number): number {
  if (codeOf(store, row) !== ANSWERED) return 0;
  if ((store.code[row] as number) & DO) return paceRemarks(pace, [store.total[row] as number, -1]);
  const ack = store.ack[row] as number;
  return paceRemarks(pace, [(store.total[row] as number) - ack, ack]);
}

/** Whether an exchange speaks about its agent or its identity rather than the server. */
function isExcluded(
  { pool, witnesses }: Lane,
  own: Witness,
  settings: PoolSettings,
  store: Evidence,
  row: number,
  { disagree }: PathSink,
): boolean {
  const who = Math.min(store.identity[row] as number, IDENTITIES_TRACKED - 1);
  if (who >= own.runs.length) fill(own, who);
  const code = codeOf(store, row);
  if (code === ANSWERED) {
    if (own.against !== null) disagree(agreed(own, own.against, store, row));
    witnessAnswered(own, store.sent[row] as number);
    own.runs[who] = 0;
    return false;
  }
  if (code === FOREIGN) return false;
  const isAlone = aloneUnanswered(pool, own, who);
  if (witnesses.length < 2) return isAlone;
  return witnessUnanswered(witnesses, own, pool, { store, row, settings, tell: disagree }) || isAlone;
}
