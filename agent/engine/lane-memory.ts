/**
 * What outlives a lane: an assignment is pushed whole at every change, and a new share of a rate must neither put an identity
 * in flight twice, nor begin a sweep anew, nor tell every sighting again, nor make a drill's clients look as if they had just
 * begun to wait. Keeping the lane itself was refused: nearly everything in it may change.
 */
import type { Target } from '../../shared/core/assignment.ts';
import type { PathRef } from '../../shared/core/batch.ts';
import type { IdentityPool } from '../core/identity-pool.ts';
import { PATH_REFS_MAX, POOLS_MAX } from '../core/probe-limits.ts';
import type { Waiting } from '../core/raised-secs.ts';
import type { SweepPosition } from '../core/sweep.ts';

/** By the target's series, `refs` by content. Changed by the functions of this file and the lanes' maker. */
export interface LaneMemory {
  readonly pools: Map<string, IdentityPool>;
  readonly sweeps: Map<string, SweepPosition>;
  readonly waits: Map<string, Waiting>;
  readonly refs: Map<string, PathRef>;
}

export function createLaneMemory(): LaneMemory {
  return { pools: new Map(), sweeps: new Map(), waits: new Map(), refs: new Map() };
}

/**
 * Whose identities a target shows: a server's own, and others to it for a sweep, for DISCOVERs alone, and for each interface
 * of the client role. Two targets that shared a pool would resize it under each other.
 */
export function seriesName({ group, server, bucket, scopes, kind, interface: on }: Target): string {
  const name = [group, server, bucket ?? ''];
  if (scopes.length > 0) name.push('sweep');
  if (kind === 'do') name.push('do');
  if (on !== null) name.push(on);
  return name.join('\u0000');
}

/** The same ref for the same content, so that what is known by a path is known when its lane is made anew. */
export function sameRef({ refs }: LaneMemory, ref: PathRef): PathRef {
  return remember(refs, JSON.stringify(ref), PATH_REFS_MAX, () => ref);
}

/** Where the sweep of a series stands. */
export function sweepPosition({ sweeps }: LaneMemory, series: string): SweepPosition {
  return remember(sweeps, series, POOLS_MAX, () => ({ turns: 0 }));
}

/** The clock of a target's drill, from `begun` when it has none; undefined without a drill. */
export function waitingOf({ waits }: LaneMemory, target: Target, begun: Waiting): Waiting | undefined {
  return target.raiseSecs ? remember(waits, seriesName(target), POOLS_MAX, () => begun) : undefined;
}

/** Forgets the clocks of drills that are over. */
export function endDrills({ waits }: LaneMemory, targets: readonly Target[]): void {
  const raised = new Set(targets.filter(({ raiseSecs }) => raiseSecs).map(seriesName));
  for (const series of waits.keys()) if (!raised.has(series)) waits.delete(series);
}

/** The oldest go when there are too many: whoever holds one keeps it. */
function remember<Value>(known: Map<string, Value>, name: string, max: number, make: () => Value): Value {
  const found = known.get(name);
  if (found !== undefined) return found;
  for (const oldest of known.keys()) {
    if (known.size < max) break;
    known.delete(oldest);
  }
  const made = make();
  known.set(name, made);
  return made;
}
