/**
 * What configurations have said that notices are judged by: whose addresses are known, and what each site expects. Kept by
 * the moment from which each was in force, since a backlog is judged by what was expected when it was measured.
 */
import type { CollectorConfig, ExpectConfig } from '../config/config.ts';
import { isWithin } from './address.ts';
import { RULES_KEPT } from './limits.ts';

/** One configuration's. Plain JSON. */
export interface Rules {
  /** Collector time, µs. */
  readonly from: number;
  /** Addresses and prefixes of servers, and of those allowed beside them. */
  readonly known: readonly string[];
  readonly servers: readonly {
    readonly group: string;
    readonly server: string;
    readonly addresses: readonly string[];
  }[];
  readonly expect: Readonly<Record<string, ExpectConfig>>;
  /** The subnets that each site lists; absent in snapshots of earlier versions. */
  readonly subnets?: Readonly<Record<string, readonly string[]>>;
  /** By site: the group that serves its clients, whose answers alone are held against what they expect. Absent: any group's. */
  readonly homes?: Readonly<Record<string, string>>;
}

const NO_RULES: Rules = { from: 0, known: [], servers: [], expect: {}, subnets: {} };

export function rulesOf(config: CollectorConfig, from: number): Rules {
  const servers = config.groups.flatMap(({ name, servers }) =>
    servers.map((own) => ({ group: name, server: own.name, addresses: [own.address, ...own.sources] })),
  );
  const expect = config.sites.flatMap((site) => (site.expect ? [[site.name, site.expect] as const] : []));
  const known = [...new Set([...servers.flatMap(({ addresses }) => addresses), ...(config.allowServers ?? [])])];
  const homes = config.sites.flatMap((site) => (site.group ? [[site.name, site.group] as const] : []));
  const subnets = config.sites.map((site) => [site.name, site.subnets ?? []] as const);
  const [expected, listed] = [Object.fromEntries(expect), Object.fromEntries(subnets)];
  return { from, known, servers, expect: expected, subnets: listed, homes: Object.fromEntries(homes) };
}

/** Adds a configuration's rules; of too many the oldest go. */
export function addRules(all: Rules[], rules: Rules): void {
  all.push(rules);
  if (all.length > RULES_KEPT) all.shift();
}

/** Those in force at a moment: before the first, the first. */
export const rulesAt = (all: readonly Rules[], at: number): Rules =>
  all.findLast(({ from }) => from <= at) ?? all[0] ?? NO_RULES;

/** Whether a group's answers at a site are those that its clients get. */
export const isHome = ({ homes }: Rules, site: string, group: string): boolean => (homes?.[site] ?? group) === group;

/** Without any configuration nobody is a stranger. */
export const isKnownAddress = ({ known }: Rules, address: string): boolean =>
  known.length === 0 || known.some((prefix) => isWithin(address, prefix));

/** The group's server that an address belongs to; null: none. */
export const serverAt = ({ servers }: Rules, group: string, address: string): string | null =>
  servers.find((own) => own.group === group && own.addresses.some((prefix) => isWithin(address, prefix)))?.server ??
  null;
