/**
 * An agent of the tests: a real gRPC session with invented batches. Its exchanges are given as a function of time, so that
 * a test says who answers when and nothing else.
 */

import { Client, type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import type { Assignment } from '../../shared/core/assignment.ts';
import { ABSENT, type PathRef, type ResultBatch, SERVER_PATH } from '../../shared/core/batch.ts';
import { OWN_FEATURES } from '../../shared/core/features.ts';
import { OUTCOMES, STAGES } from '../../shared/core/outcome.ts';
import { PROTOCOL } from '../../shared/core/protocol.ts';
import { epochMicros, microseconds, unixMicros } from '../../shared/core/units.ts';
import { agentsService } from '../../shared/wire/agents-service.ts';
import { encodeBatch } from '../../shared/wire/batch-encoder.ts';

type Up = ReturnType<typeof agentsService.Session.requestDeserialize>;
type Down = ReturnType<typeof agentsService.Session.responseDeserialize>;

const DROP_US = 3_000_000;

/** Whether a server (0 primary, 1 standby) answers a DISCOVER sent at this second of the epoch. */
export type Answers = (server: number, second: number) => boolean;

const path = (server: string, address: string): PathRef => ({
  group: 'corsham-dhcp',
  server,
  address,
  bucket: null,
  giaddr: '10.77.0.1',
  kind: 'dora',
  firstContact: false,
  ...SERVER_PATH,
});

export const PATHS = [path('primary', '10.77.1.2'), path('standby', '10.77.2.2')];

interface Sent {
  readonly server: number;
  readonly sentUs: number;
  readonly doneUs: number;
  readonly acked: boolean;
}

/** One-second batches of ten exchanges a second with each server, as an agent would have made them. */
export function batches({
  agent = 'agent-1',
  site = 'corsham',
  anchorUs = 0,
  seconds = 10,
  answers = (() => true) as Answers,
}): ResultBatch[] {
  const all: Sent[] = [];
  for (let n = 0; n < seconds * 10; n += 1) {
    for (const server of [0, 1]) {
      const sentUs = n * 100_000 + server * 50_000;
      const acked = answers(server, sentUs / 1e6);
      all.push({ server, sentUs, acked, doneUs: sentUs + (acked ? 42_000 : DROP_US) });
    }
  }
  all.sort((a, b) => a.doneUs - b.doneUs);
  const made: ResultBatch[] = [];
  for (let second = 0; second < seconds + 3; second += 1) {
    const done = all.filter(({ doneUs }) => doneUs >= second * 1e6 && doneUs < (second + 1) * 1e6);
    made.push(batchOf({ agent, site, anchorUs, second }, done));
  }
  return made;
}

function batchOf(
  { agent, site, anchorUs, second }: { agent: string; site: string; anchorUs: number; second: number },
  done: readonly Sent[],
): ResultBatch {
  return {
    agent,
    site,
    epoch: 1,
    sequence: second + 1,
    anchor: unixMicros(anchorUs),
    fromUs: epochMicros(second * 1e6),
    completeThroughUs: epochMicros(Math.max(0, (second + 1) * 1e6 - DROP_US)),
    assignmentVersion: 1,
    dropTimeUs: microseconds(DROP_US),
    stamped: 'kernel',
    loopDelayMaxUs: microseconds(900),
    paths: PATHS,
    results: {
      path: done.map(({ server }) => server),
      identity: done.map((_, index) => index % 31),
      sentUs: done.map(({ sentUs }) => sentUs),
      outcome: done.map(({ acked }) => OUTCOMES.indexOf(acked ? 'acked' : 'dropped')),
      stage: done.map(({ acked }) => STAGES.indexOf(acked ? 'ack' : 'offer')),
      offerUs: done.map(({ acked }) => (acked ? 21_000 : ABSENT)),
      ackUs: done.map(({ acked }) => (acked ? 20_500 : ABSENT)),
      totalUs: done.map(({ acked }) => (acked ? 42_000 : ABSENT)),
      released: done.map(({ acked }) => (acked ? 1 : 0)),
    },
    late: [],
    counts: [],
    sightings: [],
  };
}

/** A session with a collector. */
export class FakeAgent {
  readonly #client: Client;
  readonly #call: ClientDuplexStream<Up, Down>;
  readonly #heard: Down[] = [];
  #wake: () => void = () => undefined;
  /** Why the session ended, once it has. */
  failure: Error | null = null;

  constructor(
    address: string,
    hello: {
      agent?: string;
      site?: string;
      anchorUs?: number;
      assignmentVersion?: number;
      epoch?: number;
      host?: string;
      backlogBatches?: number;
      features?: readonly string[];
      protocol?: number;
    } = {},
    /** With what it comes in; a client of its own. */
    client = new Client(address, credentials.createInsecure()),
  ) {
    this.#client = client;
    const { path, requestSerialize, responseDeserialize } = agentsService.Session;
    this.#call = this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    this.#call.on('data', (message: Down) => {
      this.#heard.push(message);
      this.#wake();
    });
    this.#call.on('error', (error: Error) => {
      this.failure = error;
      this.#wake();
    });
    const {
      agent = 'agent-1',
      site = 'corsham',
      anchorUs = 0,
      assignmentVersion = 0,
      epoch = 1,
      host = '',
      backlogBatches = 0,
      features = OWN_FEATURES,
      protocol = PROTOCOL,
    } = hello;
    const anchor = unixMicros(anchorUs);
    this.#call.write({
      kind: 'hello',
      agent,
      site,
      epoch,
      anchor,
      version: '0.1.0',
      assignmentVersion,
      backlogBatches,
      host,
      features,
      protocol,
    });
  }

  /** Resolves with the first thing that `pick` finds among the messages heard, however early they came. */
  async hear<Found>(pick: (message: Down) => Found | null): Promise<Found> {
    for (;;) {
      for (const message of this.#heard) {
        const found = pick(message);
        if (found !== null) return found;
      }
      if (this.failure !== null) throw this.failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The newest assignment of at least this version. */
  assignment(version = 1): Promise<Assignment> {
    return this.hear((message) =>
      message.kind === 'assignment' && message.assignment.version >= version ? message.assignment : null,
    );
  }

  refusal(): Promise<string> {
    return this.hear((message) => (message.kind === 'refusal' ? message.text : null));
  }

  /** Sends a clock sample and the batches; resolves when all are acknowledged. @param clock agent − collector and its error, µs; null: no sample */
  async send(
    made: readonly ResultBatch[],
    clock: { readonly offsetUs: number; readonly errorUs: number } | null = { offsetUs: 0, errorUs: 200 },
  ): Promise<void> {
    if (clock !== null) this.sample(0, clock.offsetUs, clock.errorUs);
    for (const batch of made) {
      this.#call.write({
        kind: 'batch',
        epoch: null,
        sequence: batch.sequence,
        bytes: encodeBatch(batch),
        samePrefixBytes: 0,
      });
    }
    const wanted = new Set(made.map(({ sequence }) => sequence));
    await this.hear((message) => {
      if (message.kind === 'acks')
        for (const { from, to } of message.ranges) for (let n = from; n <= to; n += 1) wanted.delete(n);
      return wanted.size === 0 ? true : null;
    });
  }

  /** A measurement of its clock, µs: agent − collector at a moment of its epoch, and how wrong that may be. */
  sample(atUs: number, offsetUs: number, errorUs = 200): void {
    this.#call.write({
      kind: 'clock-sample',
      at: epochMicros(atUs),
      offsetUs: microseconds(offsetUs),
      errorUs: microseconds(errorUs),
    });
  }

  /** Anything that an agent may say. */
  tell(message: Exclude<Up, { kind: 'decode-error' }>): void {
    this.#call.write(message);
  }

  /** One envelope, whatever it holds; nothing is waited for. */
  sendRaw(sequence: number, bytes: Uint8Array): void {
    this.#call.write({ kind: 'batch', epoch: null, sequence, bytes, samePrefixBytes: 0 });
  }

  /** All refusals of single batches heard so far, by reason. */
  async refusals(count: number): Promise<readonly string[]> {
    return this.hear(() => {
      const reasons = this.#heard.flatMap((message) =>
        message.kind === 'refusal' && message.batch !== null ? [`${message.batch.sequence} ${message.reason}`] : [],
      );
      return reasons.length >= count ? reasons : null;
    });
  }

  close(): void {
    this.#call.end();
    this.#client.close();
  }
}
