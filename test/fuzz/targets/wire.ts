/**
 * What the programs say to each other, protobuf from whoever reaches a port. What is accepted must be something that the encoder can
 * write, and come back as it was; what holds memory of the input would change, or keep a whole packet alive.
 */
import { readFileSync } from 'node:fs';
import { assignmentsOf } from '../../../collector/core/config/load.ts';
import { judgeConfigText } from '../../../collector/io/config-file.ts';
import type { ResultBatch } from '../../../shared/core/batch.ts';
import { MAX_PATHS_PER_BATCH, MAX_RESULTS_PER_BATCH, MAX_SIGHTINGS_PER_BATCH } from '../../../shared/core/limits.ts';
import { ipv4 } from '../../../shared/core/net/ipv4.ts';
import { epochMicros, microseconds, milliseconds, unixMicros } from '../../../shared/core/units.ts';
import { type AgentMessage, decodeAgentMessage, encodeAgentMessage } from '../../../shared/wire/agent-message.ts';
import { decodeBatch } from '../../../shared/wire/batch-decoder.ts';
import { encodeBatch } from '../../../shared/wire/batch-encoder.ts';
import {
  type CollectorMessage,
  decodeCollectorMessage,
  encodeCollectorMessage,
} from '../../../shared/wire/collector-message.ts';
import { type DecodeError, isDecodeError } from '../../../shared/wire/decode-error.ts';
import {
  decodeJoinReply,
  decodeJoinRequest,
  decodeRenewRequest,
  encodeJoinReply,
  encodeJoinRequest,
  encodeRenewRequest,
} from '../../../shared/wire/enrolment-codec.ts';
import { seeded, typicalBatch } from '../../shared/wire/result-batches.ts';
import { aliasIn, firstOf, octets, sameOctets, type Target, unless } from '../target.ts';

/** Keys of every wire type, long varints, lengths that are not there. */
const tokens = [
  ...[1, 2, 3, 8, 15].flatMap((field) => [0, 1, 2, 3, 4, 5].map((type) => octets(field * 8 + type))),
  octets(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f),
  octets(0x12, 0x80, 0x80, 0x80, 0x01),
  octets(0x0a, 0x03, 0xc3, 0x28, 0x80),
  octets(0xa0, 0x9c, 0x01),
  octets(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x07),
];

/** What is accepted is written, read and written again: nothing may change on the way. */
function roundTrip<Value>(
  input: Uint8Array,
  decode: (octets: Uint8Array) => Value | DecodeError,
  encode: (value: Value) => Uint8Array,
  /** Of a value, what may not share memory with the input. */
  kept: (value: Value) => unknown = (value) => value,
): string | null {
  const value = decode(input);
  if (isDecodeError(value)) return unless(value.field !== '' && value.reason !== '', 'refused without a word');
  const once = encode(value);
  const again = decode(once);
  if (isDecodeError(again)) return `accepted, and refused when written again: ${again.field} ${again.reason}`;
  return firstOf(
    () => aliasIn(kept(value), input),
    () => unless(sameOctets(encode(again), once), 'written, read and written differs'),
  );
}

const someBatch = (sequence: number): ResultBatch => typicalBatch({ sequence, rate: 3, random: seeded(sequence) });
const oddBatch = (sequence: number): ResultBatch => ({
  ...someBatch(sequence),
  late: [{ path: 1, identity: 3, sentUs: epochMicros(5_000_000), lateUs: microseconds(3_100_000) }],
  counts: [
    {
      path: 0,
      due: 9,
      sent: 3,
      unsentNoIdentity: 1,
      unsentStalled: 2,
      unsentSendError: 3,
      orphans: 1,
      duplicates: 2,
      malformed: 3,
      foreign: 4,
      foreignSources: ['10.0.0.9'],
    },
  ],
  sightings: [
    {
      path: 0,
      sentUs: epochMicros(7),
      stage: 'offer',
      source: '10.0.0.9',
      serverIdentifier: '10.0.0.9',
      expected: false,
      mac: '02:00:00:00:00:01',
      address: '10.0.0.77',
      subnetMask: '255.255.255.0',
      leaseSeconds: 3_600,
      routers: ['10.0.0.1'],
      nameServers: ['10.0.0.2'],
      domain: 'example.org',
      nextServer: null,
    },
  ],
});

export const batch: Target = {
  name: 'batch',
  short: 8_000,
  tokens,
  octetsMax: 4_096,
  // A run of 20,000 rows costs five octets; the limit of a batch bounds it.
  work: { base: 8_000, perOctet: 8 },
  seeds: [encodeBatch(someBatch(1)), encodeBatch(someBatch(9)), encodeBatch(oddBatch(4))],
  judge: (input) => {
    const value = decodeBatch(input);
    if (!isDecodeError(value)) {
      const { results, paths, sightings, counts, late } = value;
      const isBounded = paths.length <= MAX_PATHS_PER_BATCH && sightings.length <= MAX_SIGHTINGS_PER_BATCH;
      const columns = Object.values(results);
      if (!isBounded || results.path.length > MAX_RESULTS_PER_BATCH || counts.length > paths.length)
        return 'over a limit';
      if (columns.some(({ length }) => length !== results.path.length)) return 'columns of different lengths';
      if ([...results.path, ...late.map(({ path }) => path)].some((path) => paths[path] === undefined))
        return 'a path that is not there';
    }
    return roundTrip(input, decodeBatch, encodeBatch);
  },
};

