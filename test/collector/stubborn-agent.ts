/**
 * An agent of the tests that never gives up: it sends what it has until it is acknowledged, over as many sessions as it takes,
 * as the real one does from its spool. FakeAgent is one session; this is one agent.
 */
import { Client, type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import type { ResultBatch } from '../../shared/core/batch.ts';
import { PROTOCOL } from '../../shared/core/protocol.ts';
import { epochMicros, microseconds, unixMicros } from '../../shared/core/units.ts';
import { agentsService } from '../../shared/wire/agents-service.ts';
import { encodeBatch } from '../../shared/wire/batch-encoder.ts';

type Up = ReturnType<typeof agentsService.Session.requestDeserialize>;
type Down = ReturnType<typeof agentsService.Session.responseDeserialize>;

export class StubbornAgent {
  readonly #agent: string;
  readonly #site: string;
  readonly #anchorUs: number;
  readonly #unacked = new Map<number, ResultBatch>();
  #session: { readonly client: Client; readonly call: ClientDuplexStream<Up, Down> } | null = null;
  #wake: () => void = () => undefined;
  /** Acknowledgements heard, repetitions included. */
  acks = 0;
  /** Refusals of single batches, which nothing here deserves. */
  readonly refusals: string[] = [];

  constructor(options: { readonly agent: string; readonly site: string; readonly anchorUs: number }) {
    this.#agent = options.agent;
    this.#site = options.site;
    this.#anchorUs = options.anchorUs;
  }

  connect(address: string): void {
    this.disconnect();
    const client = new Client(address, credentials.createInsecure());
    const { path, requestSerialize, responseDeserialize } = agentsService.Session;
    const call: ClientDuplexStream<Up, Down> = client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
    );
    this.#session = { client, call };
    call.on('data', (message: Down) => this.#hear(message));
    call.on('error', () => this.#wake());
    const hello = {
      agent: this.#agent,
      site: this.#site,
      epoch: 1,
      host: '',
      features: [],
      protocol: PROTOCOL,
      anchor: unixMicros(this.#anchorUs),
    };
    call.write({ kind: 'hello', ...hello, version: '0.1.0', assignmentVersion: 0, backlogBatches: this.#unacked.size });
    const at = epochMicros(1e6);
    call.write({ kind: 'clock-sample', at, offsetUs: microseconds(0), errorUs: microseconds(200) });
    for (const batch of this.#unacked.values()) this.#send(batch);
  }

  measured(batch: ResultBatch): void {
    this.#unacked.set(batch.sequence, batch);
    this.#send(batch);
  }

  #send(batch: ResultBatch): void {
    const { sequence } = batch;
    this.#session?.call.write({ kind: 'batch', epoch: null, sequence, bytes: encodeBatch(batch), samePrefixBytes: 0 });
  }

  #hear(message: Down): void {
    if (message.kind === 'refusal') this.refusals.push(message.text);
    if (message.kind !== 'acks') return;
    for (const { from, to } of message.ranges) {
      this.acks += to - from + 1;
      for (let sequence = from; sequence <= to; sequence += 1) this.#unacked.delete(sequence);
    }
    this.#wake();
  }

  /** Resolves when so many acknowledgements were heard, or all, or the session broke. */
  async heard(acks: number): Promise<void> {
    while (this.acks < acks && this.#unacked.size > 0 && this.#session?.call.destroyed === false) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  get left(): number {
    return this.#unacked.size;
  }

  disconnect(): void {
    this.#session?.call.destroy();
    this.#session?.client.close();
    this.#session = null;
    this.#wake();
  }
}
