/**
 * A configuration's load in rows and sentences, for `check-config`: tables with their head first, and warnings for what would
 * work and disappoint.
 */
import type { CollectorConfig } from './config.ts';
import type { ConfigLoad, Load, ServerLoad } from './load.ts';

/** Cells, the head first. */
export type Rows = readonly (readonly string[])[];

/** 2.5 → "2.50", 10 → "10", 0.002 → "0.0020". */
export const rateText = (rate: number): string => {
  const near = Number(rate.toFixed(6));
  return Number.isInteger(near) ? String(near) : near < 0.1 ? near.toPrecision(2) : near.toFixed(2);
};

/** A line a server. */
export function serverRows(config: CollectorConfig, { servers }: ConfigLoad): Rows {
  const head = [
    'Group',
    'Mode',
    'Server',
    'Address',
    'Role',
    'Exchanges/s',
    'Packets/s to',
    'from',
    'Leases kept',
    'at worst',
  ];
  const rows = servers.map((load) => {
    const group = config.groups.find(({ name }) => name === load.group);
    const role = group?.servers.find(({ name }) => name === load.server)?.role ?? '';
    return [load.group, group?.mode ?? '', load.server, load.address, role, ...loadCells(load)];
  });
  return [head, ...rows];
}

const loadCells = ({ exchanges, to, from, kept, worst }: Load): readonly string[] => [
  ...[exchanges, to, from].map(rateText),
  ...[kept, worst].map(String),
];

/** A line a site that is swept; the head alone when none is. */
export function sweepRows({ sweeps }: ConfigLoad): Rows {
  const head = [
    'Site swept',
    'Group',
    'Subnets',
    'Kind',
    'Exchanges/s and server',
    'One round',
    'Leases a subnet at worst',
  ];
  const rows = sweeps.map(({ site, group, scopes, kind, ratePerSecond, roundSeconds, worstPerScope }) => {
    const cells = [site, group, String(scopes), kind, rateText(ratePerSecond), spanText(roundSeconds)];
    return [...cells, String(worstPerScope)];
  });
  return [head, ...rows];
}

/** A line a site with a client. */
export function clientRows({ clients }: ConfigLoad): Rows {
  const head = ['Client at site', 'Interface', 'Group', 'Broadcasts'];
  const rows = clients.map(({ site, interface: on, group, broadcastsPerSecond }) => [
    site,
    on,
    group,
    `one in ${spanText(1 / broadcastsPerSecond)}`,
  ]);
  return [head, ...rows];
}

/** What all servers together are asked, and what stays there. */
export function totalText(config: CollectorConfig, { total, servers }: ConfigLoad): string {
  const { exchanges, to, from, kept, worst } = total;
  const packets = `${rateText(exchanges)} exchanges/s, ${rateText(to)} packets/s to ${servers.length === 1 ? 'it' : 'them'} and ${rateText(from)} back while all are answered`;
  const left =
    worst === 0
      ? 'no lease is ever taken'
      : kept === 0
        ? `no lease is kept; at worst, with agents killed or every RELEASE lost, ${worst} stand until they expire or those agents start again`
        : `${kept} leases are kept all the time`;
  return `All servers together: ${packets}; ${left}. Drop time ${config.probe.dropTimeMs / 1000}s.${sharedText(servers)}`;
}

/** Where groups share an address, their lines are parts of one load. */
function sharedText(servers: readonly ServerLoad[]): string {
  const byAddress = new Map<string, ServerLoad[]>();
  for (const load of servers) byAddress.set(load.address, [...(byAddress.get(load.address) ?? []), load]);
  const shared = [...byAddress].filter(([, loads]) => loads.length > 1);
  const told = shared.map(([address, loads]) => {
    const rate = loads.reduce((all, { exchanges }) => all + exchanges, 0);
    return ` ${address} is a server of ${loads.length} groups, which share its ${rateText(rate)} exchanges/s.`;
  });
  return told.join('');
}

/** Longer than this between two visits, and an exhausted scope is found by its clients first. */
const ROUND_MAX_SECONDS = 3600;

/** What is allowed and will disappoint, a sentence each. */
export function loadWarnings(config: CollectorConfig, { sweeps, clients }: ConfigLoad): readonly string[] {
  const slow = sweeps.filter(({ roundSeconds }) => roundSeconds > ROUND_MAX_SECONDS);
  const asked = new Map(config.sites.map(({ name, client }) => [name, client?.ratePerSecond ?? 0]));
  const slowed = clients.filter(
    ({ site, broadcastsPerSecond }) => broadcastsPerSecond < (asked.get(site) ?? 0) * 0.999,
  );
  const homeless = config.sites.filter(({ group, subnets }) => group === null && subnets.length > 0);
  return [
    ...(homeless.length === 0 || config.groups.length < 2 ? [] : [homelessText(homeless.map(({ name }) => name))]),
    ...slow.map(
      ({ site, group, scopes, roundSeconds }) =>
        `Site ${site}: one round over its ${scopes} subnets at ${group} takes ${spanText(roundSeconds)}; a higher probe.rate or sweep.share shortens it.`,
    ),
    ...(slowed.length === 0
      ? []
      : [
          `${slowed.length} of ${clients.length} clients broadcast more slowly than asked: their relays bring each to every server, and half of probe.rate is theirs at most.`,
        ]),
  ];
}

const homelessText = (sites: readonly string[]): string =>
  `${sites.length === 1 ? `Site ${sites[0]} has` : `${sites.length} sites (${sites[0]} …) have`} subnets and no "group": every group is asked for them, and each that does not have them is told as not serving them.`;

/** 7.5 → "7.5 s", 8280 → "2 h 18 min". */
export function spanText(seconds: number): string {
  if (seconds < 120) return `${Number(seconds.toFixed(1))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${(hours / 24).toFixed(1)} days`;
}
