/**
 * Who probes what, and how often: shares each server's rate out over the sites that have a live agent, and interleaves
 * all of them so that no two DISCOVERs leave together. Pure: live agents and configuration in, assignments out.
 *
 * A server's rate belongs to the server, not to the agents: with 142 sites instead of one it hears no more than before.
 * Rejected: a rate per agent. It multiplies with each site that is added, and nobody notices until the servers do.
 */
import type { Assignment } from '../../shared/core/assignment.ts';
import { RECONNECT_MAX_MS } from '../../shared/core/limits.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import { ratesOf } from './assignment-rates.ts';
import { targetsOf } from './assignment-targets.ts';
import type { CollectorConfig, GroupConfig, ServerConfig } from './config/config.ts';
import { type Steering, UNSTEERED } from './steering.ts';

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
export function assign(
  before: Assignments,
  config: CollectorConfig,
  live: readonly LiveAgent[],
  steering: Steering = UNSTEERED,
): Assignments {
  const parts = shares(config, live, steering);
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

type Part = Omit<Assignment, 'version'>;

function shares(config: CollectorConfig, live: readonly LiveAgent[], steering: Steering): ReadonlyMap<string, Part> {
  const bySite = new Map<string, string[]>();
  for (const { agent, site } of live) bySite.set(site, [...(bySite.get(site) ?? []), agent]);
  const sites = config.sites.filter(({ name }) => bySite.has(name));
  const { clientRates, serverRates } = ratesOf(config, sites);
  const listed = new Set(sites.map(({ name }) => name));
  // In the order of sites, then of names: the same agents always get the same phases, whoever connected first.
  const seats = sites.flatMap((site) => {
    const agents = [...(bySite.get(site.name) ?? [])].sort((a, b) => (a < b ? -1 : 1));
    return agents.map((agent, index) => ({ site, agent, index, agents: agents.length }));
  });
  return new Map<string, Part>([
    ...live.filter(({ site }) => !listed.has(site)).map(({ agent }): [string, Part] => [agent, idlePart(config)]),
    ...seats.map(({ site, agent, index, agents }, seat): [string, Part] => {
      const rateAt = (group: GroupConfig, server: ServerConfig): number =>
        (serverRates(group, server).get(site.name) ?? 0) / agents;
      // One agent a site is enough to hear who answers there, and a segment hears each broadcast.
      const clientRate = index === 0 ? (clientRates.get(site.name) ?? 0) : 0;
      const targets = targetsOf(config, { site, seat, seats: seats.length, rateAt, clientRate }, steering);
      return [agent, { ...idlePart(config), targets, relayAddress: site.relayAddress }];
    }),
  ]);
}

function idlePart({ probe: { dropTimeMs, clients, release, identify, relayPort } }: CollectorConfig): Part {
  return { targets: [], dropTimeMs, clients, release, relayAddress: null, identify, relayPort };
}
