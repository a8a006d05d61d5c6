/**
 * How a pool changes its state: the bracket of the change, what is forgotten with the old state, and the word to whoever
 * listens. Who decides a change is elsewhere: runs and rises in pool-fold, what makes a serving pool degraded in pool-ills.
 */
import type { Bracket, Reason, State } from '../finding.ts';
import { bracket } from './bracket.ts';
import { resetPace } from './pace.ts';
import type { Pool, Shift } from './pool.ts';

/** Where a pool's changes go: shifts as they are decided, and what is known better of earlier ones. */
export interface ShiftSink {
  shift(shift: Shift): void;
  widen(decided: number, bracket: Bracket): void;
  /** Why it became degraded then, now that more is known. */
  explain(decided: number, reason: Reason, evidence: string): void;
}

/** A change as it is decided. */
export interface Change {
  readonly decided: number;
  readonly to: State;
  readonly reason: Reason;
  readonly bracket: Bracket;
  readonly first: string;
  readonly lossRatio?: number | null;
  readonly evidence?: string | null;
}

/** Brings a pool into another state. */
export function turn(pool: Pool, sink: ShiftSink, change: Change): void {
  const from = pool.state;
  const since = from === 'unknown' ? sinceKnown(pool, change) : notBefore(pool.since, change.bracket);
  pool.before = change.to === 'unknown' ? { serves: from !== 'non-serving', at: lastProof(pool, change) } : null;
  const { lossRatio = null, evidence = null } = change;
  Object.assign(pool, { state: change.to, reason: change.reason, evidence, since });
  if (change.to !== 'degraded') pool.ills = [];
  if (change.to === 'non-serving' || change.to === 'unknown') resetPace(pool.pace);
  sink.shift({ ...change, bracket: since, from, lossRatio, evidence, sites: null });
}

/** A change cannot have come before the one that it follows: loss that was there before a start is not the start's. */
const notBefore = (last: Bracket | null, own: Bracket): Bracket =>
  last === null || own.earliest >= last.earliest ? own : bracket(last.earliest, Math.max(last.latest, own.latest));

/** The last moment that the state before was surely true: a stop or a start may have begun just before the silence. */
function lastProof({ state, aliveAt, run, rise }: Pool, { bracket: { earliest } }: Change): number {
  if (state !== 'non-serving') return aliveAt < 0 ? earliest : Math.min(aliveAt, earliest);
  return Math.min((rise.count > 0 ? rise.silent : run.sent).at(-1) ?? earliest, earliest);
}

/** A pool found otherwise than it was before it became unknown changed somewhere in between, not when it was found. */
function sinceKnown({ before }: Pool, change: Change): Bracket {
  if (before === null || before.serves === (change.to !== 'non-serving')) return change.bracket;
  return bracket(before.at, change.bracket.latest);
}
