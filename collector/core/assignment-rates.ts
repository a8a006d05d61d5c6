/**
 * How a server's rate is divided: it belongs to the address, so the groups that share one divide it evenly, what clients broadcast
 * comes off it (a relay hands each broadcast on to every server), and the sites that have a live agent share what is left.
 *
 * Rejected: clients' broadcasts beside the rate. At 142 sites, one in ten seconds each is more than the servers' whole rate.
 */
import type { CollectorConfig, GroupConfig, ServerConfig, SiteConfig } from './config/config.ts';

export interface Rates {
  /** Broadcasts a second in client role, by site; sites without a client have none. */
  readonly clientRates: ReadonlyMap<string, number>;
  /** Exchanges a second that each site sends to a group's server, by site. */
  serverRates(group: GroupConfig, server: ServerConfig): ReadonlyMap<string, number>;
}

/** @param sites those with a live agent */
export function ratesOf(config: CollectorConfig, sites: readonly SiteConfig[]): Rates {
  const groupsAt = new Map<string, number>();
  for (const { address } of config.groups.flatMap(({ servers }) => servers))
    groupsAt.set(address, (groupsAt.get(address) ?? 0) + 1);
  const clientRates = clientRatesOf(config, sites, groupsAt);
  const known = new Map<string, ReadonlyMap<string, number>>();
  const serverRates = (group: GroupConfig, server: ServerConfig): ReadonlyMap<string, number> => {
    const groups = groupsAt.get(server.address) ?? 1;
    const key = `${group.name} ${groups}`;
    const rates = known.get(key) ?? serverRatesOf(config, sites, { group, groups, clientRates });
    known.set(key, rates);
    return rates;
  };
  return { clientRates, serverRates };
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

/** Of a server's rate, what clients' broadcasts take at most. */
const CLIENT_SHARE_MAX = 0.5;

/** As configured, but slower where all sites together would take too much of a server's rate. */
function clientRatesOf(
  config: CollectorConfig,
  sites: readonly SiteConfig[],
  groupsAt: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const rates = new Map<string, number>();
  for (const group of config.groups) {
    const clients = sites.flatMap(({ name, client }) => (client?.group === group.name ? [{ name, client }] : []));
    const asked = clients.reduce((sum, { client }) => sum + client.ratePerSecond, 0);
    const sharers = Math.max(1, ...group.servers.map(({ address }) => groupsAt.get(address) ?? 1));
    const fits = Math.min(1, (config.probe.ratePerSecond * CLIENT_SHARE_MAX) / sharers / asked);
    for (const { name, client } of clients) rates.set(name, client.ratePerSecond * fits);
  }
  return rates;
}

interface Shared {
  readonly group: GroupConfig;
  /** Groups that have a server at the address, this one included. */
  readonly groups: number;
  readonly clientRates: ReadonlyMap<string, number>;
}

function serverRatesOf(
  config: CollectorConfig,
  sites: readonly SiteConfig[],
  { group, groups, clientRates }: Shared,
): ReadonlyMap<string, number> {
  const clients = sites.filter(({ client }) => client?.group === group.name);
  const broadcast = clients.reduce((sum, { name }) => sum + (clientRates.get(name) ?? 0), 0);
  // A site's cap is for the address, so it is applied before the groups share.
  const whole = siteRates(config.probe.ratePerSecond - broadcast * groups, sites);
  return new Map([...whole].map(([name, rate]) => [name, rate / groups]));
}
