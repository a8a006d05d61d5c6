/**
 * A world with ground truth: servers that serve or do not, sites whose agents send them exchanges, a network that loses
 * and delays, clocks that are off. It yields the log that a collector would have, second by second. Moments of the truth
 * are µs on the collector's clock.
 */
import { RETENTION_DEFAULTS } from '../../collector/core/config/collector-config.ts';
import type { CollectorConfig, Mode } from '../../collector/core/config/config.ts';
import { GROUP_DEFAULTS, SERVER_DEFAULTS, SITE_DEFAULTS } from '../../collector/core/config/config.ts';
import { PROBE_DEFAULTS } from '../../collector/core/config/probe.ts';
import type { LogEntry } from '../../collector/core/log-entry.ts';
import { type ResultBatch, SERVER_PATH } from '../../shared/core/batch.ts';
import { OUTCOMES, STAGES } from '../../shared/core/outcome.ts';
import { epochMicros, microseconds, milliseconds, type UnixMicros, unixMicros } from '../../shared/core/units.ts';

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
  /** Whether a server answers what reaches it at a moment (seconds since the beginning). */
  readonly alive: (server: string, seconds: number) => boolean;
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

interface Pending {
  readonly finished: number;
  readonly path: number;
  readonly identity: number;
  readonly sent: number;
  readonly outcome: number;
  readonly stage: number;
  readonly offer: number;
  readonly ack: number;
  readonly total: number;
}