const hello: AgentMessage = {
  kind: 'hello',
  agent: 'agent-1',
  site: 'corsham',
  epoch: 1_700_000_000_000_000,
  anchor: unixMicros(1_700_000_000_000_000),
  version: '0.1.0',
  assignmentVersion: 3,
  backlogBatches: 0,
  host: 'cafe',
  features: ['ad-hoc-probe'],
  protocol: 1,
};

const adHocAnswer: AgentMessage = {
  kind: 'ad-hoc-answer',
  request: 8,
  result: {
    kind: 'exchange',
    outcome: 'dropped',
    stage: 'ack',
    offerUs: microseconds(0),
    ackUs: null,
    totalUs: null,
    released: true,
    stamped: 'kernel',
    frames: [
      {
        direction: 'sent',
        isUnexpected: false,
        at: unixMicros(1_700_000_000_000_001),
        source: ipv4(0x0a000001),
        sourcePort: 67,
        destination: ipv4(0xfffffffe),
        destinationPort: 65_535,
        message: octets(1, 2, 3),
      },
    ],
    shedFrames: 2,
  },
};

const agentMessages: readonly AgentMessage[] = [
  adHocAnswer,
  hello,
  { kind: 'batch', epoch: null, sequence: 7, bytes: encodeBatch(someBatch(7)), samePrefixBytes: 4 },
  { kind: 'clock-probe', nonce: 9 },
  { kind: 'clock-sample', at: epochMicros(5), offsetUs: microseconds(-70), errorUs: microseconds(40) },
  {
    kind: 'heartbeat',
    backlogBatches: 1,
    loopDelayMaxUs: microseconds(9),
    assignmentVersion: 3,
    shedBatches: 0,
    refusedBatches: 0,
    trouble: 'the disk is full',
    leases: [],
    resting: null,
  },
  { kind: 'goodbye', backlogBatches: 2 },
  {
    kind: 'loss',
    from: 5,
    to: 9,
    epoch: 7,
    anchor: unixMicros(8),
    fromUs: epochMicros(1),
    toUs: epochMicros(2),
    groups: [{ group: 'g', exchanges: 4 }],
    cause: 'shed',
  },
  { kind: 'renewal', signingRequest: new Uint8Array(300).fill(7) },
  { kind: 'ad-hoc-answer', request: 7, result: { kind: 'refusal', text: 'busy' } },
];

export const agentMessage: Target = {
  name: 'agent-message',
  short: 15_000,
  tokens,
  octetsMax: 2_048,
  work: { base: 400, perOctet: 4 },
  seeds: agentMessages.map((message) => encodeAgentMessage(message).slice()),
  // A batch is a view until its prefix is put before it.
  judge: (input) =>
    roundTrip(input, decodeAgentMessage, encodeAgentMessage, (value) => (value.kind === 'batch' ? null : value)),
};

const hub = judgeConfigText(readFileSync(new URL('../../../deploy/hub.yaml', import.meta.url), 'utf8'));
const [assignment] = hub.ok ? [...assignmentsOf(hub.config).values()] : [];

const certificate = {
  kind: 'certificate',
  chain: [new Uint8Array(60).fill(1)],
  roots: [new Uint8Array(40).fill(2)],
  site: 'corsham',
  name: 'agent-1',
} as const;

const collectorMessages: readonly CollectorMessage[] = [
  ...(assignment === undefined ? [] : [{ kind: 'assignment' as const, assignment }]),
  { kind: 'acks', ranges: [{ epoch: null, from: 1, to: 9 }] },
  { kind: 'clock-reply', nonce: 9, received: unixMicros(10), sent: unixMicros(11) },
  { kind: 'refusal', reason: 'conflict', text: 'the same name with other content', batch: { epoch: 5, sequence: 6 } },
  {
    kind: 'ad-hoc-request',
    request: 7,
    asked: { group: 'g', server: 's', bucket: 0, kind: 'do', dropTimeMs: milliseconds(3_000) },
  },
  certificate,
];

export const collectorMessage: Target = {
  name: 'collector-message',
  short: 15_000,
  tokens,
  octetsMax: 2_048,
  work: { base: 400, perOctet: 4 },
  seeds: collectorMessages.map((message) => encodeCollectorMessage(message).slice()),
  judge: (input) => roundTrip(input, decodeCollectorMessage, encodeCollectorMessage),
};

const joinRequest = {
  secret: new Uint8Array(16),
  signingRequest: new Uint8Array(90).fill(7),
  agent: 'agent-1',
  version: '0.1.0',
  host: 'cafe',
};

/** What is served to callers without a certificate, and what an agent without one believes; by the parity of the first octet. */
export const enrolment: Target = {
  name: 'enrolment',
  short: 8_000,
  tokens,
  octetsMax: 1_024,
  work: { base: 400, perOctet: 4 },
  seeds: [
    encodeJoinRequest(joinRequest),
    encodeRenewRequest(joinRequest),
    encodeJoinReply(certificate),
    encodeJoinReply({ kind: 'pending', retryMs: 10_000, id: 'agent-1' }),
  ].map((bytes) => bytes.slice()),
  judge: (input) =>
    firstOf(
      () => roundTrip(input, decodeJoinRequest, encodeJoinRequest),
      () => roundTrip(input, decodeRenewRequest, encodeRenewRequest),
      () => roundTrip(input, decodeJoinReply, encodeJoinReply),
    ),
};
