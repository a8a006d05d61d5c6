/**
 * One run of `probe`: the engine, a plan's pace, and a tally. Open loop with a rate; without one a window of exchanges that
 * refills as answers come. It prints nothing: what is to be shown is asked of it.
 */

import type { PathRef } from '../../shared/core/batch.ts';
import { SERVER_PATH } from '../../shared/core/batch.ts';
import { formatIpv4, type Ipv4, ipv4, parseIpv4 } from '../../shared/core/net/ipv4.ts';
import type { Stamp } from '../../shared/core/outcome.ts';
import { type MonotonicNs, milliseconds, millisecondsToNs, type UnixMicros } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Ending, Exchange } from '../core/exchange.ts';
import { createPool } from '../core/identity-pool.ts';
import { WINDOW_MAX } from '../core/probe-limits.ts';
import { type Lease, type PacketTemplates, packetTemplates } from '../core/probe-packet.ts';
import type { ProbePath } from '../core/probe-path.ts';
import { createTally, endedOf, type ProbeTally, tallyEnding, tallySent, tallyUnsent } from '../core/probe-tally.ts';
import { createSchedule, nextDue, type Schedule, takeDue } from '../core/schedule.ts';
import { ProbeEngine } from '../engine/engine.ts';
import type { EngineFeed, EngineSink } from '../engine/ports.ts';
import { ProbeNotes } from './notes.ts';
import type { ProbePlan } from './plan.ts';

/** Where a run goes, beside its plan. */
export interface ProbeRunOptions {
  readonly plan: ProbePlan;
  /** The server's address, dotted. */
  readonly address: string;
  readonly giaddr: string;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Why a run ended. */
export type EndReason = 'count' | 'period' | 'drops' | 'interrupted';

/** One exchange, for --exchanges and -x. Moments and durations as the engine has them. */
export interface ExchangeRecord {
  readonly exchange: Exchange;
  readonly ending: Ending;
  readonly released: boolean;
  lateNs: number | undefined;
}

/** A run that has ended. */
export interface ProbeRunResult {
  readonly tally: ProbeTally;
  readonly startedAt: UnixMicros;
  readonly startedNs: MonotonicNs;
  readonly durationMs: number;
  readonly stamped: Stamp;
  readonly reason: EndReason;
  readonly records: readonly ExchangeRecord[];
  readonly firstServer: Ipv4 | undefined;
  readonly packets: PacketTemplates;
}

/** Without a rate and without a free identity, to look again after its rest. */
const RETRY_NS = millisecondsToNs(milliseconds(5));

/** A run in progress. Opens its sockets when made: throws RawSocketError without CAP_NET_RAW. */
export class ProbeRun {
  readonly tally = createTally();
  readonly notes = new ProbeNotes();
  readonly engine: ProbeEngine;
  readonly #options: ProbeRunOptions;
  readonly #plan: ProbePlan;
  readonly #path: ProbePath;
  readonly #preload: ProbePath;
  readonly #records = new Map<Exchange, ExchangeRecord>();
  #phase: 'waiting' | 'running' | 'ending' = 'waiting';
  #schedule: Schedule | undefined;
  #endNs = Number.POSITIVE_INFINITY;
  #reason: EndReason | undefined;
  #onEnd: (() => void) | undefined;
  #firstServer: Ipv4 | undefined;

