/**
 * The fold as plain JSON and back: nodes as they are, stores as arrays. Its size is bounded by the limits (rows kept,
 * checkpoints by age, nodes), a few megabytes at most for a full window.
 *
 * It holds what is needed to fold late results too, since a fold that forgot its window at a restart would not conclude
 * the same as one that was never stopped. A version number guards its shape: another version is not read, the log is.
 */
import type { ClockTrack } from './clock-track.ts';
import { type EvidenceSnapshot, evidenceSnapshot, restoreEvidence } from './evidence.ts';
import { resumeHistory } from './history-note.ts';
import { copyOf } from './pool.ts';
import { createState, type VerdictState } from './state.ts';

const VERSION = 10;

/** The fold's whole state. Opaque to everybody but restoreVerdicts; survives JSON.stringify. */
export interface VerdictsSnapshot {
  readonly version: number;
  readonly fold: unknown;
}

interface Fold {
  readonly scalars: Pick<
    VerdictState,
    | 'config'
    | 'furthest'
    | 'scannedAt'
    | 'rowsKept'
    | 'rowsLeft'
    | 'tooLate'
    | 'refused'
    | 'regimes'
    | 'moments'
    | 'history'
  >;
  readonly agents: ReturnType<typeof entries<VerdictState['agents']>>;
  readonly sites: ReturnType<typeof entries<VerdictState['sites']>>;
  readonly paths: ReturnType<typeof entries<VerdictState['paths']>>;
  readonly servers: ReturnType<typeof entries<VerdictState['servers']>>;
  readonly groups: ReturnType<typeof entries<VerdictState['groups']>>;
  readonly clocks: readonly (readonly [string, ClockTrack])[];
  readonly stores: readonly (readonly [string, EvidenceSnapshot])[];
}

type Valued<M> = M extends Map<string, infer V> ? [string, V][] : never;
const entries = <M extends Map<string, unknown>>(map: M): Valued<M> => [...map] as Valued<M>;

/** @returns a copy of the state; the fold may go on while it is written */
export function stateSnapshot(state: VerdictState): VerdictsSnapshot {
  const { config, furthest, scannedAt, rowsKept, rowsLeft, tooLate, refused, regimes, moments, history } = state;
  const nodes: Omit<Fold, 'stores'> = {
    scalars: { config, furthest, scannedAt, rowsKept, rowsLeft, tooLate, refused, regimes, moments, history },
    agents: entries(state.agents),
    sites: entries(state.sites),
    paths: entries(state.paths),
    servers: entries(state.servers),
    groups: entries(state.groups),
    clocks: [...state.kept.clocks],
  };
  // Rows are most of it, and are a copy already: while this is made the fold stands still.
  const stores = [...state.kept.stores].map(([key, store]) => [key, evidenceSnapshot(store)]);
  return { version: VERSION, fold: { ...copyOf(nodes), stores } };
}

function refill<V>(map: Map<string, V>, from: readonly (readonly [string, V])[]): void {
  for (const [key, value] of from) map.set(key, value);
}

/** @returns the state again, or null when the snapshot is of another version */
export function restoreState(snapshot: VerdictsSnapshot): VerdictState | null {
  if (snapshot.version !== VERSION) return null;
  const { stores, ...nodes } = snapshot.fold as Fold;
  const fold = copyOf(nodes);
  const state = createState();
  Object.assign(state, fold.scalars);
  refill(state.agents, fold.agents);
  refill(state.sites, fold.sites);
  refill(state.paths, fold.paths);
  refill(state.servers, fold.servers);
  refill(state.groups, fold.groups);
  refill(state.kept.clocks, fold.clocks);
  for (const [key, store] of stores) state.kept.stores.set(key, restoreEvidence(store));
  resumeHistory(state.history);
  return state;
}
