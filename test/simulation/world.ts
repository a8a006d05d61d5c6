/**
 * A world with ground truth: servers that serve or do not, sites whose agents send them exchanges, a network that loses
 * and delays, clocks that are off. Here is what it consists of and the configuration that its collector has; what agents make
 * of it is in world-agent, and the log that comes of it in world-log. Moments of the truth are µs on the collector's clock.
 *
 * In load balancing each server is asked about both buckets' clients, at half its rate each.
 */
import { ALERTS_DEFAULTS } from '../../collector/core/config/alerts.ts';
import { RETENTION_DEFAULTS } from '../../collector/core/config/collector-config.ts';
import type { CollectorConfig, Mode, Role } from '../../collector/core/config/config.ts';
import { GROUP_DEFAULTS, SERVER_DEFAULTS, SITE_DEFAULTS } from '../../collector/core/config/config.ts';
import { PROBE_DEFAULTS } from '../../collector/core/config/probe.ts';
import { milliseconds } from '../../shared/core/units.ts';

/** An OFFER and no ACK, a NAK, or an ICMP error at once. */
export type Refusal = 'no-ack' | 'naked' | 'refused' | 'unreachable';

export interface WorldOptions {
  readonly seconds: number;
  readonly sites: number;
  /** Agents at each site, which share its rate (default 1). Where a site's number is asked for below, it is then the agent's. */
  readonly agentsPerSite?: number;
  /** Exchanges a second per server, all sites together. */
  readonly rate: number;
  readonly servers: readonly string[];
  readonly mode: Mode;
  readonly identities: number;
  /** Whether a server answers what reaches it at a moment (seconds since the beginning); in load balancing, from a bucket's clients. */
  readonly alive: (server: string, seconds: number, bucket: number | null) => boolean;
  /** Whether an exchange is lost, at a moment. */
  readonly lost: (seconds: number, site: number, identity: number, server: string) => boolean;
  /** How a server that is alive refuses an exchange; null (and the default) = it answers. */
  readonly refuses?: (server: string, seconds: number, identity: number, site: number) => Refusal | null;
  /** How long a server takes for an OFFER and for an ACK, µs (default 0). */
  readonly takes?: (server: string, seconds: number, stage: 'offer' | 'ack') => number;
  /** One way, µs, at a moment. */
  readonly delay: (seconds: number, site: number) => number;
  readonly dropUs: number;
  readonly random: () => number;
  /** Agent clocks: true offset (agent − collector, µs) by site and moment (seconds), and the error of its samples. */
  readonly offset: (site: number, seconds: number) => number;
  readonly clockError: number;
  /** Whether a site's agent runs, and whether its uplink works (batches are kept and sent when it does again). */
  readonly running?: (site: number, seconds: number) => boolean;
  readonly connected?: (site: number, seconds: number) => boolean;
  /** Seconds at whose beginning a site's agent starts anew: an epoch of its own, what was in flight is lost. */
  readonly restarts?: (site: number) => readonly number[];
  /** Whether the first clock sample of a connection comes after all that was kept. */
  readonly samplesLast?: boolean;
}

export const START = 1.7e15;

/** One path of every agent's. */
export interface WorldPath {
  readonly server: string;
  readonly address: string;
  readonly bucket: number | null;
  /** Exchanges a second, all agents together. */
  readonly rate: number;
}

const SECOND: Readonly<Record<Mode, Role>> = {
  'hot-standby': 'standby',
  'load-balancing': 'secondary',
  'passive-backup': 'backup',
  independent: 'server',
};

/** The first is the primary, the second what the mode has beside it, any further one a backup. */
function roleOf(mode: Mode, index: number): Role {
  if (mode === 'independent') return 'server';
  return index === 0 ? 'primary' : index === 1 ? SECOND[mode] : 'backup';
}

const addressOf = (index: number): string => `10.77.${index + 1}.2`;

/** @returns the paths in the order in which batches name them */
export const pathsOf = ({ mode, servers, rate }: Pick<WorldOptions, 'mode' | 'servers' | 'rate'>): WorldPath[] =>
  servers.flatMap((server, i) => {
    const buckets = mode === 'load-balancing' && roleOf(mode, i) !== 'backup' ? [0, 1] : [null];
    return buckets.map((bucket) => ({ server, address: addressOf(i), bucket, rate: rate / buckets.length }));
  });

export const configOf = (o: Pick<WorldOptions, 'mode' | 'servers' | 'sites' | 'rate' | 'dropUs'>): CollectorConfig => ({
  groups: [
    {
      name: 'pair',
      mode: o.mode,
      ...GROUP_DEFAULTS,
      servers: o.servers.map((name, i) => ({
        name,
        address: addressOf(i),
        role: roleOf(o.mode, i),
        ...SERVER_DEFAULTS,
      })),
    },
  ],
  sites: Array.from({ length: o.sites }, (_, i) => ({
    name: siteName(i),
    ...SITE_DEFAULTS,
  })),
  probe: {
    ...PROBE_DEFAULTS,
    kind: 'dora',
    ratePerSecond: o.rate,
    dropTimeMs: milliseconds(o.dropUs / 1000),
  },
  detect: { fall: 10, rise: 2 },
  influx: null,
  retention: RETENTION_DEFAULTS,
  alerts: ALERTS_DEFAULTS,
  allowServers: [],
  maintenance: [],
  http: { trustedProxy: null },
});

export const siteName = (site: number): string => `site-${String(site).padStart(3, '0')}`;

export const agentCount = (o: WorldOptions): number => o.sites * (o.agentsPerSite ?? 1);

/** A world in which nothing happens: one site, one server, 10/s, 20 ms each way. */
export function quietWorld(random: () => number): WorldOptions {
  return {
    seconds: 60,
    sites: 1,
    rate: 10,
    servers: ['primary'],
    mode: 'independent',
    identities: 31,
    alive: () => true,
    lost: () => false,
    delay: () => 20_000 + random() * 1000,
    dropUs: 3e6,
    random,
    offset: () => 0,
    clockError: 1000,
  };
}
