/**
 * A simulated site's agent: its due exchanges with every server, what is in flight, and the batches that it makes of them,
 * second by second.
 */
import { type ResultBatch, SERVER_PATH } from '../../shared/core/batch.ts';
import { OUTCOMES, STAGES } from '../../shared/core/outcome.ts';
import { epochMicros, microseconds, unixMicros } from '../../shared/core/units.ts';
import { agentCount, pathsOf, START, siteName, type WorldOptions, type WorldPath } from './world.ts';

interface Pending {
  readonly finished: number;
  /** Its number. */
  readonly path: number;
  readonly identity: number;
  readonly sent: number;
  readonly outcome: number;
  readonly stage: number;
  readonly offer: number;
  readonly ack: number;
  readonly total: number;
}

const ACKED = OUTCOMES.indexOf('acked');
const DROPPED = OUTCOMES.indexOf('dropped');
const OFFER = STAGES.indexOf('offer');
const ACK = STAGES.indexOf('ack');

interface Probe extends Pick<Pending, 'path' | 'identity' | 'sent'> {
  readonly target: WorldPath;
  readonly site: number;
}

/** One exchange, with the server's life and the network's whims. */
function exchange(o: WorldOptions, { path, target, site, identity, sent }: Probe): Pending {
  const { server, bucket } = target;
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
  if (early || !o.alive(server, at(heard), bucket)) return dropped(OFFER, -1);
  const offering = heard + (o.takes?.(server, at(heard), 'offer') ?? 0);
  const offered = offering + delay(offering);
  const asked = offered + delay(offered);
  if (offered - sent > o.dropUs) return dropped(OFFER, -1);
  const acking = asked + (o.takes?.(server, at(asked), 'ack') ?? 0);
  const acked = acking + delay(acking);
  const offer = Math.round(offered - sent);
  if (lost || refusal === 'no-ack' || !o.alive(server, at(asked), bucket) || acked - sent > o.dropUs)
    return dropped(ACK, offer);
  if (refusal === 'naked') return { ...dropped(ACK, offer), finished: acked, outcome: OUTCOMES.indexOf(refusal) };
  return {
    finished: acked,
    path,
    identity,
    sent,
    outcome: ACKED,
    stage: ACK,
    offer: Math.round(offered - sent),
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
    paths: pathsOf(o).map(({ server, address, bucket }) => ({
      group: 'pair',
      server,
      address,
      bucket,
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
export class Agent {
  private readonly o: WorldOptions;
  private readonly paths: readonly WorldPath[];
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
    this.paths = pathsOf(o);
    this.next = this.paths.map((path, i) => this.period(path) * ((phase + i / this.paths.length) % 1));
    this.count = this.paths.map(() => 0);
  }

  /** Between two exchanges, µs. */
  private period({ rate }: WorldPath): number {
    return (1e6 * agentCount(this.o)) / rate;
  }

  second(second: number): void {
    const { o, site } = this;
    const end = (second + 1) * 1e6;
    const running = o.running?.(site, second) ?? true;
    if (o.restarts?.(site).includes(second)) {
      this.start = { epoch: this.start.epoch + 1, startUs: second * 1e6, offset: o.offset(site, second) };
      this.sequence = 0;
      this.flying = [];
    }
    this.paths.forEach((target, path) => {
      while ((this.next[path] as number) < end) {
        const n = this.count[path] as number;
        const sent = this.next[path] as number;
        this.count[path] = n + 1;
        if (running) this.flying.push(exchange(o, { path, target, site, identity: n % o.identities, sent }));
        this.next[path] = sent + this.period(target);
      }
    });
    if (!running) return;
    const done = this.flying.filter((p) => p.finished < end).sort((a, b) => a.finished - b.finished);
    this.flying = this.flying.filter((p) => p.finished >= end);
    const through = this.flying.reduce((least, p) => Math.min(least, p.sent), end);
    this.spool.push(batchOf(o, site, this.start, ++this.sequence, done, second * 1e6, Math.floor(through)));
  }
}
