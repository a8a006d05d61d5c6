/**
 * A Kea DHCPv4 configuration of production size, generated: shared networks for sites, subnets, reservations, and client
 * classes, with the HA hook as one of a pair. Pure, so that a test can count what it made. A captured file was
 * refused: nobody can read five megabytes of JSON, and the sizes are the facts worth stating.
 */
import { highAvailability, type PairMode } from './kea-pair.ts';

/** How big the configuration is. The first subnet of the first site is the probe subnet, and counts. */
export type KeaSize = {
  readonly sites: number;
  readonly subnets: number;
  readonly reservations: number;
  readonly classesPerSubnet: number;
};

/** HA timers in milliseconds, by Kea's names. */
export type KeaTimers = {
  readonly heartbeatDelayMs: number;
  readonly maxResponseDelayMs: number;
  readonly maxAckDelayMs: number;
  readonly maxUnackedClients: number;
};

/** The size of the pair that this is made for. */
export const PRODUCTION_SIZE: KeaSize = {
  sites: 142,
  subnets: 829,
  reservations: 14_404,
  classesPerSubnet: 2,
};
/** Enough to answer a probe; loads at once. */
export const SMALL_SIZE: KeaSize = {
  sites: 3,
  subnets: 6,
  reservations: 20,
  classesPerSubnet: 2,
};

/** The timers of the test that dorawatch comes from. */
export const LONG_TIMERS: KeaTimers = {
  heartbeatDelayMs: 10_000,
  maxResponseDelayMs: 60_000,
  maxAckDelayMs: 10_000,
  // Probes with secs 0 count as nobody's clients, so the number of unacked clients must not matter.
  maxUnackedClients: 0,
};

/** Shortened so that a failover fits in a test; the order of the steps stays Kea's own. */
export const SHORT_TIMERS: KeaTimers = {
  heartbeatDelayMs: 1_000,
  maxResponseDelayMs: 4_000,
  maxAckDelayMs: 1_000,
  maxUnackedClients: 0,
};

/** What one server of the pair is told. Paths are absolute; addresses are dotted. */
export type KeaConfigOptions = {
  readonly size: KeaSize;
  readonly timers: KeaTimers;
  readonly self: 'primary' | 'standby';
  readonly primaryAddress: string;
  readonly standbyAddress: string;
  readonly interface: string;
  readonly hooksFolder: string;
  readonly stateFolder: string;
  readonly controlSocket: string;
  readonly logSeverity: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  /** Hot-standby with nothing set when absent. */
  readonly pair?: PairMode;
  /** Kea's `lease-database`; a memfile of its own when absent. */
  readonly leases?: Json;
};

/** Subnet that holds every site host of the lab; its pool has room for 32,768 clients at once. */
export const PROBE_SUBNET = '10.77.0.0/16';
const PROBE_POOL = '10.77.128.0 - 10.77.255.254';
const PROBE_LIFETIME_SECONDS = 600;

type Json = Readonly<Record<string, unknown>>;

/** The whole configuration of one server, ready for JSON.stringify. */
export function keaConfig(options: KeaConfigOptions): Json {
  return {
    Dhcp4: {
      'interfaces-config': {
        interfaces: [options.interface],
        'dhcp-socket-type': 'udp',
      },
      'control-socket': {
        'socket-type': 'unix',
        'socket-name': options.controlSocket,
      },
      'lease-database': options.leases ?? {
        type: 'memfile',
        persist: true,
        name: `${options.stateFolder}/leases4.csv`,
        'lfc-interval': 0,
      },
      'multi-threading': {
        'enable-multi-threading': true,
        'thread-pool-size': 12,
        'packet-queue-size': 65,
      },
      'hooks-libraries': [
        { library: `${options.hooksFolder}/libdhcp_lease_cmds.so` },
        { library: `${options.hooksFolder}/libdhcp_stat_cmds.so` },
        { library: `${options.hooksFolder}/libdhcp_stat_cmds.so` },
        {
          library: `${options.hooksFolder}/libdhcp_ha.so`,
          parameters: highAvailability(options),
        },
      ],
      'host-reservation-identifiers': ['circuit-id', 'hw-address', 'duid', 'client-id'],
      'valid-lifetime': 4000,
      'client-classes': clientClasses(options.size),
      'shared-networks': sharedNetworks(options.size),
      loggers: [
        {
          name: 'kea-dhcp4',
          severity: options.logSeverity,
          output_options: [
            {
              output: `${options.stateFolder}/kea.log`,
              maxsize: 0,
              flush: true,
            },
          ],
        },
      ],
    },
  };
}

/** Network of the subnet with this index (1 and up), e.g. 10.80.1.0/24; index 0 is the probe subnet. */
function subnetBase(index: number): string {
  return `10.${80 + Math.floor(index / 256)}.${index % 256}`;
}

function subnetPrefix(index: number): string {
  return index === 0 ? PROBE_SUBNET : `${subnetBase(index)}.0/24`;
}

function classNames(index: number, count: number): readonly string[] {
  const suffixes = Array.from({ length: count }, (_, each) => (each === 0 ? 'client' : `client-${each + 1}`));
  return suffixes.map((suffix) => `subnet-${subnetPrefix(index)}-${suffix}`);
}

function clientClasses(size: KeaSize): readonly Json[] {
  return range(size.subnets).flatMap((index) =>
    classNames(index, size.classesPerSubnet).map((name, each) => ({
      name,
      test: "member('ALL')",
      'only-if-required': true,
      'option-data': [
        each === 0
          ? { name: 'domain-name-servers', data: '10.200.0.53, 10.200.1.53' }
          : {
              name: 'domain-name',
              data: `site-${index % size.sites}.example.org`,
            },
      ],
    })),
  );
}

/** Subnets go round the sites in turn, so that sites differ by one subnet at most; likewise reservations. */
function sharedNetworks(size: KeaSize): readonly Json[] {
  return range(size.sites).map((site) => ({
    name: `site-${site}`,
    subnet4: range(size.subnets)
      .filter((index) => index % size.sites === site)
      .map((index) => subnet(index, size)),
  }));
}

function subnet(index: number, size: KeaSize): Json {
  const probe = index === 0;
  const base = probe ? '10.77.0' : subnetBase(index);
  return {
    id: index + 1,
    subnet: subnetPrefix(index),
    pools: probe
      ? [{ pool: PROBE_POOL }]
      : [{ pool: `${base}.50 - ${base}.149` }, { pool: `${base}.160 - ${base}.249` }],
    'require-client-classes': classNames(index, size.classesPerSubnet),
    'option-data': [{ name: 'routers', data: `${base}.1` }],
    'user-context': {
      'site-id': index % size.sites,
      'site-name': `site-${index % size.sites}`,
    },
    ...(probe ? { 'valid-lifetime': PROBE_LIFETIME_SECONDS } : { reservations: reservations(index, size) }),
  };
}

/** Reservations live outside the pools (.2 to .49) and go round the subnets after the probe subnet. */
function reservations(index: number, size: KeaSize): readonly Json[] {
  const others = size.subnets - 1;
  const count = Math.floor(size.reservations / others) + (index - 1 < size.reservations % others ? 1 : 0);
  return range(count).map((each) => ({
    'hw-address': `02:aa:${hexOctet(index >> 8)}:${hexOctet(index & 255)}:00:${hexOctet(each)}`,
    'ip-address': `${subnetBase(index)}.${2 + each}`,
  }));
}

function hexOctet(value: number): string {
  return value.toString(16).padStart(2, '0');
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
