/**
 * Agents as they should not be, and honest ones beside them that are timed: how long an acknowledgement takes while somebody
 * else misbehaves is what the misbehaving costs.
 */
import { Client, type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import type { ResultBatch } from '../../shared/core/batch.ts';
import { PROTOCOL } from '../../shared/core/protocol.ts';
import { epochMicros, microseconds, unixMicros } from '../../shared/core/units.ts';
import { agentsService } from '../../shared/wire/agents-service.ts';
import { encodeBatch } from '../../shared/wire/batch-encoder.ts';
import { batches } from './fake-agent.ts';

type Up = ReturnType<typeof agentsService.Session.requestDeserialize>;
type Down = ReturnType<typeof agentsService.Session.responseDeserialize>;

/** Ten minutes ago, on a whole second. */
export const anchorUs = Math.floor(Date.now() / 1000 - 600) * 1e6;

export interface Greeting {
  readonly agent: string;
  readonly site?: string;
  readonly epoch?: number;
  readonly host?: string;
}

/** A session that says whatever it is told to. */
export class RawAgent {
  readonly call: ClientDuplexStream<Up, Down>;
  readonly reasons = new Map<string, number>();
  readonly texts: string[] = [];
  acked = 0;
  failure: string | null = null;
  onAck: (sequence: number) => void = () => undefined;
  readonly #client: Client;

  constructor(address: string, options: { readonly reads?: boolean; readonly client?: Client } = {}) {
    this.#client =
      options.client ?? new Client(address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
    const { path, requestSerialize, responseDeserialize } = agentsService.Session;
    this.call = this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    this.call.on('error', (error: Error) => {
      this.failure = error.message;
    });
    if (options.reads !== false) this.call.on('data', (message: Down) => this.#hear(message));
  }

  #hear(message: Down): void {
    if (message.kind === 'refusal') {
      this.reasons.set(message.reason, (this.reasons.get(message.reason) ?? 0) + 1);
      this.texts.push(message.text);
    }
    if (message.kind !== 'acks') return;
    for (const { from, to } of message.ranges) {
      this.acked += to - from + 1;
      for (let sequence = from; sequence <= to; sequence += 1) this.onAck(sequence);
    }
  }

  hello({ agent, site = 'corsham', epoch = 1, host = 'here' }: Greeting): this {
    const rest = { version: '0.1.0', assignmentVersion: 0, backlogBatches: 0, host, features: [], protocol: PROTOCOL };
    this.call.write({ kind: 'hello', agent, site, epoch, anchor: unixMicros(anchorUs), ...rest });
    this.call.write({
      kind: 'clock-sample',
      at: epochMicros(0),
      offsetUs: microseconds(0),
      errorUs: microseconds(200),
    });
    return this;
  }

  /** @returns whether more may be written without queueing here */
  batch(batch: ResultBatch, bytes = encodeBatch(batch)): boolean {
    const { epoch, sequence } = batch;
    return this.call.write({ kind: 'batch', epoch, sequence, bytes, samePrefixBytes: 0 });
  }

  close(): void {
    this.call.cancel();
    this.#client.close();
  }
}

/** An agent that sends a batch five times a second and notes how long each acknowledgement took. */
export class HonestAgent {
  readonly #agent: RawAgent;
  readonly #sent = new Map<number, number>();
  readonly #timer: NodeJS.Timeout;
  #latencies: number[] = [];
  #sequence = 0;

  constructor(address: string, name: string, site: string, options: { readonly client?: Client } = {}) {
    const own = batches({ agent: name, site, anchorUs, seconds: 590 });
    this.#agent = new RawAgent(address, options).hello({ agent: name, site });
    this.#agent.onAck = (sequence) => {
      this.#latencies.push(performance.now() - (this.#sent.get(sequence) ?? 0));
      this.#sent.delete(sequence);
    };
    this.#timer = setInterval(() => {
      const batch = own[this.#sequence];
      if (batch === undefined) return;
      this.#sequence += 1;
      this.#sent.set(batch.sequence, performance.now());
      this.#agent.batch(batch);
    }, 200);
  }

  get failure(): string | null {
    return this.#agent.failure;
  }

  get sent(): number {
    return this.#sequence;
  }

  get unacked(): number {
    return this.#sent.size;
  }

  /** Latencies since this was last asked, ms, ascending. */
  take(): number[] {
    const taken = this.#latencies.sort((a, b) => a - b);
    this.#latencies = [];
    return taken;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#agent.close();
  }
}
