/**
 * The lab's network: site hosts, a routed gateway, two servers and a collector, each a network namespace of its own, so
 * that routing, ICMP and port 67 are the kernel's real ones and nothing of the host's network is touched. Names carry
 * the owner's pid, so that two labs coexist and a dead owner's leftovers are known as such. A bridge was refused: the
 * agent relays, and a relay's packets are routed.
 */
import { readdirSync } from 'node:fs';
import { command, LabError, tryCommand } from './command.ts';
import { KILL_PAUSE_MS, KILL_ROUNDS } from './limits.ts';

/** One end of the lab: the name of a link at the gateway is the name of the part it leads to (an extra host by its own). */
export type Part = 'site' | 'primary' | 'standby' | 'collector' | ExtraPart;

/** Hosts that only some labs have: a database, a server in waiting, a second agent's or collector's place. */
export type ExtraPart = 'database' | 'spare' | 'relay';

/** Where a part lives. `interface` is its only link; `gateway` the address of the other end of it. */
export type Host = {
  readonly namespace: string;
  readonly interface: string;
  readonly address: string;
  readonly gateway: string;
  /** Interface name of the gateway's end. */
  readonly gatewayInterface: string;
  /** One-way delay on each end of the link, in milliseconds; 0 for none. */
  readonly delayMs: number;
};

/** What makes the delay: the kernel's netem, or a program of ours where the kernel has none. */
export type DelayKind = 'netem' | 'delay-line';

/** The network as built. `sites[0]` is the site; more exist when asked for. */
export type Network = {
  readonly prefix: string;
  readonly gateway: string;
  readonly sites: readonly Host[];
  readonly primary: Host;
  readonly standby: Host;
  readonly collector: Host;
  /** Those asked for. */
  readonly extras: Readonly<Partial<Record<ExtraPart, Host>>>;
  /** A second address of site 0 that lies in no subnet the servers know, for probes that must find silence. */
  readonly unknownSubnetAddress: string;
};

/** Every namespace of a lab starts with this, then the owner's pid. */
const NAME_PREFIX = 'dorawatch';
const NETNS_FOLDER = '/run/netns';
const UNKNOWN_SUBNET_ADDRESS = '10.79.0.10';

/** What is asked of the network. `wanDelayMs` is one way, on every site's link. */
export type NetworkOptions = {
  readonly wanDelayMs: number;
  readonly sites: number;
  readonly extras?: readonly ExtraPart[];
};

function host(prefix: string, part: string, network: string, last: number, delayMs: number): Host {
  return {
    namespace: `${prefix}-${part}`,
    interface: 'lan',
    address: `${network}.${last}`,
    gateway: `${network}.1`,
    gatewayInterface: part,
    delayMs,
  };
}

/** Third octets of the extra hosts' networks. */
const EXTRA_NETWORKS: Readonly<Record<ExtraPart, number>> = { spare: 4, relay: 7, database: 8 };

/** The plan: addresses and names, nothing made yet. Site 0 is 10.77.0.10; site k is 10.77.(10+k).10. */
export function planNetwork(prefix: string, options: NetworkOptions): Network {
  if (options.sites < 1 || options.sites > 20) throw new LabError('LIMIT', 'a lab has 1 to 20 sites');
  const sites = Array.from({ length: options.sites }, (_, index) =>
    index === 0
      ? host(prefix, 'site', '10.77.0', 10, options.wanDelayMs)
      : host(prefix, `site${index}`, `10.77.${10 + index}`, 10, options.wanDelayMs),
  );
  return {
    prefix,
    gateway: `${prefix}-gateway`,
    sites,
    primary: host(prefix, 'primary', '10.77.1', 2, 0),
    standby: host(prefix, 'standby', '10.77.2', 2, 0),
    collector: host(prefix, 'collector', '10.77.9', 2, 0),
    extras: Object.fromEntries(
      (options.extras ?? []).map((part) => [part, host(prefix, part, `10.77.${EXTRA_NETWORKS[part]}`, 2, 0)]),
    ),
    unknownSubnetAddress: UNKNOWN_SUBNET_ADDRESS,
  };
}

/** All hosts of a network, sites first. */
export function hostsOf(network: Network): readonly Host[] {
  return [...network.sites, network.primary, network.standby, network.collector, ...Object.values(network.extras)];
}

/** Name prefix of the `counter`-th lab of process `pid`. */
export function networkPrefix(pid: number, counter: number): string {
  return `${NAME_PREFIX}-${pid}-${counter}`;
}

/**
 * Builds the planned network. `connect` makes the two interfaces of a delayed link when netem cannot (or `wanted` is the
 * delay line). On failure whatever was made is removed before the error goes on.
 */
export async function buildNetwork(
  network: Network,
  connect: (host: Host) => Promise<void>,
  wanted?: DelayKind,
): Promise<void> {
  try {
    addNamespace(network.gateway);
    setKernel(network.gateway, ['net/ipv4/ip_forward=1', 'net/ipv4/conf/all/rp_filter=0']);
    const kind = wanted ?? delayKind(network.gateway);
    for (const each of hostsOf(network)) await addHost(network, each, kind, connect);
    addUnknownSubnet(network);
  } catch (error) {
    removeNetwork(network.prefix);
    throw error;
  }
}

