/**
 * An agent at each of many sites in one process: each has a session of its own and sends, every second, what a second of probing
 * two servers and sweeping its subnets comes to, one exchange a second a path. In between it asks for the status, over a
 * connection that stands, and times the answer. A program of its own, so that the collector's CPU is the collector's.
 *
 * usage: synthetic-fleet.ts HOST:PORT SITES SUBNETS SECONDS [STOP_EVERY]
 * With STOP_EVERY the primary is silent for the middle third of each so many seconds: there is something to find.
 */
import { Client, type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import { ABSENT, type PathRef, type ResultBatch, SERVER_PATH } from '../../shared/core/batch.ts';
import { MAX_MESSAGE_BYTES } from '../../shared/core/limits.ts';
import { OUTCOMES, STAGES } from '../../shared/core/outcome.ts';
import { PROTOCOL } from '../../shared/core/protocol.ts';
import { epochMicros, microseconds, unixMicros } from '../../shared/core/units.ts';
import type { AgentMessage } from '../../shared/wire/agent-message.ts';
import { agentsService } from '../../shared/wire/agents-service.ts';
import { encodeBatch, sharedPrefix } from '../../shared/wire/batch-encoder.ts';
import { opsService } from '../../shared/wire/ops-service.ts';
import { scopesOf, siteName } from './fleet-shape.ts';

/** What a run came to, printed as one line of JSON. */
export interface FleetRun {
  readonly batches: number;
  readonly exchanges: number;
  readonly acked: number;
  /** Latencies of State, ms. */
  readonly statusMs: readonly number[];
  /** Of each acknowledged batch: when it was sent (wall clock, ms) and what its acknowledgement took, ms. */
  readonly acks: readonly (readonly [number, number])[];
}

const [address = '', ...counts] = process.argv.slice(2);
const [sites = 0, subnets = 0, seconds = 0, stopEvery = Number.POSITIVE_INFINITY] = counts.map(Number);
const anchor = unixMicros(Date.now() * 1000);
const run = { batches: 0, exchanges: 0, acked: 0, statusMs: [] as number[], acks: [] as [number, number][] };

interface Member {
  readonly site: string;
  readonly paths: readonly PathRef[];
  readonly call: ClientDuplexStream<AgentMessage, unknown>;
  readonly sent: Map<number, readonly [wallMs: number, began: number]>;
  before: Uint8Array;
}

const isStopped = (sequence: number): boolean => Math.floor(((sequence % stopEvery) * 3) / stopEvery) === 1;

function pathsOf(site: number): readonly PathRef[] {
  const path = { group: 'pair', giaddr: `10.90.${site}.2`, bucket: null, firstContact: false, ...SERVER_PATH };
  const primary = { ...path, server: 'primary', address: '10.77.1.2' };
  const standby = { ...path, server: 'standby', address: '10.77.2.2', kind: 'dora' as const };
  const scopes = scopesOf(site, sites, subnets).map((scope) => ({ ...primary, kind: 'do' as const, scope }));
  return [{ ...primary, kind: 'dora' as const }, standby, ...scopes];
}

function join(client: Client, site: number): Member {
  const { path, requestSerialize, responseDeserialize } = agentsService.Session;
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  const sent: Member['sent'] = new Map();
  const acked = (sequence: number): void => {
    const [wallMs, began] = sent.get(sequence) ?? [];
    if (wallMs !== undefined && began !== undefined) run.acks.push([wallMs, performance.now() - began]);
    sent.delete(sequence);
    run.acked += 1;
  };
  call.on('error', (error) => console.error(siteName(site), error.message));
  call.on('data', (message) => {
    if (message.kind === 'refusal') console.error(siteName(site), message.text);
    if (message.kind !== 'acks') return;
    for (const { from, to } of message.ranges) for (let sequence = from; sequence <= to; sequence += 1) acked(sequence);
  });
  const hello = { agent: `agent-${site}`, site: siteName(site), epoch: 1, anchor, version: 'bench' };
  call.write({
    kind: 'hello',
    ...hello,
    assignmentVersion: 0,
    backlogBatches: 0,
    host: `host-${site}`,
    features: [],
    protocol: PROTOCOL,
  });
  return { site: siteName(site), paths: pathsOf(site), call, sent, before: new Uint8Array() };
}

/** A second of one site: every path once; the standby is silent, as it should be. */
function secondOf({ site, paths }: Member, index: number, sequence: number): ResultBatch {
  const fromUs = (sequence - 1) * 1e6;
  const rows = paths.map((_, path) => path);
  const silent = (path: number): boolean => isStopped(sequence) || paths[path]?.server === 'standby';
  const column = (answered: number, unanswered: number) => rows.map((path) => (silent(path) ? unanswered : answered));
  const [acked, dropped] = [OUTCOMES.indexOf('acked'), OUTCOMES.indexOf('dropped')];
  return {
    agent: `agent-${index}`,
    site,
    epoch: 1,
    sequence,
    anchor,
    fromUs: epochMicros(fromUs),
    completeThroughUs: epochMicros(fromUs + 990_000),
    assignmentVersion: 1,
    dropTimeUs: microseconds(3e6),
    stamped: 'kernel',
    loopDelayMaxUs: microseconds(1_500),
    paths,
    results: {
      path: rows,
      identity: rows.map(() => sequence % 4),
      sentUs: rows.map((path) => fromUs + path * 50_000 + ((index * 7919) % 40_000)),
      outcome: column(acked, dropped),
      stage: rows.map((path) => STAGES.indexOf(silent(path) || paths[path]?.kind === 'do' ? 'offer' : 'ack')),
      offerUs: column(2_100 + ((sequence * 37) % 900), ABSENT),
      ackUs: rows.map((path) => (silent(path) || paths[path]?.kind === 'do' ? ABSENT : 3_400)),
      totalUs: rows.map((path) =>
        silent(path) ? ABSENT : paths[path]?.kind === 'do' ? 2_100 + ((sequence * 37) % 900) : 6_500,
      ),
      released: rows.map(() => 0),
    },
    late: [],
    counts: rows.map((path) => ({
      ...{
        path,
        due: 1,
        sent: 1,
        unsentNoIdentity: 0,
        unsentStalled: 0,
        unsentSendError: 0,
        orphans: 0,
        duplicates: 0,
      },
      ...{ malformed: 0, foreign: 0, foreignSources: [] },
    })),
    sightings: [],
  };
}

function send(member: Member, index: number, sequence: number): void {
  const bytes = encodeBatch(secondOf(member, index, sequence));
  const samePrefixBytes = sharedPrefix(member.before, bytes);
  member.before = bytes;
  member.sent.set(sequence, [Date.now(), performance.now()]);
  member.call.write({ kind: 'batch', epoch: null, sequence, bytes: bytes.subarray(samePrefixBytes), samePrefixBytes });
  run.batches += 1;
  run.exchanges += member.paths.length;
}

function askStatus(client: Client): void {
  const { path, requestSerialize, responseDeserialize } = opsService.State;
  const began = performance.now();
  client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { group: null }, (error) => {
    if (error === null) run.statusMs.push(performance.now() - began);
  });
}

const client = new Client(address, credentials.createInsecure(), {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
});
const members = Array.from({ length: sites }, (_, site) => join(client, site));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
const began = performance.now();
for (let sequence = 1; sequence <= seconds; sequence += 1) {
  // Sites send when their own second ends, not all at once.
  for (const [index, member] of members.entries()) {
    await pause(began + (sequence + index / sites) * 1000 - performance.now());
    send(member, index, sequence);
  }
  askStatus(client);
}
await pause(1500);
console.log(JSON.stringify(run));
for (const { call } of members) call.end();
client.close();
