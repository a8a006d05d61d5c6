/**
 * One session with a collector, from hello to the stream's end: measures the clock, and only then sends batches, live ones
 * first, what waits in the spool behind them. A session has no memory of the one before; report-stream opens the next.
 * Rejected: sending batches while the clock is being measured; their queueing would be taken for distance.
 */
import type { ClientDuplexStream } from '@grpc/grpc-js';
import type { Assignment } from '../../shared/core/assignment.ts';
import { CLOCK_INTERVAL_MS, CLOCK_PROBES, CLOCK_REPLY_MS, HEARTBEAT_INTERVAL_MS } from '../../shared/core/limits.ts';
import { addRange, hasValue, nextValue, type Ranges, removeRange } from '../../shared/core/ranges.ts';
import type { MonotonicNs, UnixMicros } from '../../shared/core/units.ts';
import { afterUs } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { randomUint32 } from '../../shared/io/random.ts';
import type { AgentMessage, Heartbeat, Hello } from '../../shared/wire/agent-message.ts';
import type { Received } from '../../shared/wire/agents-service.ts';
import { sharedPrefix } from '../../shared/wire/batch-encoder.ts';
import type { AckRange, CollectorMessage, Refusal } from '../../shared/wire/collector-message.ts';
import { bestOffset, type RoundTrip } from '../core/clock-sample.ts';
import { SendWindow, type SpooledBatch } from '../core/send-window.ts';
import { BACKLOG_CHUNK, GREETING_MS, LIVE_QUEUE_MAX } from '../core/stream-limits.ts';
import type { Spool } from './spool.ts';

export type CollectorCall = ClientDuplexStream<Received<AgentMessage>, Received<CollectorMessage>>;

export interface AgentSessionOptions {
  readonly hello: Hello;
  /** The moment on `clock` at which the epoch's anchor was taken. */
  readonly epochStart: MonotonicNs;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly spool: Spool;
  onAssignment(assignment: Assignment): void;
  /** The figures of the next heartbeat. */
  heartbeat(): Heartbeat;
  /** The collector has taken something: this session is a success. */
  onAck(): void;
  /** The collector will not have this agent, for now: to be tried again slowly. */
  onSessionRefused(): void;
  /** A batch was refused for ever, and was thrown away. */
  onRefused(): void;
}

interface Asked {
  readonly nonce: number;
  readonly at: UnixMicros;
  readonly resolve: (trip: RoundTrip | undefined) => void;
}

export class AgentSession {
  readonly #call: CollectorCall;
  readonly #options: AgentSessionOptions;
  readonly #window = new SendWindow();
  readonly #live: SpooledBatch[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  /** Spool positions not sent in this session. */
  #unsent: Ranges;
  #before: Uint8Array = new Uint8Array();
  #asked: Asked | undefined;
  #isReady = false;
  #isReading = false;
  #isBlocked = false;
  #isOver = false;
  #idle: (() => void) | undefined;