/** Asks the kernel whether it has netem, by using it for a moment on the loopback of a namespace. */
export function delayKind(namespace: string): DelayKind {
  const tried = tryCommand('tc', ['-n', namespace, 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms']);
  if (tried.status !== 0) return 'delay-line';
  command('tc', ['-n', namespace, 'qdisc', 'del', 'dev', 'lo', 'root']);
  return 'netem';
}

function addNamespace(name: string): void {
  command('ip', ['netns', 'add', name]);
  // No IPv6 chatter in captures, and no wait for duplicate address detection.
  setKernel(name, ['net/ipv6/conf/all/disable_ipv6=1', 'net/ipv6/conf/default/disable_ipv6=1']);
  command('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
}

/** Written by the shell, since a bare Debian has no `sysctl`; a key that this kernel lacks is left alone. */
function setKernel(namespace: string, settings: readonly string[]): void {
  const script = settings
    .map((setting) => setting.split('='))
    .map(([key, value]) => `[ ! -e /proc/sys/${key} ] || echo ${value} > /proc/sys/${key}`)
    .join('\n');
  command('ip', ['netns', 'exec', namespace, 'sh', '-e', '-c', script]);
}

async function addHost(
  network: Network,
  each: Host,
  kind: DelayKind,
  connect: (host: Host) => Promise<void>,
): Promise<void> {
  addNamespace(each.namespace);
  const { interface: near, gatewayInterface: far } = each;
  if (each.delayMs > 0 && kind === 'delay-line') await connect(each);
  else {
    const ends = ['name', near, 'netns', each.namespace, 'type', 'veth'];
    command('ip', ['link', 'add', ...ends, 'peer', 'name', far, 'netns', network.gateway]);
  }
  const farLines = [`addr add ${each.gateway}/24 dev ${far}`, `link set ${far} up`];
  const nearLines = [`addr add ${each.address}/24 dev ${near}`, `link set ${near} up`];
  command('ip', ['-n', network.gateway, '-batch', '-'], { input: `${farLines.join('\n')}\n` });
  const route = `route add default via ${each.gateway}`;
  command('ip', ['-n', each.namespace, '-batch', '-'], { input: `${[...nearLines, route].join('\n')}\n` });
  if (each.delayMs > 0 && kind === 'netem') delayLink(network, each);
}

function addUnknownSubnet(network: Network): void {
  const site = network.sites[0];
  if (site === undefined) return;
  command('ip', ['-n', site.namespace, 'addr', 'add', `${network.unknownSubnetAddress}/32`, 'dev', site.interface]);
  command('ip', ['-n', network.gateway, 'route', 'add', `${network.unknownSubnetAddress}/32`, 'via', site.address]);
}

function delayLink(network: Network, each: Host): void {
  const netem = ['root', 'netem', 'limit', '100000', 'delay', `${each.delayMs}ms`];
  command('tc', ['-n', each.namespace, 'qdisc', 'add', 'dev', each.interface, ...netem]);
  command('tc', ['-n', network.gateway, 'qdisc', 'add', 'dev', each.gatewayInterface, ...netem]);
}

/**
 * Cuts a link at the gateway, or mends it, in both directions. Packets vanish without an ICMP word, as on a broken WAN.
 * Taking the interface down was refused: the gateway would answer "unreachable", which is another outcome.
 */
export function setCut(network: Network, each: Host, state: 'cut' | 'mended'): void {
  const verb = state === 'cut' ? 'add' : 'del';
  const rules = [
    ['iif', each.gatewayInterface],
    ['to', `${each.address}/32`],
  ];
  for (const rule of rules) command('ip', ['-n', network.gateway, 'rule', verb, 'pref', '10', ...rule, 'blackhole']);
}

/** Ends what still runs in the namespaces of one lab and removes them (their links go with them). Never throws. */
export function removeNetwork(prefix: string): void {
  for (const name of namespaceNames().filter((each) => each.startsWith(`${prefix}-`))) {
    killInside(name);
    tryCommand('ip', ['netns', 'del', name]);
  }
}

/** Kills until none is left, as a killed process lives on for a moment and may have begun another just before. */
function killInside(namespace: string): void {
  for (let round = 0; round < KILL_ROUNDS; round += 1) {
    const pids = tryCommand('ip', ['netns', 'pids', namespace]).stdout.split('\n').filter(Boolean);
    if (pids.length === 0) return;
    for (const pid of pids) killPid(Number(pid));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, KILL_PAUSE_MS);
  }
}

/** Removes the namespaces of labs whose owner is dead, with what still runs in them; returns the prefixes removed. */
export function sweepNetworks(): readonly string[] {
  const prefixes = new Set<string>();
  for (const name of namespaceNames()) {
    const match = /^(dorawatch-(\d+)-\d+)-/.exec(name);
    if (match?.[1] !== undefined && !isAlive(Number(match[2]))) prefixes.add(match[1]);
  }
  for (const prefix of prefixes) removeNetwork(prefix);
  return [...prefixes];
}

function namespaceNames(): readonly string[] {
  try {
    return readdirSync(NETNS_FOLDER);
  } catch {
    // The folder appears with the first namespace of the machine: without it there are none.
    return [];
  }
}

/** Whether a process with this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function killPid(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in between, which is what was wanted.
    return;
  }
}
