/**
 * The daemon's prober: an assignment in, batches out. It composes the engine, the schedules and the batcher, and knows
 * nothing of collectors, disks or configuration files.
 *
 * Assignments replace each other in flight: exchanges finish on the path they began with, what did not change keeps its due
 * times. Stopping and starting anew was refused: every change of the collector's YAML would be a gap at every site.
 */
import type { AdHocRequest, AdHocResult } from '../shared/core/ad-hoc.ts';
import type { Assignment } from '../shared/core/assignment.ts';
import type { ResultBatch } from '../shared/core/batch.ts';
import { formatIpv4, type Ipv4 } from '../shared/core/net/ipv4.ts';
import { type MonotonicNs, millisecondsToUs, monotonicNs, type UnixMicros } from '../shared/core/units.ts';
import type { Clock } from '../shared/io/clock.ts';
import { within } from '../shared/io/within.ts';
import {
  type Batcher,
  closeBatch,
  createBatcher,
  isEmpty,
  isFull,
  recordEnding,
  recordForeign,
  recordHeard,
  recordLate,
  recordSent,
  recordStray,
  recordUnsent,
} from './core/batcher.ts';
import { BATCH_NS, EMPTY_BATCH_NS, LAST_ANSWERS_MS, ROUTE_REFRESH_NS } from './core/probe-limits.ts';
import { isExpectedSource, type ProbePath } from './core/probe-path.ts';
import { nextDue, takeDue } from './core/schedule.ts';
import { advance } from './core/sweep.ts';
import { AdHocExchanges } from './engine/ad-hoc.ts';
import { ClientEngines } from './engine/client-engines.ts';
import { ProbeEngine } from './engine/engine.ts';
import { createLaneMemory, endDrills } from './engine/lane-memory.ts';
import type { EngineFeed, EngineSink, LeaseBook } from './engine/ports.ts';
import { RelayAddresses } from './engine/relay-addresses.ts';
import { recordRestart } from './engine/restart-gap.ts';
import { contactOf, createLane, type Lane, laneKey, pathOf, scheduleOf } from './engine/target.ts';
import { apart } from './engine/tracing.ts';
import { SourcePorts } from './io/source-ports.ts';

/** The lines that a prober writes; a pino logger fits. */
export interface ProberLog {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
}

/** What a prober is started with. */
export interface ProberOptions {
  readonly agent: string;
  readonly site: string;
  readonly epoch: number;
  /** The agent's wall clock at `epochStart`. */
  readonly anchor: UnixMicros;
  /** Moment 0 of the epoch on `clock`; the moment of the call when absent. */
  readonly epochStart?: MonotonicNs;
  readonly clock: Clock;
  /** 32 random bits; xids come from it. */
  readonly random: () => number;
  readonly log: ProberLog;
  /** Called about once a second, and more often when a batch is full. */
  readonly onBatch: (batch: ResultBatch) => void;
  /** Groups, and groups by interface in client role, that have answered this agent once, ever; the prober adds to its own copy. */
  readonly contactedGroups: Iterable<string>;
  /** One of these has answered for the first time, ever: worth remembering on disk. */
  readonly onContact: (group: string) => void;
  /** Keeps account of the addresses that servers give; absent: nobody does. */
  readonly leases?: LeaseBook;
  /** When the run before this one sent its last, on `clock`: what fell due since then is unsent. Absent: it is not known. */
  readonly stoppedNs?: MonotonicNs | undefined;
  /** `user` refuses kernel stamps. */
  readonly stamps?: 'auto' | 'user';
}

/** A running prober. */
export interface Prober {
  /** Probes what this says from now on; the newest assignment wins. */
  assign(assignment: Assignment): void;
  /** The version that is being probed, 0 before the first. */
  readonly assignmentVersion: number;
  /** How long the first exchange that waits to be sent has been due, ms; 0: none is. */
  readonly overdueMs: number;
  /** One exchange beside the schedule, told in full; it is in no batch. Resolves when it has ended, or with why there is none. */
  ask(request: AdHocRequest): Promise<AdHocResult>;
  /** Begins no more exchanges, waits for answers to those in flight (LAST_ANSWERS_MS), hands the last batch over. */
  stop(): Promise<void>;
}

/** Starts probing nothing, until `assign`. Throws RawSocketError without CAP_NET_RAW. */
export function startProber(options: ProberOptions): Prober {
  return new RunningProber(options);
}

