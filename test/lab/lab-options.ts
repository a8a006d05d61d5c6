/**
 * What a lab can be asked to be, and the servers that come of it. Apart from the lab itself, which runs things: what a pair
 * is made of is settled before anything runs. A flag for each kind of pair was refused, in favour of Kea's own words.
 */
import { join } from 'node:path';
import type { KeaSize, KeaTimers } from './kea-config.ts';
import { keaConfig, LONG_TIMERS, PRODUCTION_SIZE, SHORT_TIMERS, SMALL_SIZE } from './kea-config.ts';
import type { PairMode } from './kea-pair.ts';
import { KeaServer, keaHooksFolder } from './kea-server.ts';
import type { LabEvents } from './lab-event.ts';
import type { ExtraPart, Host, Network } from './namespaces.ts';

/** A piece of a Kea configuration. */
export type Json = Readonly<Record<string, unknown>>;

/** What a lab is asked to be. */
export type LabOptions = {
  readonly size: 'production' | 'small' | KeaSize;
  readonly timers: 'short' | 'long' | KeaTimers;
  /** Netem delay on the site's link, each way, in milliseconds; 20 when absent. */
  readonly wanDelayMs?: number;
  /** Site hosts; 1 when absent. */
  readonly sites?: number;
  /** Makes every WAN a delay line, whatever the kernel has, so that `setWeather` works; its dice begin with this. */
  readonly weatherSeed?: number;
  /** `no`: the servers are made but not started. */
  readonly startServers?: 'yes' | 'no';
  readonly logSeverity?: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  /** How the two work together; a hot-standby pair when absent. */
  readonly pair?: PairMode;
  /** Both keep their leases in one MariaDB on a host of its own, with these settings of Kea's `lease-database`; else each in a file. */
  readonly leases?: Json;
  /** Hosts beside the usual ones. */
  readonly extras?: readonly ExtraPart[];
  /** Where one server finds the other, when not at its own address: a load balancer's. By place. */
  readonly partnerAddresses?: { readonly primary?: string; readonly standby?: string };
  /** The last word on a server's configuration, e.g. another subnet. */
  readonly change?: (config: Json, self: 'primary' | 'standby') => Json;
  /** `no` when the caller ends the lab on SIGINT and SIGTERM by itself. */
  readonly onSignals?: 'close' | 'no';
};

/** What a server is made from: the lab's options, and where the lab keeps things. */
export type Making = {
  readonly options: LabOptions;
  readonly network: Network;
  readonly folder: string;
  readonly events: LabEvents;
  readonly leases: Json | undefined;
};

/** One of the pair; on a host of another's when `at` says so, with a folder and a name of its own. */
export function makeServer(
  self: 'primary' | 'standby',
  making: Making,
  at?: { readonly name: string; readonly host: Host },
): KeaServer {
  const { options, network, leases } = making;
  const host = at?.host ?? network[self];
  const name = at?.name ?? self;
  const addressOf = (place: 'primary' | 'standby'): string =>
    place === self ? host.address : (options.partnerAddresses?.[place] ?? network[place].address);
  const change = options.change ?? ((config: Json) => config);
  return new KeaServer({
    name,
    namespace: host.namespace,
    address: host.address,
    folder: join(making.folder, name),
    events: making.events,
    config: (paths) =>
      change(
        keaConfig({
          ...paths,
          size: sizeOf(options.size),
          timers: timersOf(options.timers),
          self,
          primaryAddress: addressOf('primary'),
          standbyAddress: addressOf('standby'),
          interface: host.interface,
          hooksFolder: keaHooksFolder() ?? '/usr/lib/kea/hooks',
          logSeverity: options.logSeverity ?? 'INFO',
          ...(options.pair === undefined ? {} : { pair: options.pair }),
          ...(leases === undefined ? {} : { leases }),
        }),
        self,
      ),
  });
}

function sizeOf(size: LabOptions['size']): KeaSize {
  if (typeof size !== 'string') return size;
  return size === 'production' ? PRODUCTION_SIZE : SMALL_SIZE;
}

/** Kea's HA timers as asked for. */
export function timersOf(timers: LabOptions['timers']): KeaTimers {
  if (typeof timers !== 'string') return timers;
  return timers === 'long' ? LONG_TIMERS : SHORT_TIMERS;
}
