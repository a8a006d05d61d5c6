/**
 * One agent's stream at the collector, from hello to its end: who may speak, how much of it is read, what each message is for.
 * What is stored of it is session-intake's. Rejected: ending a session at the first bad batch; the good ones behind it would
 * wait for a reconnect, and come back to the same bad one.
 */
import { status } from '@grpc/grpc-js';
import type { AdHocRequest } from '../../shared/core/ad-hoc.ts';
import type { Assignment } from '../../shared/core/assignment.ts';
import type { AgentMessage, Hello, Renewal } from '../../shared/wire/agent-message.ts';
import type { Received } from '../../shared/wire/agents-service.ts';
import type { Refusal } from '../../shared/wire/collector-message.ts';
import type { CertificateReply } from '../../shared/wire/enrolment-codec.ts';
import { HELLO_MAX_MS } from '../core/limits.ts';
import { AdHocAsks, type AskEnd } from './ad-hoc-asks.ts';
import { type AgentCall, AgentStream } from './agent-stream.ts';
import type { Allowance } from './allowance.ts';
import type { Membership } from './membership.ts';
import { type IntakeOptions, SessionIntake } from './session-intake.ts';

export interface SessionOptions extends IntakeOptions {
  /** Null: this collector is open. */
  readonly membership: Membership | null;
  /** @returns why the session may not go on, or what the agent may send */
  admit(hello: Hello): Refusal | Allowance;
  ended(hello: Hello | undefined): void;
}

interface Admitted {
  readonly hello: Hello;
  readonly allowance: Allowance;
  readonly intake: SessionIntake;
}

export class ReportSession {
  readonly #call: AgentCall;
  readonly #stream: AgentStream;
  readonly #options: SessionOptions;
  readonly #greeting: NodeJS.Timeout;
  readonly #asks = new AdHocAsks((message) => this.#stream.send(message));
  #admitted: Admitted | undefined;
  #assigned: Assignment | undefined;
  /** Roots that were sent, and the heartbeats since. */
  #untold: { readonly roots: CertificateReply; readonly heartbeats: number } | undefined;
  #renewing = false;
  #over = false;

