/**
 * A path's fold: a pool of one site, and before it the question whether an unanswered exchange speaks about the server at
 * all, or about its agent (witnesses) or its identity (refused-identities). What does not is excluded, in the row's remarks.
 *
 * Rejected: asking that of the server's pool. Who is refused is known by the site, and the server has all of them at once.
 */
import { ANSWERED, BESIDE, batchOf, codeOf, DO, type Evidence, EXCLUDED, FOREIGN } from './evidence.ts';
import { BESIDE_US, IDENTITIES_TRACKED } from './limits.ts';
import { foldOffer } from './offers-beside.ts';
import { paceRemarks } from './pace.ts';
import { addSite, createPool, type Pool, type PoolSettings } from './pool.ts';
import { foldRow } from './pool-fold.ts';
import type { ShiftSink } from './pool-turn.ts';
import { fillIdentities, identityAnswered, identityUnanswered, READMITTED, REFUSED } from './refused-identities.ts';
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
      const remarks = exclusion(state, own, settings, store, row, sink);
      store.remarks[row] = remarks & EXCLUDED ? remarks : remarks | remarksOn(state.pool, store, row);
      if (!(remarks & EXCLUDED)) foldRow(state.pool, settings, 0, store, row, sink);
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
  const quiet = { shift: () => undefined, widen: () => undefined, explain: () => undefined, disagree: () => undefined };
  const remarks = exclusion(beside, own, settings, store, row, quiet) & EXCLUDED;
  store.remarks[row] = remarks || BESIDE;
  if (!remarks) foldOffer(pool, beside.pool, settings, 0, store, row, sink);
}

function remarksOn({ pace }: Pool, store: Evidence, row: number): number {
  if (codeOf(store, row) !== ANSWERED) return 0;
  if ((store.code[row] as number) & DO) return paceRemarks(pace, [store.total[row] as number, -1]);
  const ack = store.ack[row] as number;
  return paceRemarks(pace, [(store.total[row] as number) - ack, ack]);
}

/** Whether an exchange speaks about its agent or its identity rather than the server, as remarks. */
function exclusion(
  { pool, witnesses }: Lane,
  own: Witness,
  settings: PoolSettings,
  store: Evidence,
  row: number,
  sink: PathSink,
): number {
  const who = Math.min(store.identity[row] as number, IDENTITIES_TRACKED - 1);
  if (who >= own.runs.length) fillIdentities(own, who);
  const code = codeOf(store, row);
  if (code === ANSWERED) {
    if (own.against !== null) sink.disagree(agreed(own, own.against, store, row));
    witnessAnswered(own, store.sent[row] as number);
    return identityAnswered(pool, own, who, store, row, sink) ? READMITTED : 0;
  }
  if (code === FOREIGN) return 0;
  const speaks = identityUnanswered(pool, own, who, store, row, sink);
  const isAlone = speaks === 'counts' ? 0 : speaks === 'told' ? EXCLUDED | REFUSED : EXCLUDED;
  if (witnesses.length < 2) return isAlone;
  return witnessUnanswered(witnesses, own, pool, { store, row, settings, tell: sink.disagree }) ? EXCLUDED : isAlone;
}
