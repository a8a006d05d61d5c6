/**
 * An agent without servers: it has all its batches encoded before it begins, sends them as the product's protocol says (same
 * codec, same window, real gRPC), and tells when the last was acknowledged and when it was folded: a mark, appended behind
 * them, is answered only when the fold has reached it. A program of its own, so that it can live in a namespace of the lab.
 *
 * usage: synthetic-agent.ts HOST:PORT RESULTS_PER_BATCH RESULTS RUNS
 */
import { Client, credentials } from '@grpc/grpc-js';
import { ABSENT, type ResultBatch } from '../../shared/core/batch.ts';
import { MAX_MESSAGE_BYTES, SEND_WINDOW_BATCHES, SEND_WINDOW_BYTES } from '../../shared/core/limits.ts';
import { OUTCOMES, STAGES } from '../../shared/core/outcome.ts';
import { PROTOCOL } from '../../shared/core/protocol.ts';
import { unixMicros } from '../../shared/core/units.ts';
import { agentsService } from '../../shared/wire/agents-service.ts';
import { encodeBatch, sharedPrefix } from '../../shared/wire/batch-encoder.ts';
import { opsService } from '../../shared/wire/ops-service.ts';
import { seeded, typicalBatch } from '../shared/wire/result-batches.ts';

/** What a run took, printed as one line of JSON. */
export interface SyntheticRun {
  readonly results: number;
  readonly ackedMs: number;
  readonly foldedMs: number;
}

const AGENT = 'bench-agent';
const NO_MARK_SCOPE = { at: null, group: null, server: null, site: null, actor: null, ref: null };

/** Batches are a second each and follow one another from run to run, the last ending now: a backlog that is caught up. */
function encodeRun(
  run: number,
  runs: number,
  batches: number,
  perBatch: number,
): { epoch: number; encoded: Uint8Array[] } {
  const spanUs = (batches + 2) * 1e6;
  const epoch = run + 1;
  const anchor = unixMicros(Date.now() * 1000 - (runs - run) * spanUs);
  const random = seeded(epoch);
  const encoded = Array.from({ length: batches }, (_, index) => {
    const batch = typicalBatch({ sequence: index + 1, rate: perBatch / 2, random, agent: AGENT, epoch });
    const isSilent = index >= batches / 3 && index < (2 * batches) / 3;
    return encodeBatch({ ...(isSilent ? silenced(batch) : batch), anchor });
  });
  return { epoch, encoded };
}

/** The same batch with a second server that never answers: the detector is to have something to find. */
function silenced(batch: ResultBatch): ResultBatch {
  const { results } = batch;
  const set = (column: readonly number[], value: number): number[] =>
    column.map((before, row) => (results.path[row] === 1 ? value : before));
  const { outcome, stage, offerUs, ackUs, totalUs, released } = results;
  return {
    ...batch,
    results: {
      ...results,
      outcome: set(outcome, OUTCOMES.indexOf('dropped')),
      stage: set(stage, STAGES.indexOf('offer')),
      offerUs: set(offerUs, ABSENT),
      ackUs: set(ackUs, ABSENT),
      totalUs: set(totalUs, ABSENT),
      released: set(released, 0),
    },
  };
}

/** Resolves when every batch is acknowledged. */
function sendAll(client: Client, { epoch, encoded }: { epoch: number; encoded: readonly Uint8Array[] }): Promise<void> {
  const { path, requestSerialize, responseDeserialize } = agentsService.Session;
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  let sent = 0;
  let acked = 0;
  let unackedBytes = 0;
  const fill = (): void => {
    while (sent < encoded.length && sent - acked < SEND_WINDOW_BATCHES && unackedBytes < SEND_WINDOW_BYTES) {
      const bytes = encoded[sent] ?? new Uint8Array();
      const samePrefixBytes = sharedPrefix(encoded[sent - 1] ?? new Uint8Array(), bytes);
      sent += 1;
      unackedBytes += bytes.length;
      call.write({
        kind: 'batch',
        epoch: null,
        sequence: sent,
        bytes: bytes.subarray(samePrefixBytes),
        samePrefixBytes,
      });
    }
  };
  return new Promise((resolve, reject) => {
    call.on('error', reject);
    call.on('data', (message) => {
      if (message.kind === 'decode-error' || message.kind === 'refusal') reject(new Error(JSON.stringify(message)));
      if (message.kind !== 'acks') return;
      for (const { from, to } of message.ranges) {
        acked += to - from + 1;
        for (let sequence = from; sequence <= to; sequence += 1) unackedBytes -= encoded[sequence - 1]?.length ?? 0;
      }
      if (acked < encoded.length) {
        fill();
        return;
      }
      call.end();
      resolve();
    });
    const hello = { agent: AGENT, site: 'corsham', epoch, anchor: unixMicros(Date.now() * 1000), version: 'bench' };
    call.write({
      kind: 'hello',
      ...hello,
      assignmentVersion: 0,
      backlogBatches: encoded.length,
      host: '',
      features: [],
      protocol: PROTOCOL,
    });
    fill();
  });
}

function mark(client: Client, text: string): Promise<void> {
  const { path, requestSerialize, responseDeserialize } = opsService.AddMark;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { text, ...NO_MARK_SCOPE }, (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}

const [address = '', perBatch = 0, results = 0, runs = 0] = process.argv
  .slice(2)
  .map((word, index) => (index === 0 ? word : Number(word))) as [string, number, number, number];
const client = new Client(address, credentials.createInsecure(), {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
});
for (let run = 0; run < runs; run += 1) {
  const prepared = encodeRun(run, runs, Math.ceil(results / perBatch), perBatch);
  await mark(client, `run ${run} begins`);
  const began = performance.now();
  await sendAll(client, prepared);
  const ackedMs = performance.now() - began;
  await mark(client, `run ${run} is sent`);
  const done: SyntheticRun = {
    results: prepared.encoded.length * perBatch,
    ackedMs,
    foldedMs: performance.now() - began,
  };
  console.log(JSON.stringify(done));
}
client.close();
