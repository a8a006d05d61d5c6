/** What a reading of a track may ask of everything else that the fold knows. */
import { type AnsweredAt, answeredAt, type Level, lastAnsweredBefore } from './answering.ts';
import { rulesAt } from './rules.ts';
import { type Node, type NoticesState, ordinaryPath, ordinaryPaths } from './state.ts';
import type { Surroundings } from './track.ts';

/** @param node the track that is read */
export function aroundOf(state: NoticesState, { place }: Node): Surroundings {
  return {
    place,
    furthest: place.site === null ? Math.max(0, ...state.furthest.values()) : (state.furthest.get(place.site) ?? 0),
    ordinary: (server, bucket, level, at) => answeredAt(ordinaryPath(state, place, server, bucket), level, at),
    ordinaryOfGroup: (at) => ofGroup(state, place.group, place.site ?? '', at),
    answeredBefore: (server, site, at) => {
      const moments = ordinaryPaths(state, place.group, site, server).flatMap(
        ({ path }) => lastAnsweredBefore(state.answering.get(path), at) ?? [],
      );
      return moments.length === 0 ? null : Math.max(...moments);
    },
    rules: (at) => rulesAt(state.rules, at),
    isShown: (identifier) => state.shown.has(identifier),
  };
}

/** Answered by one of the group's servers is answered; where something is known of none, nothing is. */
function ofGroup(
  state: NoticesState,
  group: string,
  site: string,
  at: number,
): AnsweredAt & { readonly server: string | null } {
  const level: Level = 'offer';
  const all = ordinaryPaths(state, group, site, null).map(({ server, path }) => ({
    ...answeredAt(state.answering.get(path), level, at),
    server,
  }));
  const known = all.find(({ word }) => word === 'answered') ?? all.find(({ word }) => word === 'silent');
  return known ?? { word: 'unknown', slotUs: 0, knownAt: 0, server: null };
}