  constructor(options: ProbeRunOptions) {
    const { plan, clock, random } = options;
    this.#options = options;
    this.#plan = plan;
    this.#path = createPath(options);
    this.#preload = { ...this.#path, kind: 'do' };
    const { localPort, serverPort } = plan;
    const loop = { clock, random, localPort, serverPort, stamps: 'auto' as const };
    const serverFor = (lease: Lease): Ipv4 => this.#firstServer ?? lease.server;
    const pinned = plan.firstServer ? { serverFor } : {};
    this.engine = new ProbeEngine({ ...loop, sink: this.#sink(), feed: this.#feed(), ...pinned });
  }

  /** Runs to the end of the plan, its last answers included. */
  async run(): Promise<ProbeRunResult> {
    await this.engine.settled();
    await this.#preloadAll();
    const { clock } = this.#options;
    const startedAt = clock.wall();
    const startedNs = clock.monotonic();
    this.#begin(startedNs);
    await new Promise<void>((resolve) => {
      this.#onEnd = resolve;
      this.engine.turn();
    });
    await this.engine.finished();
    const durationMs = Math.round((clock.monotonic() - startedNs) / 1e3) / 1e3;
    if (this.#plan.exitWaitUs > 0) await pause(this.#plan.exitWaitUs / 1000);
    const { stamped } = this.engine.takeQuality();
    this.engine.close();
    const records = [...this.#records.values()];
    const reason = this.#reason ?? 'count';
    const seen = { firstServer: this.#firstServer, packets: this.#path.packets };
    return { tally: this.tally, startedAt, startedNs, durationMs, stamped, reason, records, ...seen };
  }

  /** Begins no more exchanges; `run` resolves when those in flight have ended. */
  interrupt(): void {
    this.#finish('interrupted');
  }

  #begin(now: MonotonicNs): void {
    const { ratePerSecond, periodSeconds } = this.#plan;
    if (ratePerSecond !== undefined)
      this.#schedule = createSchedule({ originNs: now, periodNs: 1e9 / ratePerSecond, phase: 0 }, now);
    if (periodSeconds !== undefined) this.#endNs = now + periodSeconds * 1e9;
    if (this.#phase === 'waiting') this.#phase = 'running';
  }

  #finish(reason: EndReason): void {
    this.#reason ??= reason;
    this.#phase = 'ending';
    this.#onEnd?.();
  }

  async #preloadAll(): Promise<void> {
    for (let count = 0; count < this.#plan.preload; count += 1)
      if (this.engine.begin(this.#preload) === 'no_identity') await this.#settle();
    await this.#settle();
  }

  async #settle(): Promise<void> {
    this.engine.turn();
    await this.engine.finished();
  }

  #feed(): EngineFeed {
    return {
      dispatch: (now) => {
        if (this.#phase !== 'running') return;
        if (now >= this.#endNs) this.#finish('period');
        else if (this.#schedule === undefined) this.#refill();
        else this.#dispatchDue(this.#schedule, now);
        if (this.tally.due >= this.#left()) this.#finish('count');
      },
      nextDue: (now) => {
        if (this.#phase !== 'running') return undefined;
        const next = this.#schedule === undefined ? now + RETRY_NS : nextDue(this.#schedule);
        return Math.min(next, this.#endNs) as MonotonicNs;
      },
      pathOf: (source) => (source === this.#path.address ? this.#path : undefined),
    };
  }

  #left(): number {
    return this.#plan.exchanges ?? Number.POSITIVE_INFINITY;
  }

  #dispatchDue(schedule: Schedule, now: MonotonicNs): void {
    const due = takeDue(schedule, now);
    const left = (): number => this.#left() - this.tally.due;
    if (due.stalled > 0) tallyUnsent(this.tally, 'stalled', Math.min(due.stalled, left()));
    for (let count = 0; count < due.send && left() > 0; count += 1) {
      const cause = this.engine.begin(this.#path);
      if (cause !== undefined) tallyUnsent(this.tally, cause);
    }
  }

  #refill(): void {
    const window = Math.min(WINDOW_MAX, this.#plan.clients);
    while (this.engine.inFlight < window && this.tally.due < this.#left()) {
      const cause = this.engine.begin(this.#path);
      // Without a rate nothing is due before an identity is free.
      if (cause === 'no_identity') return;
      if (cause !== undefined) {
        tallyUnsent(this.tally, cause);
        return;
      }
    }
  }

  #sink(): EngineSink {
    const isOurs = (exchange: Exchange): boolean => exchange.path === this.#path;
    return {
      onSent: (path) => {
        if (path === this.#path) tallySent(this.tally);
      },
      onEnding: (exchange, ending, released) => {
        if (isOurs(exchange)) this.#onEnding(exchange, ending, released);
      },
      onLate: (exchange, lateNs) => {
        if (!isOurs(exchange)) return;
        this.tally.late += 1;
        const record = this.#records.get(exchange);
        if (record !== undefined) record.lateNs = lateNs;
      },
      onStray: (stray, path, source, reason) => {
        if (path === undefined) return;
        this.tally[stray] += 1;
        if (stray === 'malformed') this.notes.add(`malformed answer from ${formatIpv4(source)}: ${reason}`);
      },
      onForeign: (path, source) => {
        this.tally.foreign += 1;
        this.notes.add(`${path.ref.address} was asked and ${formatIpv4(source)} answered`);
      },
      onAnswer: (_, answer) => {
        if (answer.type === 'OFFER') this.#firstServer ??= answer.server;
      },
      onSendError: (path, said) => this.notes.add(`cannot send to ${path.ref.address}: ${said}`),
    };
  }

  #onEnding(exchange: Exchange, ending: Ending, released: boolean): void {
    tallyEnding(this.tally, ending, released);
    const { eachExchange, diagnostics, unique } = this.#plan;
    if (eachExchange || /[lt]/.test(diagnostics))
      this.#records.set(exchange, { exchange, ending, released, lateNs: ending.lateNs });
    if (unique) this.notes.addresses.note(this.tally, exchange, ending, released);
    if (this.#isTooLossy()) this.#finish('drops');
  }

  #isTooLossy(): boolean {
    const { abort } = this.#plan;
    if (abort === undefined) return false;
    const drops = this.tally.dropped.offer + this.tally.dropped.ack;
    if (abort.kind === 'count') return drops >= abort.drops;
    const ended = endedOf(this.tally);
    // As perfdhcp: a share of fewer than ten says nothing.
    return ended > 10 && drops * 100 >= abort.percent * ended;
  }
}

function createPath({ plan, address, giaddr }: ProbeRunOptions): ProbePath {
  const server = parseIpv4(address) ?? ipv4(0);
  const ref: PathRef = {
    group: '',
    server: address,
    address,
    bucket: null,
    giaddr,
    kind: plan.kind,
    firstContact: false,
    ...SERVER_PATH,
  };
  return {
    ref,
    address: server,
    sources: [],
    kind: plan.kind,
    dropTimeNs: millisecondsToNs(milliseconds(plan.dropTimeMs)),
    release: plan.keepLeases ? 'never' : 'always',
    pool: createPool(plan.macBase, plan.clients),
    packets: packetTemplates({
      giaddr: parseIpv4(giaddr) ?? ipv4(0),
      server,
      localPort: plan.localPort,
      serverPort: plan.serverPort,
      // Answers come to port 67 of giaddr whatever port we send from, unless 82.19 says otherwise (RFC 8357).
      relayPort: plan.localPort !== 67,
      broadcast: plan.broadcast,
      extraOptions: plan.options,
    }),
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
