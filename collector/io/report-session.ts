/**
 * One agent's stream at the collector: hello, then batches, clock probes and heartbeats as they come. A batch is appended and
 * flushed before it is acknowledged; acknowledgements of one turn of the loop leave as ranges in one message. Rejected: waiting
 * for one batch's flush before reading the next, which makes the disk's latency the throughput.
 */
import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import type { Assignment } from '../../shared/core/assignment.ts';
import { MAX_RANGES_PER_ACK, SEND_WINDOW_BATCHES } from '../../shared/core/limits.ts';
import { rangesOf } from '../../shared/core/ranges.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import {
  type AgentMessage,
  type BatchEnvelope,
  type ClockSample,
  type Hello,
  wholeBatch,
} from '../../shared/wire/agent-message.ts';
import type { Received } from '../../shared/wire/agents-service.ts';
import { decodeBatch } from '../../shared/wire/batch-decoder.ts';
import type { AckRange, CollectorMessage, Refusal, RefusalReason } from '../../shared/wire/collector-message.ts';
import { isDecodeError } from '../../shared/wire/decode-error.ts';
import type { Loss } from '../../shared/wire/loss-codec.ts';
import type { AgentState } from '../core/agent-table.ts';
import type { Inbox } from './inbox.ts';

export type AgentCall = ServerDuplexStream<Received<AgentMessage>, Received<CollectorMessage>>;

export interface SessionOptions {
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly logger: Logger;
  /** @returns why the session may not go on, or undefined */
  admit(hello: Hello): Refusal | undefined;
  change(agent: string, change: (state: AgentState) => Partial<AgentState>): void;
  ended(hello: Hello | undefined): void;
}

/** A well-behaved agent stays under its window; one that does not is not read from until the disk has caught up. */
const READ_AHEAD_BATCHES = 2 * SEND_WINDOW_BATCHES;

interface Name {
  readonly epoch: number;
  readonly sequence: number;
}

export class ReportSession {
  readonly #call: AgentCall;
  readonly #options: SessionOptions;
  #hello: Hello | undefined;
  /** The whole batch before: what same_prefix_bytes refers to. */
  #before: Uint8Array | undefined;
  #acked: Name[] = [];
  readonly #storing = new Set<Promise<void>>();
  #assigned = '';
  #over = false;

  constructor(call: AgentCall, options: SessionOptions) {
    this.#call = call;
    this.#options = options;
    call.on('data', (message: Received<AgentMessage>) => this.#receive(message));
    call.on('end', () => void this.close());
    call.on('cancelled', () => this.#end());
    // A broken stream also gives 'cancelled'; without a listener its 'error' would end the collector.
    call.on('error', () => this.#end());
  }

  /** Sends the assignment unless it is the one that was sent last. */
  assign(assignment: Assignment): void {
    const text = JSON.stringify(assignment);
    if (text === this.#assigned) return;
    this.#assigned = text;
    this.#send({ kind: 'assignment', assignment });
  }

  /** Another session has this one's place. @param refusal what to say; undefined: nothing */
  supersede(refusal: Refusal | undefined): void {
    if (refusal !== undefined) this.#send(refusal);
    this.#fail(status.ABORTED, refusal?.text ?? 'the agent connected anew');
  }

  /** Ends the session after what was received is stored and acknowledged. */
  async close(): Promise<void> {
    this.#call.pause();
    while (this.#storing.size > 0) await Promise.allSettled([...this.#storing]);
    this.#sendAcks();
    if (!this.#over) this.#call.end();
    this.#end();
  }

  #receive(message: Received<AgentMessage>): void {
    if (this.#over) return;
    if (message.kind === 'decode-error') {
      this.#fail(status.INVALID_ARGUMENT, `${message.field} ${message.reason}`);
    } else if (this.#hello === undefined) {
      this.#greet(message);
    } else {
      this.#hear(this.#hello, message);
    }
  }

  #greet(message: AgentMessage): void {
    if (message.kind !== 'hello') {
      this.#fail(status.FAILED_PRECONDITION, 'a session begins with a hello');
      return;
    }
    const refusal = this.#options.admit(message);
    if (refusal === undefined) {
      this.#hello = message;
      return;
    }
    this.#options.logger.warn({ agent: message.agent, site: message.site }, `session refused: ${refusal.text}`);
    this.#send(refusal);
    this.#fail(status.FAILED_PRECONDITION, refusal.text);
  }

  #hear(hello: Hello, message: AgentMessage): void {
    switch (message.kind) {
      case 'batch':
        this.#receiveBatch(hello, message);
        break;
      case 'clock-probe': {
        const received = this.#options.clock.wall();
        this.#send({ kind: 'clock-reply', nonce: message.nonce, received, sent: this.#options.clock.wall() });
        break;
      }
      case 'clock-sample':
        this.#receiveSample(hello, message);
        break;
      case 'heartbeat': {
        const { kind: _, refusedBatches: __, ...figures } = message;
        this.#options.change(hello.agent, () => figures);
        break;
      }
      case 'loss':
        this.#receiveLoss(hello, message);
        break;
      case 'goodbye':
        this.#options.change(hello.agent, () => ({ backlogBatches: message.backlogBatches }));
        break;
      case 'hello':
        this.#fail(status.FAILED_PRECONDITION, 'a session has one hello');
        break;
      case 'unknown':
        // From a later version, which knows that we may not understand it.
        break;
    }
  }

  #receiveSample(hello: Hello, sample: ClockSample): void {
    const { agent, epoch, anchor } = hello;
    const { at, offsetUs, errorUs } = sample;
    this.#options.change(agent, () => ({ clockOffsetUs: offsetUs, clockErrorUs: errorUs }));
    const receivedAt = this.#options.clock.wall();
    this.#store(
      this.#options.inbox.append([{ kind: 'clock', receivedAt, agent, epoch, anchor, at, offsetUs, errorUs }]),
    );
  }

  /** Acknowledged by its own range alone, by which the agent knows it again. */
  #receiveLoss(hello: Hello, loss: Loss): void {
    const { agent, site } = hello;
    const { epoch, from, to } = loss;
    const receivedAt = this.#options.clock.wall();
    const { logger, inbox } = this.#options;
    const stored = inbox.append([{ ...loss, receivedAt, agent, site }]).then(([position]) => {
      const lost = loss.groups.reduce((sum, { exchanges }) => sum + exchanges, 0);
      if (position !== null) logger.warn({ agent, site, epoch, from, to, exchanges: lost }, 'an agent lost batches');
      this.#send({ kind: 'acks', ranges: [{ epoch: epoch === hello.epoch ? null : epoch, from, to }] });
    });
    this.#store(stored);
  }

  #receiveBatch(hello: Hello, envelope: BatchEnvelope): void {
    const name = { epoch: envelope.epoch ?? hello.epoch, sequence: envelope.sequence };
    const bytes = wholeBatch(envelope, this.#before);
    if (isDecodeError(bytes)) {
      // From here on no prefix can be right.
      this.#fail(status.INVALID_ARGUMENT, `${bytes.field} ${bytes.reason}`);
      return;
    }
    this.#before = bytes;
    const batch = decodeBatch(bytes);
    if (isDecodeError(batch)) {
      this.#refuse(hello, name, 'malformed', `${batch.field} ${batch.reason}`);
    } else if (batch.agent !== hello.agent || batch.epoch !== name.epoch || batch.sequence !== name.sequence) {
      const says = `${batch.agent} ${batch.epoch} ${batch.sequence}`;
      this.#refuse(
        hello,
        name,
        'misnamed',
        `the batch says ${says}, its envelope ${hello.agent} ${name.epoch} ${name.sequence}`,
      );
    } else {
      const stored = this.#options.inbox.appendBatch({ receivedAt: this.#options.clock.wall(), batch, bytes });
      this.#store(stored.then(({ kind }) => this.#answer(hello, name, kind)));
    }
  }

