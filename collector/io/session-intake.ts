/**
 * What one session's agent has stored: batches, clock samples, losses. A batch is appended and flushed before it is
 * acknowledged; acknowledgements of one turn of the loop leave as ranges in one message. Rejected: waiting for one batch's
 * flush before reading the next, which makes the disk's latency the throughput.
 */
import type { ResultBatch } from '../../shared/core/batch.ts';
import { SEND_WINDOW_BATCHES } from '../../shared/core/limits.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { type BatchEnvelope, type ClockSample, type Hello, wholeBatch } from '../../shared/wire/agent-message.ts';
import { decodeBatch } from '../../shared/wire/batch-decoder.ts';
import { type DecodeError, isDecodeError } from '../../shared/wire/decode-error.ts';
import type { Loss } from '../../shared/wire/loss-codec.ts';
import { ackMessages, type BatchInEpoch } from '../core/ack-ranges.ts';
import type { AgentState } from '../core/agent-table.ts';
import { type BatchFault, implausible, type MeasuredClock, misnamed, plausibleSample } from '../core/batch-fault.ts';
import { AGENT_BYTES_STORING } from '../core/limits.ts';
import type { Sayings } from '../core/sayings.ts';
import type { AgentStream } from './agent-stream.ts';
import type { Allowance } from './allowance.ts';
import type { AppendResult, Inbox } from './inbox.ts';

export interface IntakeOptions {
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sayings: Sayings;
  /** Why no batch of this may be taken: it names what no configuration or not its agent's certificate has. Null: it may. */
  refuseBatch(batch: ResultBatch, hello: Hello): BatchFault | null;
  change(agent: string, change: (state: AgentState) => Partial<AgentState>): void;
}

/** A well-behaved agent stays under its window; one that does not is not read from until the disk has caught up. */
const READ_AHEAD_BATCHES = 2 * SEND_WINDOW_BATCHES;

export class SessionIntake {
  readonly #hello: Hello;
  readonly #stream: AgentStream;
  readonly #allowance: Allowance;
  readonly #options: IntakeOptions;
  readonly #onUnwritable: () => void;
  /** The whole batch before: what same_prefix_bytes refers to. */
  #before: Uint8Array | undefined;
  #clock: MeasuredClock | null = null;
  #acked: BatchInEpoch[] = [];
  readonly #storing = new Set<Promise<void>>();
  #storingBytes = 0;

  constructor(
    agent: { readonly hello: Hello; readonly stream: AgentStream; readonly allowance: Allowance },
    options: IntakeOptions,
    onUnwritable: () => void,
  ) {
    this.#hello = agent.hello;
    this.#stream = agent.stream;
    this.#allowance = agent.allowance;
    this.#options = options;
    this.#onUnwritable = onUnwritable;
  }

  /** Resolves when what was received is stored and acknowledged. */
  async settled(): Promise<void> {
    while (this.#storing.size > 0) await Promise.allSettled([...this.#storing]);
    this.#sendAcks();
  }

  receiveSample({ at, offsetUs, errorUs }: ClockSample): void {
    const { agent, epoch, anchor } = this.#hello;
    const receivedAt = this.#options.clock.wall();
    if (!plausibleSample(anchor + at, { offsetUs, errorUs }, receivedAt)) {
      this.complain('a clock sample from after its receipt is left out');
    } else if (!this.#allowance.mayStoreSample()) {
      this.complain('more clock samples than an agent takes; left out');
    } else {
      this.#clock = { epoch, offsetUs, errorUs };
      this.#options.change(agent, () => ({ clockOffsetUs: offsetUs, clockErrorUs: errorUs }));
      const entry = { kind: 'clock' as const, receivedAt, agent, epoch, anchor, at, offsetUs, errorUs };
      this.#store(this.#options.inbox.append([entry]), 0);
    }
  }

  /** Acknowledged by its own range alone, by which the agent knows it again. */
  receiveLoss(loss: Loss): void {
    const { agent, site, epoch: own } = this.#hello;
    const { epoch, from, to } = loss;
    if (epoch > own) {
      this.complain('a loss of an epoch that has not begun is left out');
      return;
    }
    const { logger, inbox, clock } = this.#options;
    const stored = inbox.append([{ ...loss, receivedAt: clock.wall(), agent, site }]).then(([position]) => {
      const exchanges = loss.groups.reduce((sum, group) => sum + group.exchanges, 0);
      if (position !== null) {
        this.#say((unsaid) =>
          logger.warn({ agent, site, epoch, from, to, exchanges, ...unsaid }, 'an agent lost batches'),
        );
      }
      this.#stream.send({ kind: 'acks', ranges: [{ epoch: epoch === own ? null : epoch, from, to }] });
    });
    this.#store(stored, 0);
  }

