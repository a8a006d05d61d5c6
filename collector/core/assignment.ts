/**
 * Who probes what, and how often: shares each server's rate out over the sites that have a live agent, and interleaves
 * all of them so that no two DISCOVERs leave together. Pure: live agents and configuration in, assignments out.
 *
 * A server's rate belongs to the server, not to the agents: with 142 sites instead of one it hears no more than before.
 * Rejected: a rate per agent. It multiplies with each site that is added, and nobody notices until the servers do.
 */
import { type Assignment, PLAIN_TARGET, type Target } from '../../shared/core/assignment.ts';
import { RECONNECT_MAX_MS } from '../../shared/core/limits.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import type { CollectorConfig, SiteConfig } from './config/config.ts';

/** An agent with an open session. */
export interface LiveAgent {
  readonly agent: string;
  readonly site: string;
}

/** An agent as far as its being alive goes. */
export interface AgentSign extends LiveAgent {
  readonly connected: boolean;
  /** Last word from it, collector's clock. */
  readonly lastSeen: UnixMicros;
}

/**
 * The agents whose share is kept: those connected, and those gone for no longer than a reconnect takes. An agent that lost
 * its collector probes on with its last share, so giving that away at once would ask more of a server than its rate.
 */
export function liveAgents(signs: readonly AgentSign[], now: UnixMicros): readonly LiveAgent[] {
  const live = signs.filter(({ connected, lastSeen }) => connected || now - lastSeen < RECONNECT_MAX_MS * 1000);
  return live.map(({ agent, site }) => ({ agent, site }));
}

/** What every agent was last told. */
export interface Assignments {
  /** The highest version handed out; never falls, not over restarts either. */
  readonly version: number;
  /** By agent; live agents only. */
  readonly byAgent: ReadonlyMap<string, Assignment>;
}

export const NO_ASSIGNMENTS: Assignments = { version: 0, byAgent: new Map() };

/**
 * Shares anew. An agent whose part did not change keeps its assignment and version, so that only those are told who have
 * something new to hear. An agent of a site that the configuration does not list is told to probe nothing.
 */
export function assign(before: Assignments, config: CollectorConfig, live: readonly LiveAgent[]): Assignments {
  const parts = shares(config, live);
  const version = before.version + 1;
  const byAgent = new Map<string, Assignment>();
  let changed = false;
  for (const [agent, part] of parts) {
    const last = before.byAgent.get(agent);
    const same = last !== undefined && JSON.stringify({ ...last, version }) === JSON.stringify({ version, ...part });
    byAgent.set(agent, same ? last : { version, ...part });
    changed ||= !same;
  }
  return { version: changed ? version : before.version, byAgent };
}

/** The assignments of `after` that differ from those of `before`: the ones to push. */
export function changedAssignments(before: Assignments, after: Assignments): ReadonlyMap<string, Assignment> {
  return new Map([...after.byAgent].filter(([agent, assignment]) => before.byAgent.get(agent) !== assignment));
}

/** Why an agent's site is refused, with what to do about it; null when the configuration lists it. */
export function siteRefusal(config: CollectorConfig, site: string): string | null {
  if (config.sites.some(({ name }) => name === site)) return null;
  const listed = config.sites.slice(0, 8).map(({ name }) => name);
  const more = config.sites.length > listed.length ? ', …' : '';
  return (
    `site "${site}" is not in the collector's configuration (it lists ${listed.join(', ')}${more}); ` +
    `add it under "sites:" and send the collector SIGHUP, or start the agent with --site and one of those`
  );
}

/** What one site sends to each server, exchanges a second, by site name; together at most `rate`. */
export function siteRates(rate: number, sites: readonly SiteConfig[]): ReadonlyMap<string, number> {
  const rates = new Map<string, number>();
  let left = rate;
  // Capped sites first, lowest cap first: what they leave is shared by the others, and one pass is enough.
  const order = [...sites].sort(
    (a, b) => (a.ratePerSecond ?? Number.POSITIVE_INFINITY) - (b.ratePerSecond ?? Number.POSITIVE_INFINITY) || 0,
  );
  order.forEach((site, index) => {
    const even = left / (order.length - index);
    const own = Math.min(even, site.ratePerSecond ?? even);
    rates.set(site.name, own);
    left -= own;
  });
  return rates;
}

type Part = Omit<Assignment, 'version'>;

function shares(config: CollectorConfig, live: readonly LiveAgent[]): ReadonlyMap<string, Part> {
  const bySite = new Map<string, LiveAgent[]>();
  for (const one of live) bySite.set(one.site, [...(bySite.get(one.site) ?? []), one]);
  const sites = config.sites.filter(({ name }) => bySite.has(name));
  const rates = siteRates(config.probe.ratePerSecond, sites);
  // In the order of sites, then of names: the same agents always get the same phases, whoever connected first.
  const seats = sites.flatMap((site) =>
    [...(bySite.get(site.name) ?? [])].sort((a, b) => (a.agent < b.agent ? -1 : 1)).map((one) => ({ site, one })),
  );
  const unlisted = live.filter((one) => !sites.some(({ name }) => name === one.site));
  return new Map<string, Part>([
    ...unlisted.map(({ agent }): [string, Part] => [agent, idlePart(config)]),
    ...seats.map(({ site, one }, seat): [string, Part] => {
      const ratePerSecond = (rates.get(site.name) ?? 0) / (bySite.get(site.name)?.length ?? 1);
      return [one.agent, partOf(config, site, { ratePerSecond, seat, seats: seats.length })];
    }),
  ]);
}

function idlePart({ probe: { dropTimeMs, clients, release, identify, relayPort } }: CollectorConfig): Part {
  return { targets: [], dropTimeMs, clients, release, relayAddress: null, identify, relayPort };
}

interface Seat {
  readonly ratePerSecond: number;
  readonly seat: number;
  readonly seats: number;
}

function partOf(config: CollectorConfig, site: SiteConfig, { ratePerSecond, seat, seats }: Seat): Part {
  const servers = config.groups.flatMap((group) => group.servers.map((server) => ({ group, server })));
  const targets = servers.map(
    ({ group, server }, index): Target => ({
      group: group.name,
      server: server.name,
      address: server.address,
      sources: server.sources,
      bucket: null,
      kind: config.probe.kind,
      ratePerSecond,
      // With equal rates all agents and servers together form one evenly spaced train.
      phase: (seat + index / servers.length) / seats,
      ...PLAIN_TARGET,
      probeSubnet: group.probeSubnet ?? site.probeSubnet,
      selection: config.probe.sweep.selection,
    }),
  );
  const { dropTimeMs, clients, release, identify, relayPort } = config.probe;
  return { targets, dropTimeMs, clients, release, relayAddress: site.relayAddress, identify, relayPort };
}

/** Identities per target that a rate and a drop time need: rate × drop time, rounded up, plus one. */
export function identitiesNeeded(ratePerSecond: number, dropTimeMs: number): number {
  return Math.ceil((ratePerSecond * dropTimeMs) / 1000) + 1;
}
