/**
 * What a configuration asks of servers and networks, as figures: packets, leases, broadcasts, the time that a round of a sweep
 * takes. Read off the very assignments that one agent at every site would get, so that what is printed is what is sent.
 *
 * Rejected: a formula of its own. It would be right until the next change of the assignment, and nobody would notice.
 */
import { type Assignment, identitiesOf, type Target } from '../../../shared/core/assignment.ts';
import { assign, NO_ASSIGNMENTS } from '../assignment.ts';
import type { CollectorConfig } from './config.ts';

/** What reaches one server of a group, or what it can hold, with one agent at every site. */
export interface Load {
  /** Exchanges a second, those that clients' broadcasts bring included. */
  readonly exchanges: number;
  /** Packets a second to the server and from it, while it answers everything. */
  readonly to: number;
  readonly from: number;
  /** Leases that stand there all the time. */
  readonly kept: number;
  /** Leases at worst, as agents count them: no RELEASE arrives, or every agent is killed; until they expire. */
  readonly worst: number;
}

export interface ServerLoad extends Load {
  readonly group: string;
  readonly server: string;
  readonly address: string;
}

/** A site's sweep over one server of a group; all servers of the group are swept alike. */
export interface SweepLoad {
  readonly site: string;
  readonly group: string;
  readonly scopes: number;
  readonly kind: Target['kind'];
  readonly ratePerSecond: number;
  /** One exchange with each scope, s. */
  readonly roundSeconds: number;
  /** Leases at worst in one scope, at one server. */
  readonly worstPerScope: number;
}

/** What a site's segment hears. */
export interface ClientLoad {
  readonly site: string;
  readonly group: string;
  readonly interface: string;
  readonly broadcastsPerSecond: number;
}

export interface ConfigLoad {
  /** In the order of the configuration. */
  readonly servers: readonly ServerLoad[];
  readonly sweeps: readonly SweepLoad[];
  readonly clients: readonly ClientLoad[];
  readonly total: Load;
}

/** Of one agent a site, named after it. */
export function assignmentsOf(config: CollectorConfig): ReadonlyMap<string, Assignment> {
  const live = config.sites.map(({ name }) => ({ agent: name, site: name }));
  return assign(NO_ASSIGNMENTS, config, live).byAgent;
}

/** @param assignments as assignmentsOf gives them */
export function loadOf(config: CollectorConfig, assignments: ReadonlyMap<string, Assignment>): ConfigLoad {
  const parts = new Map<string, Load>();
  const sweeps = new Map<string, SweepLoad>();
  const clients: ClientLoad[] = [];
  for (const [site, assignment] of assignments)
    for (const target of assignment.targets) {
      const load = targetLoad(assignment, target);
      const { group, server, scopes, kind, ratePerSecond } = target;
      for (const at of server === '' ? serversOf(config, group) : [server]) {
        const key = keyOf(group, at);
        parts.set(key, sum(parts.get(key) ?? NO_LOAD, load));
      }
      if (target.interface !== null)
        clients.push({ site, group, interface: target.interface, broadcastsPerSecond: ratePerSecond });
      const length = { scopes: scopes.length, roundSeconds: scopes.length / ratePerSecond };
      const worstPerScope = kind === 'dora' ? identitiesOf(assignment, target) : 0;
      if (scopes.length > 0)
        sweeps.set(keyOf(site, group), { site, group, kind, ratePerSecond, ...length, worstPerScope });
    }
  const servers = config.groups.flatMap((group) =>
    group.servers.map(({ name: server, address }): ServerLoad => {
      const load = parts.get(keyOf(group.name, server)) ?? NO_LOAD;
      return { group: group.name, server, address, ...load };
    }),
  );
  return { servers, sweeps: [...sweeps.values()], clients, total: servers.reduce<Load>(sum, NO_LOAD) };
}

/** Nothing is asked. */
export const NO_LOAD: Load = { exchanges: 0, to: 0, from: 0, kept: 0, worst: 0 };
const keyOf = (one: string, other: string): string => `${one} ${other}`;

const serversOf = ({ groups }: CollectorConfig, group: string): readonly string[] =>
  groups.find(({ name }) => name === group)?.servers.map(({ name }) => name) ?? [];

const sum = (a: Load, b: Load): Load => ({
  exchanges: a.exchanges + b.exchanges,
  to: a.to + b.to,
  from: a.from + b.from,
  kept: a.kept + b.kept,
  worst: a.worst + b.worst,
});

/** DISCOVER, REQUEST and RELEASE against OFFER and ACK; of a DO the first of each. Only an ACK makes a lease. */
function targetLoad(assignment: Assignment, target: Target): Load {
  const { ratePerSecond: exchanges, kind, scopes } = target;
  if (kind === 'do') return { exchanges, to: exchanges, from: exchanges, kept: 0, worst: 0 };
  const identities = identitiesOf(assignment, target);
  const isReleased = assignment.release === 'always';
  // An identity that goes round can have an address in every scope: kept there, or because each RELEASE was lost.
  const held = identities * Math.max(1, scopes.length);
  return {
    exchanges,
    to: exchanges * (isReleased ? 3 : 2),
    from: exchanges * 2,
    kept: isReleased ? 0 : held,
    worst: held,
  };
}