  constructor(call: AgentCall, options: SessionOptions) {
    this.#call = call;
    this.#options = options;
    this.#stream = new AgentStream(call, () => this.#cutOff());
    this.#greeting = setTimeout(() => this.#fail(status.DEADLINE_EXCEEDED, 'no hello came'), HELLO_MAX_MS);
    call.on('data', (message: Received<AgentMessage>) => this.#receive(message));
    call.on('end', () => void this.close());
    call.on('cancelled', () => this.#end());
    // A broken stream also gives 'cancelled'; without a listener its 'error' would end the collector.
    call.on('error', () => this.#end());
  }

  /** Sends the assignment unless it is the one that was sent last. */
  assign(assignment: Assignment): void {
    if (assignment === this.#assigned) return;
    this.#assigned = assignment;
    this.#stream.send({ kind: 'assignment', assignment });
  }

  /** Has the agent make one exchange beside its schedule. */
  ask(asked: AdHocRequest, patienceMs: number): Promise<AskEnd> {
    return this.#asks.ask(asked, patienceMs);
  }

  /** Whom to believe, whole. */
  tellRoots(): void {
    const roots = this.#options.membership?.roots();
    if (roots === undefined) return;
    this.#untold = { roots, heartbeats: 0 };
    this.#stream.send(roots);
  }

  /** Another session has this one's place. @param refusal what to say; undefined: nothing */
  supersede(refusal: Refusal | undefined): void {
    if (refusal !== undefined) this.#stream.send(refusal);
    this.#fail(status.ABORTED, refusal?.text ?? 'the agent connected anew');
  }

  /** Ends the session after what was received is stored and acknowledged. */
  async close(): Promise<void> {
    this.#stream.stop();
    await this.#admitted?.intake.settled();
    if (!this.#over) this.#stream.end();
    this.#end();
  }

  #receive(message: Received<AgentMessage>): void {
    if (this.#over) return;
    if (message.kind === 'decode-error') {
      this.#fail(status.INVALID_ARGUMENT, `${message.field} ${message.reason}`);
    } else if (this.#admitted === undefined) {
      this.#greet(message);
    } else {
      this.#meter(this.#admitted, message);
      this.#hear(this.#admitted, message);
    }
  }

  #greet(message: AgentMessage): void {
    if (message.kind !== 'hello') {
      this.#fail(status.FAILED_PRECONDITION, 'a session begins with a hello');
      return;
    }
    clearTimeout(this.#greeting);
    const allowed = this.#options.admit(message);
    if ('kind' in allowed) {
      this.#turnAway(message, allowed);
      return;
    }
    const intake = new SessionIntake({ hello: message, stream: this.#stream, allowance: allowed }, this.#options, () =>
      this.#fail(status.UNAVAILABLE, 'the collector cannot write its log'),
    );
    this.#admitted = { hello: message, allowance: allowed, intake };
    this.tellRoots();
  }

  #turnAway({ agent, site }: Hello, refusal: Refusal): void {
    const { sayings, clock, logger } = this.#options;
    // Whoever invents names gets no line a name.
    const unsaid = sayings.may(refusal.reason === 'crowded' ? site : agent, clock.monotonic() / 1000);
    if (unsaid !== null) {
      logger.warn({ agent, site, peer: this.#call.getPeer(), unsaid }, `session refused: ${refusal.text}`);
    }
    this.#stream.send(refusal);
    this.#fail(status.FAILED_PRECONDITION, refusal.text);
  }

  /** Whoever sends more than its allowance is not read from for a while. */
  #meter({ hello, allowance }: Admitted, message: AgentMessage): void {
    const bytes = message.kind === 'batch' ? message.bytes.length + message.samePrefixBytes : null;
    const waitUs = allowance.draw(message.kind === 'loss' ? 0 : bytes);
    if (waitUs === 0 || !this.#stream.throttle(waitUs)) return;
    this.#options.change(hello.agent, ({ throttled }) => ({ throttled: throttled + 1 }));
  }

  #hear({ hello, intake }: Admitted, message: AgentMessage): void {
    switch (message.kind) {
      case 'batch': {
        const fault = intake.receiveBatch(message);
        if (fault !== undefined) this.#fail(status.INVALID_ARGUMENT, `${fault.field} ${fault.reason}`);
        break;
      }
      case 'clock-probe': {
        const received = this.#options.clock.wall();
        const reply = { nonce: message.nonce, received, sent: this.#options.clock.wall() };
        this.#stream.send({ kind: 'clock-reply', ...reply });
        break;
      }
      case 'clock-sample':
        intake.receiveSample(message);
        break;
      case 'heartbeat': {
        const { kind: _, refusedBatches: __, ...figures } = message;
        this.#options.change(hello.agent, () => figures);
        this.#noteTold();
        break;
      }
      case 'renewal':
        void this.#renew(message);
        break;
      case 'ad-hoc-answer':
        this.#asks.answered(message);
        break;
      case 'loss':
        intake.receiveLoss(message);
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

  /** The first heartbeat may have been under way already; by the second the agent has what was sent before it. */
  #noteTold(): void {
    if (this.#untold === undefined) return;
    const { roots, heartbeats } = this.#untold;
    this.#untold = heartbeats === 0 ? { roots, heartbeats: 1 } : undefined;
    if (heartbeats > 0) this.#options.membership?.told(roots);
  }

  /** One at a time: who asks again while it is being signed is not heard. */
  async #renew({ signingRequest }: Renewal): Promise<void> {
    if (this.#renewing) return;
    this.#renewing = true;
    const { membership, logger } = this.#options;
    const answer = await Promise.resolve(membership?.renew(signingRequest) ?? 'this collector is open').catch(
      (error: unknown) => {
        logger.error({ err: error }, 'a certificate could not be renewed');
        return 'the collector cannot sign, or write its journal, just now';
      },
    );
    this.#renewing = false;
    this.#stream.send(
      typeof answer === 'string' ? { kind: 'refusal', reason: 'certificate', text: answer, batch: null } : answer,
    );
  }

  #cutOff(): void {
    const text = 'it does not read what it is told; the session was ended';
    this.#admitted?.intake.complain(text);
    this.#fail(status.RESOURCE_EXHAUSTED, text);
  }

  #fail(code: status, details: string): void {
    if (this.#over) return;
    this.#stream.end({ code, details });
    this.#end();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stream.over();
    this.#asks.over();
    clearTimeout(this.#greeting);
    this.#options.ended(this.#admitted?.hello);
  }
}