class RunningProber implements Prober {
  readonly #options: ProberOptions;
  readonly #engine: ProbeEngine;
  readonly #batcher: Batcher;
  readonly #contacted: Set<string>;
  readonly #memory = createLaneMemory();
  readonly #clients: ClientEngines;
  readonly #addresses: RelayAddresses;
  readonly #adHoc: AdHocExchanges;
  readonly #said = new Map<string, MonotonicNs>();
  readonly #epochStart: MonotonicNs;
  readonly #batchTimer: NodeJS.Timeout;
  readonly #routeTimer: NodeJS.Timeout;
  #lanes: readonly Lane[] = [];
  #assignment: Assignment | undefined;
  #applied: Assignment | undefined;
  #closedNs: MonotonicNs;
  #isStopping = false;

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#epochStart = options.epochStart ?? options.clock.monotonic();
    this.#closedNs = this.#epochStart;
    this.#contacted = new Set(options.contactedGroups);
    this.#batcher = createBatcher({ ...options, epochStart: this.#epochStart });
    const { clock, random, stamps = 'auto', leases, log } = options;
    const warn = (text: string, fields: object): void => this.#warn(text, fields);
    const ports = new SourcePorts({ random, monotonic: clock.monotonic });
    this.#adHoc = new AdHocExchanges({ ...options, epochStart: this.#epochStart, memory: this.#memory });
    const shared = { clock, random, stamps, leases, sink: apart(this.#sink(), this.#adHoc) };
    this.#engine = new ProbeEngine({
      ...shared,
      localPort: 67,
      serverPort: 67,
      feed: this.#feed(),
      sourcePorts: ports,
    });
    this.#clients = new ClientEngines({ ...shared, warn });
    this.#addresses = new RelayAddresses({ native: this.#engine.native, ports, log, warn });
    this.#batchTimer = setInterval(() => this.#tick(), BATCH_NS / 1e6);
    this.#routeTimer = setInterval(() => this.#apply(), ROUTE_REFRESH_NS / 1e6);
  }

  get assignmentVersion(): number {
    return this.#applied?.version ?? 0;
  }

  get overdueMs(): number {
    return Math.max(0, this.#options.clock.monotonic() - (this.#nextDue() ?? Number.POSITIVE_INFINITY)) / 1e6;
  }

  assign(assignment: Assignment): void {
    this.#assignment = assignment;
    this.#apply();
  }

  async ask(request: AdHocRequest): Promise<AdHocResult> {
    if (this.#isStopping) return { kind: 'refusal', text: 'this agent is about to end' };
    return this.#adHoc.ask(request, { engine: this.#engine, lanes: this.#lanes, assignment: this.#applied });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#routeTimer);
    const silenceNs = LAST_ANSWERS_MS * 1e6;
    await within(
      LAST_ANSWERS_MS,
      this.#engine.finished(silenceNs).then(() => this.#clients.finished(silenceNs)),
    );
    clearInterval(this.#batchTimer);
    this.#engine.close();
    this.#clients.close();
    this.#close();
    await this.#addresses.close();
  }

  /** Looks the routes up and takes the newest assignment over; what has not changed stays as it is. */
  #apply(): void {
    const assignment = this.#assignment;
    if (assignment === undefined || this.#isStopping) return;
    void this.#addresses.find(assignment).then((relays) => {
      if (assignment !== this.#assignment || this.#isStopping) return;
      this.#clients.use(new Set(assignment.targets.flatMap(({ interface: on }) => on ?? [])));
      const known = new Map(this.#lanes.map((lane) => [lane.key, lane]));
      const now = this.#options.clock.monotonic();
      endDrills(this.#memory, assignment.targets);
      this.#lanes = assignment.targets.map((target, index) => {
        const giaddr = relays[index];
        const fields = { agent: this.#options.agent, assignment, target, giaddr };
        const times = { epochStart: this.#epochStart, anchor: this.#options.anchor, now };
        return known.get(laneKey(fields)) ?? createLane({ ...fields, ...times }, this.#memory);
      });
      if (this.#applied === undefined) this.#recordRestart(now);
      this.#applied = assignment;
      this.#engine.turn();
    });
  }

  #feed(): EngineFeed {
    return {
      dispatch: (now) => {
        if (!this.#isStopping) for (const lane of this.#lanes) this.#dispatch(lane, now);
      },
      nextDue: () => this.#nextDue(),
      pathOf: (source) => this.#lanes.find((lane) => !lane.sweep && isExpectedSource(lane.path, source))?.path,
    };
  }

  #recordRestart(to: MonotonicNs): void {
    recordRestart(this.#batcher, this.#lanes, { contacted: this.#contacted, from: this.#options.stoppedNs ?? to, to });
  }

  #nextDue(): MonotonicNs | undefined {
    if (this.#isStopping) return undefined;
    let soonest = Number.POSITIVE_INFINITY;
    for (const lane of this.#lanes) {
      const schedule = scheduleOf(lane, this.#contacted.has(lane.contact));
      if (schedule !== undefined) soonest = Math.min(soonest, nextDue(schedule));
    }
    return soonest === Number.POSITIVE_INFINITY ? undefined : monotonicNs(soonest);
  }

  #dispatch(lane: Lane, now: MonotonicNs): void {
    const isContacted = this.#contacted.has(lane.contact);
    const engine = lane.target.interface === null ? this.#engine : this.#clients;
    const schedule = scheduleOf(lane, isContacted);
    if (schedule === undefined) return;
    const due = takeDue(schedule, now);
    if (due.stalled > 0) recordUnsent(this.#batcher, pathOf(lane, isContacted).ref, 'stalled', due.stalled);
    for (let count = 0; count < due.send; count += 1) {
      const path = pathOf(lane, isContacted);
      const cause = lane.isRouted ? engine.begin(path) : 'send_error';
      if (cause !== undefined) recordUnsent(this.#batcher, path.ref, cause, 1);
      if (lane.sweep !== undefined) advance(lane.sweep);
    }
  }

  #sink(): EngineSink {
    const batcher = this.#batcher;
    return {
      onSent: ({ ref }) => recordSent(batcher, ref),
      onEnding: (exchange, ending, released) => {
        recordEnding(batcher, exchange, ending, released);
        if (isFull(batcher)) this.#close();
      },
      onLate: (exchange, lateNs) => recordLate(batcher, exchange, lateNs),
      onStray: (stray, path, source, reason) => this.#onStray(stray, path, source, reason),
      onForeign: ({ ref }, source) => {
        recordForeign(batcher, ref, source);
        this.#warn(`${ref.server} was asked and ${formatIpv4(source)} answered`, { server: ref.server });
      },
      onHeard: (exchange, heard) => recordHeard(batcher, exchange, heard, this.#options.clock.monotonic()),
      onAnswer: (path) => this.#onAnswer(path),
      onSendError: ({ ref }, said) => this.#warn(`cannot send to ${ref.address}: ${said}`, { server: ref.server }),
    };
  }

  #onStray(stray: 'orphans' | 'duplicates' | 'malformed', path: ProbePath | undefined, source: Ipv4, reason: string) {
    if (path === undefined) return;
    recordStray(this.#batcher, path.ref, stray);
    if (stray === 'malformed')
      this.#warn(`malformed answer from ${formatIpv4(source)}: ${reason}`, { server: path.ref.server });
  }

  #onAnswer({ ref, waiting }: ProbePath): void {
    const now = this.#options.clock.monotonic();
    if (waiting !== undefined) waiting.sinceNs = now;
    const contact = contactOf(ref);
    if (this.#contacted.has(contact)) return;
    this.#contacted.add(contact);
    // The ordinary schedule has stood still so far; what it missed was never meant to be sent.
    for (const lane of this.#lanes) if (lane.contact === contact) takeDue(lane.schedule, now);
    this.#options.onContact(contact);
  }

  /** The same words once a minute at most: a server that is away must not fill the host's log. */
  #warn(text: string, fields: object): void {
    const now = this.#options.clock.monotonic();
    const said = this.#said.get(text);
    if (said !== undefined && now - said < ROUTE_REFRESH_NS) return;
    if (this.#said.size >= 256) this.#said.clear();
    this.#said.set(text, now);
    this.#options.log.warn(fields, text);
  }

  #tick(): void {
    const isDue = this.#options.clock.monotonic() - this.#closedNs >= EMPTY_BATCH_NS;
    if (this.#applied !== undefined && (isDue || !isEmpty(this.#batcher))) this.#close();
  }

  #close(): void {
    const now = this.#options.clock.monotonic();
    this.#closedNs = now;
    const { stamped, loopDelayMaxUs } = this.#clients.takeQuality(this.#engine.takeQuality());
    const batch = closeBatch(this.#batcher, {
      now,
      oldestSentNs: this.#clients.oldestSent(this.#engine.oldestSentNs),
      assignmentVersion: this.assignmentVersion,
      dropTimeUs: millisecondsToUs(this.#applied?.dropTimeMs ?? (0 as Assignment['dropTimeMs'])),
      stamped,
      loopDelayMaxUs,
    });
    this.#options.onBatch(batch);
  }
}
