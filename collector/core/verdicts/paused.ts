/**
 * What is paused, as the fold sees it: since when a path, a server or a site is not probed because a person said so. Then
 * results that stop are no silence. Pauses stand in the log, so they are a part of what configuration says from a moment on,
 * and a fold of history judges by those that were in force.
 */
import type { CollectorConfig } from '../config/config.ts';
import { isWithin, type PauseScope, type ProbedPlace } from '../steering.ts';

/** What a pause takes in, and since when, µs. */
export interface Pause extends PauseScope {
  readonly since: number;
}

/** Since when a place is paused, µs; null: it is not. */
export function pausedSince(pauses: readonly Pause[], place: ProbedPlace): number | null {
  const own = pauses.filter((pause) => isWithin(place, pause));
  return own.length === 0 ? null : Math.min(...own.map(({ since }) => since));
}

/** Since when all of some places are, µs; null: some are not, or there are none. */
export function allPausedSince(pauses: readonly Pause[], places: readonly ProbedPlace[]): number | null {
  if (pauses.length === 0 || places.length === 0) return null;
  let latest = 0;
  for (const place of places) {
    const since = pausedSince(pauses, place);
    if (since === null) return null;
    latest = Math.max(latest, since);
  }
  return latest;
}

/** Since when nothing at all is probed from a site, µs; null: something is. */
export function siteSince(pauses: readonly Pause[], config: CollectorConfig | null, site: string): number | null {
  if (pauses.length === 0 || config === null) return null;
  const places = config.groups.flatMap(({ name: group, servers }) =>
    servers.map(({ name: server }) => ({ group, server, site })),
  );
  return allPausedSince(pauses, places);
}