export const configOf = (o: Pick<WorldOptions, 'mode' | 'servers' | 'sites' | 'rate' | 'dropUs'>): CollectorConfig => ({
  groups: [
    {
      name: 'pair',
      mode: o.mode,
      ...GROUP_DEFAULTS,
      servers: o.servers.map((name, i) => ({
        name,
        address: `10.77.${i + 1}.2`,
        role: o.mode === 'independent' ? 'server' : i === 0 ? 'primary' : 'standby',
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
  allowServers: [],
});

export const siteName = (site: number): string => `site-${String(site).padStart(3, '0')}`;

const agentCount = (o: WorldOptions): number => o.sites * (o.agentsPerSite ?? 1);

const ACKED = OUTCOMES.indexOf('acked');
const DROPPED = OUTCOMES.indexOf('dropped');
const OFFER = STAGES.indexOf('offer');
const ACK = STAGES.indexOf('ack');

/** One exchange, with the server's life and the network's whims. */
function exchange(o: WorldOptions, path: number, site: number, identity: number, sent: number): Pending {
  const server = o.servers[path] as string;
  const at = (us: number): number => us / 1e6;
  const dropped = (stage: number, offer: number): Pending => ({
    finished: sent + o.dropUs,
    path,
    identity,
    sent,
    outcome: DROPPED,
    stage,
    offer,
    ack: -1,
    total: -1,
  });
  const delay = (from: number): number => o.delay(at(from), site);
  const lost = o.lost(at(sent), site, identity, server);
  const early = lost && o.random() < 0.5;
  const heard = sent + delay(sent);
  const refusal = o.refuses?.(server, at(heard), identity, site) ?? null;
  if (!lost && (refusal === 'refused' || refusal === 'unreachable')) {
    return { ...dropped(OFFER, -1), finished: heard + delay(heard), outcome: OUTCOMES.indexOf(refusal) };
  }
  if (early || !o.alive(server, at(heard))) return dropped(OFFER, -1);
  const offering = heard + (o.takes?.(server, at(heard), 'offer') ?? 0);
  const offered = offering + delay(offering);
  const asked = offered + delay(offered);
  if (offered - sent > o.dropUs) return dropped(OFFER, -1);
  const acking = asked + (o.takes?.(server, at(asked), 'ack') ?? 0);
  const acked = acking + delay(acking);
  const offer = Math.round(offered - sent);
  if (lost || refusal === 'no-ack' || !o.alive(server, at(asked)) || acked - sent > o.dropUs)
    return dropped(ACK, offer);
  if (refusal === 'naked') return { ...dropped(ACK, offer), finished: acked, outcome: OUTCOMES.indexOf(refusal) };
  return {
    finished: acked,
    path,
    identity,
    sent,
    outcome: ACKED,
    stage: ACK,
    offer,
    ack: Math.round(acked - offered),
    total: Math.round(acked - sent),
  };
}

/** An agent's start: its epoch, when it was, and by how much the wall clock was then off, µs. */
interface Start {
  readonly epoch: number;
  readonly startUs: number;
  readonly offset: number;
}

function batchOf(
  o: WorldOptions,
  site: number,
  { epoch, startUs, offset }: Start,
  sequence: number,
  done: readonly Pending[],
  from: number,
  through: number,
): ResultBatch {
  const column = (pick: (p: Pending) => number): number[] => done.map(pick);
  return {
    agent: `agent-${site}`,
    site: siteName(Math.floor(site / (o.agentsPerSite ?? 1))),
    epoch,
    sequence,
    anchor: unixMicros(START + startUs + offset),
    fromUs: epochMicros(from - startUs),
    completeThroughUs: epochMicros(through - startUs),
    assignmentVersion: 1,
    dropTimeUs: microseconds(o.dropUs),
    stamped: 'user',
    loopDelayMaxUs: microseconds(0),
    paths: o.servers.map((server, i) => ({
      group: 'pair',
      server,
      address: `10.77.${i + 1}.2`,
      bucket: null,
      giaddr: `10.88.${site}.1`,
      kind: 'dora',
      firstContact: false,
      ...SERVER_PATH,
    })),
    results: {
      path: column((p) => p.path),
      identity: column((p) => p.identity),
      sentUs: column((p) => Math.round(p.sent) - startUs),
      outcome: column((p) => p.outcome),
      stage: column((p) => p.stage),
      offerUs: column((p) => p.offer),
      ackUs: column((p) => p.ack),
      totalUs: column((p) => p.total),
      released: column(() => 0),
    },
    late: [],
    counts: [],
    sightings: [],
  };
}

/** One site's agent: its due exchanges, what is in flight, and what waits for the uplink. */
class Agent {
  private readonly o: WorldOptions;
  readonly site: number;
  private readonly next: number[];
  private readonly count: number[];
  private flying: Pending[] = [];
  private sequence = 0;
  start: Start;
  readonly spool: ResultBatch[] = [];

  constructor(o: WorldOptions, site: number, phase: number) {
    this.o = o;
    this.site = site;
    this.start = { epoch: 1, startUs: 0, offset: o.offset(site, 0) };
    const period = (1e6 * agentCount(o)) / o.rate;
    this.next = o.servers.map((_, i) => period * ((phase + i / o.servers.length) % 1));
    this.count = o.servers.map(() => 0);
  }

  second(second: number): void {
    const { o, site } = this;
    const end = (second + 1) * 1e6;
    const period = (1e6 * agentCount(o)) / o.rate;
    const running = o.running?.(site, second) ?? true;
    if (o.restarts?.(site).includes(second)) {
      this.start = { epoch: this.start.epoch + 1, startUs: second * 1e6, offset: o.offset(site, second) };
      this.sequence = 0;
      this.flying = [];
    }
    o.servers.forEach((_, path) => {
      while ((this.next[path] as number) < end) {
        const n = this.count[path] as number;
        this.count[path] = n + 1;
        if (running) this.flying.push(exchange(o, path, site, n % o.identities, this.next[path] as number));
        this.next[path] = (this.next[path] as number) + period;
      }
    });
    if (!running) return;
    const done = this.flying.filter((p) => p.finished < end).sort((a, b) => a.finished - b.finished);
    this.flying = this.flying.filter((p) => p.finished >= end);
    const through = this.flying.reduce((least, p) => Math.min(least, p.sent), end);
    this.spool.push(batchOf(o, site, this.start, ++this.sequence, done, second * 1e6, Math.floor(through)));
  }
}

function sampleOf(o: WorldOptions, { start, site }: Agent, receivedAt: UnixMicros, at: number, off: number): LogEntry {
  return {
    kind: 'clock',
    receivedAt,
    agent: `agent-${site}`,
    epoch: start.epoch,
    anchor: unixMicros(START + start.startUs + start.offset),
    at: epochMicros(at - start.startUs),
    offsetUs: microseconds(Math.round(start.offset + off)),
    errorUs: microseconds(o.clockError),
  };
}

/** The log of a world: configuration, clock samples, then every second the batches that arrive in it. */
export function* logOf(o: WorldOptions): Generator<LogEntry> {
  const receivedAt = unixMicros(START);
  yield { kind: 'config', receivedAt, version: 1, config: configOf(o), text: '' };
  const order = Array.from({ length: agentCount(o) }, (_, i) => i);
  const agents = order.map((site) => new Agent(o, site, ((site * 89) % agentCount(o)) / agentCount(o)));
  const shift = order.map(() => (o.random() * 2 - 1) * o.clockError);
  for (const site of order) {
    if (!o.samplesLast) yield sampleOf(o, agents[site] as Agent, receivedAt, 0, shift[site] as number);
  }
  for (let second = 0; second < o.seconds; second++) {
    const now = unixMicros(START + (second + 1) * 1e6 + 20_000);
    for (const site of order) {
      const agent = agents[site] as Agent;
      agent.second(second);
      if (!(o.connected?.(site, second) ?? true)) continue;
      const isDue = second % 15 === 14 || agent.spool.length > 1 || (o.samplesLast && second === 0);
      const live = agent.spool.pop();
      const backlog = agent.spool.splice(0);
      const batches = (of: readonly ResultBatch[]) =>
        of.map((batch): LogEntry => ({ kind: 'batch', receivedAt: now, batch }));
      const isSampled = isDue || o.restarts?.(site).includes(second);
      const off = (): number => (o.random() * 2 - 1) * o.clockError;
      const samples = isSampled ? [sampleOf(o, agent, now, (second + 1) * 1e6, off())] : [];
      yield* batches(live ? [live] : []);
      if (!o.samplesLast) yield* samples;
      yield* batches(backlog);
      if (o.samplesLast) yield* samples;
    }
  }
}

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