  #answer(hello: Hello, name: Name, result: 'stored' | 'duplicate' | 'conflict'): void {
    if (result === 'conflict') {
      this.#refuse(hello, name, 'conflict', 'another batch of this agent, epoch and sequence is stored already');
      return;
    }
    this.#options.change(hello.agent, ({ stored, duplicates }) =>
      result === 'stored' ? { stored: stored + 1 } : { duplicates: duplicates + 1 },
    );
    if (this.#acked.length === 0) setImmediate(() => this.#sendAcks());
    this.#acked.push(name);
  }

  /** Keeps count of what is being written; a failed write ends the session, so that the agent sends again later. */
  #store(writing: Promise<unknown>): void {
    const stored = writing.then(
      () => undefined,
      (error: unknown) => {
        this.#options.logger.error({ err: error }, 'cannot store what an agent sent; it will send it again');
        this.#fail(status.UNAVAILABLE, 'the collector cannot write its log');
      },
    );
    this.#storing.add(stored);
    if (this.#storing.size >= READ_AHEAD_BATCHES) this.#call.pause();
    void stored.then(() => {
      this.#storing.delete(stored);
      if (this.#storing.size < READ_AHEAD_BATCHES && !this.#over) this.#call.resume();
    });
  }

  #sendAcks(): void {
    const acked = this.#acked;
    this.#acked = [];
    if (acked.length === 0) return;
    const ranges: AckRange[] = [];
    for (const epoch of new Set(acked.map((name) => name.epoch))) {
      const own = rangesOf(acked.filter((name) => name.epoch === epoch).map(({ sequence }) => sequence));
      for (const range of own) ranges.push({ epoch: epoch === this.#hello?.epoch ? null : epoch, ...range });
    }
    for (let start = 0; start < ranges.length; start += MAX_RANGES_PER_ACK) {
      this.#send({ kind: 'acks', ranges: ranges.slice(start, start + MAX_RANGES_PER_ACK) });
    }
  }

  #refuse(hello: Hello, batch: Name, reason: RefusalReason, text: string): void {
    this.#options.logger.error({ agent: hello.agent, ...batch, reason }, `batch refused: ${text}`);
    this.#options.change(hello.agent, ({ refused }) => ({ refused: refused + 1 }));
    this.#send({ kind: 'refusal', reason, text, batch });
  }

  #send(message: CollectorMessage): void {
    if (!this.#over) this.#call.write(message);
  }

  #fail(code: status, details: string): void {
    if (this.#over) return;
    this.#call.emit('error', { code, details });
    this.#end();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.ended(this.#hello);
  }
}
