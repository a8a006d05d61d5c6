/**
 * Groups whose probes count up `secs` for a drill, each with its end. Held in memory alone: a collector that restarts in a drill
 * has its agents back to 0 with the first assignments, which is the safe side.
 */
import { afterUs, type UnixMicros } from '../../shared/core/units.ts';

/** The longest that one request raises; a longer drill asks again. A drill that was forgotten must not outlive lunch, ms. */
export const RAISE_SECS_MAX_MS = 1_800_000;

/** By group: when it ends, collector's clock. Bounded by the groups that a configuration may have. */
export type RaisedSecs = ReadonlyMap<string, UnixMicros>;

export const NONE_RAISED: RaisedSecs = new Map();

/** @param forMs from now on; 0 ends it */
export function raiseSecs(raised: RaisedSecs, group: string, forMs: number, now: UnixMicros): RaisedSecs {
  const others = [...raised].filter(([name, until]) => name !== group && until > now);
  return new Map(forMs === 0 ? others : [...others, [group, afterUs(now, forMs * 1000)]]);
}

/** The groups for which it has not ended. */
export function stillRaised(raised: RaisedSecs, now: UnixMicros): readonly string[] {
  return [...raised].filter(([, until]) => until > now).map(([group]) => group);
}
