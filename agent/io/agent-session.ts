/**
 * One session with a collector, from hello to the stream's end: measures the clock, and only then sends batches, live ones
 * first, what waits in the spool behind them. A session has no memory of the one before; report-stream opens the next.
 * Rejected: sending batches while the clock is being measured; their queueing would be taken for distance.
 */
import type { ClientDuplexStream } from '@grpc/grpc-js';
import type { AdHocRequest, AdHocResult } from '../../shared/core/ad-hoc.ts';
import type { Assignment } from '../../shared/core/assignment.ts';
import { CLOCK_INTERVAL_MS, HEARTBEAT_INTERVAL_MS } from '../../shared/core/limits.ts';
import type { MonotonicNs } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import type { AgentMessage, Heartbeat, Hello } from '../../shared/wire/agent-message.ts';
import type { Received } from '../../shared/wire/agents-service.ts';
import { sharedPrefix } from '../../shared/wire/batch-encoder.ts';
import type { AckRange, CollectorMessage, Refusal } from '../../shared/wire/collector-message.ts';
import type { CertificateReply } from '../../shared/wire/enrolment-codec.ts';
import type { ClockOffset } from '../core/clock-sample.ts';
import { SendWindow, type SpooledBatch } from '../core/send-window.ts';
import { GREETING_MS, LIVE_QUEUE_MAX } from '../core/stream-limits.ts';
import { BacklogSender } from './backlog-sender.ts';
import { ClockAsking } from './clock-asking.ts';
import type { Moves, Spool } from './spool-contract.ts';

export type CollectorCall = ClientDuplexStream<Received<AgentMessage>, Received<CollectorMessage>>;

export interface AgentSessionOptions {
  readonly hello: Hello;
  /** The moment on `clock` at which the epoch's anchor was taken. */
  readonly epochStart: MonotonicNs;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly spool: Spool;
  onAssignment(assignment: Assignment): void;
  /** Resolves when there is something to answer. */
  onAdHoc(request: AdHocRequest): Promise<AdHocResult>;
  /** The figures of the next heartbeat. */
  heartbeat(): Heartbeat;
  /** The collector has spoken, and not to refuse. */
  onHeard(): void;
  /** The collector has taken so many batches: this session is a success. */
  onAck(batches: number): void;
  /** The clock was measured. */
  onClock(offset: ClockOffset): void;
  /** The collector will not have this agent, for now; or will not renew its certificate. */
  onSessionRefused(refusal: Refusal): void;
  /** A new certificate, or whom to believe from now on. */
  onCertificate(reply: CertificateReply): void;
  /** A batch was refused for ever, and was thrown away. */
  onRefused(): void;
}

export class AgentSession {
  readonly #call: CollectorCall;
  readonly #options: AgentSessionOptions;
  readonly #window = new SendWindow();
  readonly #live: SpooledBatch[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #backlog: BacklogSender;
  /** Numbers of the losses told in this session; bounded as they are. */
  readonly #toldLosses = new Set<number>();
  #before: Uint8Array = new Uint8Array();
  readonly #asking: ClockAsking;
  #isReady = false;
  #isBlocked = false;
  #isOver = false;
  #idle: (() => void) | undefined;

  constructor(call: CollectorCall, options: AgentSessionOptions) {
    this.#call = call;
    this.#options = options;
    this.#backlog = new BacklogSender({
      spool: options.spool,
      window: this.#window,
      clock: options.clock,
      mayGo: () => this.isReady && !this.#isBlocked && this.#live.length === 0,
      send: (batch) => this.#sendBatch(batch, true),
      pumped: () => this.#pump(),
    });
    const { anchor } = options.hello;
    this.#asking = new ClockAsking({ ...options, anchor, send: (probe) => this.#send(probe) });
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
    if (this.#backlog.has(batch.position)) return;
    if (this.#live.length < LIVE_QUEUE_MAX) this.#live.push(batch);
    else this.#backlog.add(batch.position);
    this.#pump();
  }

  /** Asks for a new certificate. */
  renew(signingRequest: Uint8Array): void {
    this.#send({ kind: 'renewal', signingRequest });
  }

  /** What is held has new positions. */
  moved(moves: Moves): void {
    this.#window.move(moves);
    for (const [index, batch] of this.#live.entries())
      this.#live[index] = { ...batch, position: moves.get(batch.position) ?? batch.position };
    this.#backlog.refill([...this.#window.positions(), ...this.#live.map(({ position }) => position)]);
    this.#pump();
  }

  /** Resolves when all live batches, and those that only memory has, are sent and nothing in flight awaits its acknowledgement; or when the session ends. */
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
    this.#backlog.stop();
    this.#asking.over();
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
    for (const [number, run] of this.#options.spool.sealedLosses()) {
      if (this.#toldLosses.has(number)) continue;
      this.#toldLosses.add(number);
      this.#send({ kind: 'loss', ...run });
    }
    this.#pump();
  }

  /** @returns whether the collector answered at all */
  async #measureClock(): Promise<boolean> {
    const best = await this.#asking.measure();
    if (best === undefined || best === 'busy') return best === 'busy';
    this.#options.onClock(best);
    this.#send({ kind: 'clock-sample', ...best });
    return true;
  }

  #receive(message: Received<CollectorMessage>): void {
    // What was under way when the session was given up is of no use: its batches will be sent again.
    if (this.#isOver) return;
    // A refusal is no word for this agent: one whose site is gone must not probe on for ever.
    if (message.kind !== 'refusal') this.#options.onHeard();
    switch (message.kind) {
      case 'acks':
        this.#options.onAck(message.ranges.reduce((sum, range) => sum + this.#settle(range), 0));
        break;
      case 'clock-reply':
        this.#asking.answered(message);
        break;
      case 'certificate':
        this.#options.onCertificate(message);
        break;
      case 'assignment':
        this.#options.onAssignment(message.assignment);
        break;
      case 'ad-hoc-request':
        void this.#options
          .onAdHoc(message.asked)
          .then((result) => this.#send({ kind: 'ad-hoc-answer', request: message.request, result }));
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

  /** @returns how many batches are off the agent's hands */
  #settle({ epoch, from, to }: AckRange): number {
    const own = epoch ?? this.#options.hello.epoch;
    this.#options.spool.settleLoss(own, { from, to });
    const positions = this.#window.settle(own, { from, to });
    if (positions.length > 0) void this.#options.spool.forget(positions);
    this.#pump();
    this.#tellIdle();
    return positions.length;
  }

  #refused(refusal: Refusal): void {
    const { batch, reason, text } = refusal;
    if (batch === null) {
      this.#options.logger.error({ reason }, `the collector refused this agent: ${text}`);
      this.#options.onSessionRefused(refusal);
      return;
    }
    this.#options.logger.error({ ...batch, reason }, `the collector refused a batch for ever: ${text}`);
    this.#options.onRefused();
    this.#settle({ epoch: batch.epoch, from: batch.sequence, to: batch.sequence });
  }

  /** Sends as much as window and stream take; live batches first. */
  #pump(): void {
    if (!this.isReady) return;
    while (!this.#isBlocked && this.#window.hasRoom) {
      const batch = this.#live.shift();
      if (batch === undefined) break;
      this.#sendBatch(batch, false);
    }
    this.#backlog.pump();
    this.#tellIdle();
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
    if (
      this.#idle !== undefined &&
      (this.#isOver || (this.#live.length === 0 && this.#window.size === 0 && !this.#backlog.hasMemory))
    )
      this.#idle();
  }
}