  /** @returns what makes the session's next prefixes meaningless, or undefined */
  receiveBatch(envelope: BatchEnvelope): DecodeError | undefined {
    const name = { epoch: envelope.epoch ?? this.#hello.epoch, sequence: envelope.sequence };
    const bytes = wholeBatch(envelope, this.#before);
    if (isDecodeError(bytes)) return bytes;
    this.#before = bytes;
    const batch = decodeBatch(bytes);
    const receivedAt = this.#options.clock.wall();
    const fault = this.#faultOf(name, batch, receivedAt);
    if (isDecodeError(batch) || fault !== null) {
      this.#refuse(name, fault ?? ['malformed', '']);
      return undefined;
    }
    const stored = this.#options.inbox.appendBatch({ receivedAt, batch, bytes });
    this.#store(
      stored.then(({ kind }) => this.#answer(name, kind)),
      bytes.length,
    );
    return undefined;
  }

  #faultOf(name: BatchInEpoch, batch: ResultBatch | DecodeError, receivedAt: number): BatchFault | null {
    if (isDecodeError(batch)) return ['malformed', `${batch.field} ${batch.reason}`];
    const wrong = misnamed(batch, name, this.#hello);
    if (wrong !== null) return wrong;
    return this.#options.refuseBatch(batch, this.#hello) ?? implausible(batch, this.#clock, receivedAt);
  }

  #answer(name: BatchInEpoch, result: AppendResult['kind']): void {
    const fault = FAULT_OF[result];
    if (fault !== undefined) {
      this.#refuse(name, fault);
      return;
    }
    this.#options.change(this.#hello.agent, ({ stored, duplicates }) =>
      result === 'stored' ? { stored: stored + 1 } : { duplicates: duplicates + 1 },
    );
    if (this.#acked.length === 0) setImmediate(() => this.#sendAcks());
    this.#acked.push(name);
  }

  /** Keeps count of what is being written; a failed write ends the session, so that the agent sends again later. */
  #store(writing: Promise<unknown>, bytes: number): void {
    const stored = writing.then(
      () => undefined,
      (error: unknown) => {
        this.#options.logger.error({ err: error }, 'cannot store what an agent sent; it will send it again');
        this.#onUnwritable();
      },
    );
    this.#storing.add(stored);
    this.#storingBytes += bytes;
    if (this.#isBehind()) this.#stream.hold('storing');
    void stored.then(() => {
      this.#storing.delete(stored);
      this.#storingBytes -= bytes;
      if (!this.#isBehind()) this.#stream.release('storing');
    });
  }

  #isBehind(): boolean {
    return this.#storing.size >= READ_AHEAD_BATCHES || this.#storingBytes >= AGENT_BYTES_STORING;
  }

  #sendAcks(): void {
    const acked = this.#acked;
    this.#acked = [];
    for (const ranges of ackMessages(acked, this.#hello.epoch)) this.#stream.send({ kind: 'acks', ranges });
  }

  #refuse(batch: BatchInEpoch, [reason, text]: BatchFault): void {
    const { agent } = this.#hello;
    this.#say((unsaid) => this.#options.logger.error({ agent, ...batch, reason, ...unsaid }, `batch refused: ${text}`));
    const complaint = { at: this.#options.clock.wall(), text: `batch refused (${reason}): ${text}` };
    this.#options.change(agent, ({ refused }) => ({ refused: refused + 1, complaint }));
    this.#stream.send({ kind: 'refusal', reason, text, batch });
  }

  /** What is wrong with the agent, short of a refusal. */
  complain(text: string): void {
    const { agent } = this.#hello;
    this.#say((unsaid) => this.#options.logger.warn({ agent, ...unsaid }, text));
    this.#options.change(agent, () => ({ complaint: { at: this.#options.clock.wall(), text } }));
  }

  /** Lines about one agent, few of them. */
  #say(line: (unsaid: { readonly unsaid?: number }) => void): void {
    const unsaid = this.#options.sayings.may(this.#hello.agent, this.#options.clock.monotonic() / 1000);
    if (unsaid !== null) line(unsaid === 0 ? {} : { unsaid });
  }
}

const FAULT_OF: Partial<Record<AppendResult['kind'], BatchFault>> = {
  conflict: ['conflict', 'another batch of this agent, epoch and sequence is stored already'],
  scattered: ['scattered', 'more epochs, or more holes between its batches, than can be kept apart'],
};