  constructor(call: CollectorCall, options: AgentSessionOptions) {
    this.#call = call;
    this.#options = options;
    this.#unsent = options.spool.held;
    call.on('data', (message: Received<CollectorMessage>) => this.#receive(message));
    call.on('drain', () => {
      this.#isBlocked = false;
      this.#pump();
    });
    this.#send(options.hello);
    void this.#begin();
  }

  /** Batches were measured, sent and are being acknowledged. */
  get isReady(): boolean {
    return this.#isReady && !this.#isOver;
  }

  /** A batch that was just spooled. */
  offer(batch: SpooledBatch): void {
    // A session that began between the spooling and this call has found it in the spool already.
    if (hasValue(this.#unsent, batch.position)) return;
    if (this.#live.length < LIVE_QUEUE_MAX) this.#live.push(batch);
    else this.#unsent = addRange(this.#unsent, { from: batch.position, to: batch.position });
    this.#pump();
  }

  /** Resolves when all live batches are sent and nothing in flight awaits its acknowledgement; or when the session ends. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle = resolve;
      this.#tellIdle();
    });
  }

  /** Says goodbye and ends the stream; the collector ends its side when it has stored everything. */
  goodbye(): void {
    this.#send({ kind: 'goodbye', backlogBatches: this.#options.spool.count });
    this.#call.end();
  }

  /** The stream is gone. */
  over(): void {
    this.#isOver = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#asked?.resolve(undefined);
    this.#tellIdle();
  }

  async #begin(): Promise<void> {
    const greeting = setTimeout(() => this.#call.cancel(), GREETING_MS);
    const measured = await this.#measureClock();
    clearTimeout(greeting);
    if (this.#isOver) return;
    if (!measured) {
      this.#call.cancel();
      return;
    }
    this.#isReady = true;
    this.#heartbeat();
    this.#timers.push(setInterval(() => this.#heartbeat(), HEARTBEAT_INTERVAL_MS));
    this.#timers.push(setInterval(() => void this.#measureClock(), CLOCK_INTERVAL_MS));
    this.#pump();
  }

  #heartbeat(): void {
    this.#send(this.#options.heartbeat());
  }

  /** @returns whether the collector answered at all */
  async #measureClock(): Promise<boolean> {
    if (this.#asked !== undefined) return true;
    const trips: RoundTrip[] = [];
    for (let probe = 0; probe < CLOCK_PROBES && !this.#isOver; probe += 1) {
      const trip = await this.#askClock();
      if (trip !== undefined) trips.push(trip);
    }
    const best = bestOffset(trips, this.#options.hello.anchor);
    if (best !== undefined) this.#send({ kind: 'clock-sample', ...best });
    return best !== undefined;
  }

  #askClock(): Promise<RoundTrip | undefined> {
    return new Promise((resolve) => {
      const giveUp = setTimeout(() => settle(undefined), CLOCK_REPLY_MS);
      const settle = (trip: RoundTrip | undefined) => {
        clearTimeout(giveUp);
        this.#asked = undefined;
        resolve(trip);
      };
      const nonce = randomUint32();
      this.#asked = { nonce, at: this.#now(), resolve: settle };
      this.#send({ kind: 'clock-probe', nonce });
    });
  }

  /** The agent's clock: anchor + monotonic, so that a step of the wall clock is no news. */
  #now(): UnixMicros {
    const { clock, epochStart, hello } = this.#options;
    return afterUs(hello.anchor, Math.round((clock.monotonic() - epochStart) / 1_000));
  }

  #receive(message: Received<CollectorMessage>): void {
    // What was under way when the session was given up is of no use: its batches will be sent again.
    if (this.#isOver) return;
    switch (message.kind) {
      case 'acks':
        for (const range of message.ranges) this.#settle(range);
        this.#options.onAck();
        break;
      case 'clock-reply': {
        const asked = this.#asked;
        const { received, sent } = message;
        if (asked?.nonce === message.nonce) asked.resolve({ asked: asked.at, answered: this.#now(), received, sent });
        break;
      }
      case 'assignment':
        this.#options.onAssignment(message.assignment);
        break;
      case 'refusal':
        this.#refused(message);
        break;
      case 'decode-error':
        this.#options.logger.error(
          { field: message.field },
          `the collector sent something that is no message: ${message.reason}`,
        );
        break;
      case 'unknown':
        // From a later version, which knows that we may not understand it.
        break;
    }
  }

  #settle({ epoch, from, to }: AckRange): void {
    const positions = this.#window.settle(epoch ?? this.#options.hello.epoch, { from, to });
    if (positions.length > 0) this.#forget(positions);
    this.#pump();
    this.#tellIdle();
  }

  #refused({ batch, reason, text }: Refusal): void {
    if (batch === null) {
      this.#options.logger.error({ reason }, `the collector refused this agent: ${text}`);
      if (reason === 'cloned' || reason === 'crowded') this.#options.onSessionRefused();
      return;
    }
    this.#options.logger.error({ ...batch, reason }, `the collector refused a batch for ever: ${text}`);
    this.#options.onRefused();
    this.#settle({ epoch: batch.epoch, from: batch.sequence, to: batch.sequence });
  }

  #forget(positions: readonly number[]): void {
    this.#options.spool.forget(positions).catch((error: unknown) => {
      this.#options.logger.error(
        { err: error },
        'cannot remove acknowledged batches from the spool; they will be sent again',
      );
    });
  }

  /** Sends as much as window and stream take; live batches first. */
  #pump(): void {
    if (!this.isReady) return;
    while (!this.#isBlocked && this.#window.hasRoom) {
      const batch = this.#live.shift();
      if (batch === undefined) break;
      this.#sendBatch(batch, false);
    }
    if (this.#mayReadBacklog()) void this.#pumpBacklog();
    this.#tellIdle();
  }

  #mayReadBacklog(): boolean {
    if (this.#isReading || this.#isBlocked || !this.isReady || !this.#window.hasBacklogRoom) return false;
    return this.#live.length === 0 && this.#unsent.length > 0;
  }

  async #pumpBacklog(): Promise<void> {
    this.#isReading = true;
    try {
      const first = nextValue(this.#unsent, 0) ?? 0;
      const batches = await this.#options.spool.read(first, BACKLOG_CHUNK);
      // Positions that the spool no longer has were shed.
      const end = batches.at(-1)?.position ?? Number.MAX_SAFE_INTEGER;
      let sentThrough = batches.length === 0 ? end : first - 1;
      for (const batch of batches) {
        if (!this.isReady || this.#isBlocked || !this.#window.hasBacklogRoom) break;
        if (nextValue(this.#unsent, batch.position) === batch.position) this.#sendBatch(batch, true);
        sentThrough = batch.position;
      }
      this.#unsent = removeRange(this.#unsent, { from: 0, to: sentThrough });
    } catch (error) {
      this.#options.logger.error({ err: error }, 'cannot read the spool');
      this.#call.cancel();
    } finally {
      this.#isReading = false;
    }
    this.#pump();
  }

  #sendBatch(batch: SpooledBatch, isBacklog: boolean): void {
    const same = sharedPrefix(this.#before, batch.bytes);
    this.#before = batch.bytes;
    this.#window.add(batch, isBacklog);
    const { epoch, sequence, bytes } = batch;
    const isOwn = epoch === this.#options.hello.epoch;
    this.#send({
      kind: 'batch',
      epoch: isOwn ? null : epoch,
      sequence,
      bytes: bytes.subarray(same),
      samePrefixBytes: same,
    });
  }

  #send(message: AgentMessage): void {
    if (!this.#isOver && !this.#call.write(message)) this.#isBlocked = true;
  }

  #tellIdle(): void {
    if (this.#idle !== undefined && (this.#isOver || (this.#live.length === 0 && this.#window.size === 0)))
      this.#idle();
  }
}
