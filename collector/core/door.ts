/**
 * How many may come in: sessions a host opens, agents at a site, new ids at a site. Each bound keeps one who knocks without end
 * from taking what the others need: time, a place in the table, a share of the site's rate.
 * Rejected: a list of the agents that are allowed; every new site host would have to be announced twice.
 */
import { type BucketShelf, createBucketShelf } from './bucket-shelf.ts';
import * as limits from './limits.ts';

export interface Door {
  /** @param at µs, monotonic, everywhere @returns whether this host may open another session */
  mayOpen(host: string, at: number): boolean;
  /** Why no agent of this id may come in at this site, or null. */
  refuseAgent(
    agent: { readonly site: string; readonly isNew: boolean; readonly others: number },
    at: number,
  ): string | null;
}

const SESSIONS = { perSecond: limits.SESSIONS_PER_SECOND_PER_HOST, burst: limits.SESSIONS_BURST_PER_HOST };
const NEW_AGENTS = { perSecond: limits.NEW_AGENTS_PER_SECOND_PER_SITE, burst: limits.NEW_AGENTS_BURST_PER_SITE };

export function createDoor(): Door {
  const sessions: BucketShelf = createBucketShelf(SESSIONS, limits.HOSTS_MAX);
  const newcomers: BucketShelf = createBucketShelf(NEW_AGENTS, limits.HOSTS_MAX);
  return {
    mayOpen: (host, at) => sessions.take(host, at),
    refuseAgent: ({ site, isNew, others }, at) => {
      if (others >= limits.AGENTS_PER_SITE) {
        return `site ${site} has ${others} agents connected already, which share its rate; end some of them`;
      }
      if (!isNew || newcomers.take(site, at)) return null;
      return `site ${site} has made more new agent ids than an installation needs; does an agent lose its --state directory? Try again in minutes`;
    },
  };
}
