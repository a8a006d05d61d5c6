/**
 * What is told after an entry: every node's conclusions compared with what was told before. Nodes conclude, this says what
 * of that is new.
 */
import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import { compare, trimBook } from './findings-book.ts';
import { bucketsAsked } from './group-state.ts';
import { type Refolded, retellGroup } from './group-telling.ts';
import { SILENCE_FIRST_CONTACT_US, TRANSITIONS_KEPT } from './limits.ts';
import { type GroupNode, oldest, type ServerNode } from './nodes.ts';
import { siteSince } from './paused.ts';
import { retellSite } from './site-telling.ts';
import { type HistoryNote, isWatched, silenceLimit, type VerdictState } from './state.ts';
import type { FindingChange } from './views.ts';

/**
 * A group's servers: those that its configuration names, in the buckets that its mode has, or all when it names none. What they
 * were in another mode is no part of it.
 */
export const serversOf = (state: VerdictState, { config }: GroupNode): ServerNode[] =>
  [...state.servers.values()].filter(
    ({ group, server, role, bucket }) =>
      group === config.name &&
      (config.servers.length === 0 ||
        (config.servers.some(({ name }) => name === server) && bucketsAsked(config.mode, role).includes(bucket))),
  );

/** Compares every node's conclusions with what was told. */
export function tell(state: VerdictState, late: ReadonlySet<string>, at: UnixMicros): FindingChange[] {
  const changes: FindingChange[] = [];
  for (const path of state.paths.values()) changes.push(...compare(path.book, at));
  for (const group of state.groups.values()) {
    const servers = serversOf(state, group);
    let moved = group.reading.mayOverlap;
    for (const server of servers) {
      const own = compare(server.book, at);
      if (own.length > 0) moved = true;
      changes.push(...own);
    }
    if (moved) changes.push(...retellGroup(group, servers, late.has(group.config.name), at));
  }
  return changes;
}

/** Compares the silences of a batch's site, and of sites that are overdue. @param whole whether the agent's batches are all there */
export function tellSites(state: VerdictState, own: string, whole: boolean, at: UnixMicros): FindingChange[] {
  const changes: FindingChange[] = [];
  const least = silenceLimit(state);
  const pauses = state.regimes.at(-1)?.paused ?? [];
  for (const [name, site] of state.sites) {
    if (!isWatched(state, name)) continue;
    const limit = site.firstContact ? Math.max(least, SILENCE_FIRST_CONTACT_US) : least;
    const ended = site.coverage.at(-1)?.to ?? state.furthest;
    const overdue = state.furthest - ended > limit && site.told.at(-1)?.to !== 'unknown';
    if (name === own || overdue)
      changes.push(
        ...retellSite(
          name,
          site,
          state.furthest,
          limit,
          whole || name !== own,
          at,
          siteSince(pauses, state.config, name),
        ),
      );
  }
  return changes;
}

/** Compares the conclusions of groups whose history was folded again. @param note why it was */
export function tellHistory(state: VerdictState, note: HistoryNote, refolded: Refolded): FindingChange[] {
  const at = unixMicros(note.lastAt);
  const changes: FindingChange[] = [];
  for (const path of state.paths.values()) {
    if (!note.groups.includes(path.group)) continue;
    changes.push(...compare(path.book, at));
    trimBook(path.book, oldest(path), 0);
  }
  for (const group of state.groups.values()) {
    const { name } = group.config;
    if (!note.groups.includes(name)) continue;
    const servers = serversOf(state, group);
    for (const server of servers) changes.push(...compare(server.book, at));
    const older = refolded.older.filter((finding) => finding.group === name);
    changes.push(...retellGroup(group, servers, true, at, { ...refolded, older }));
    for (const server of servers) trimBook(server.book, oldest(server), TRANSITIONS_KEPT);
  }
  return changes;
}
