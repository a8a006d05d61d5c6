/**
 * What an agent says in a session, as values: hello, batches, clock probes and samples, heartbeats, goodbye.
 * Rejected: handing generated messages on; their every field may be missing, and none of them has been looked at.
 */
import type { LeaseCount } from '../core/lease-count.ts';
import { MAX_BATCH_BYTES, MAX_FEATURES, MAX_LEASE_COUNTS } from '../core/limits.ts';
import {
  type EpochMicros,
  epochMicros,
  type Microseconds,
  microseconds,
  type UnixMicros,
  unixMicros,
} from '../core/units.ts';
import { type AdHocAnswer, packAdHocAnswer, unpackAdHocAnswer } from './ad-hoc-codec.ts';
import { type DecodeError, decodeError, FieldReader, isDecodeError, parseMessage } from './decode-error.ts';
import { packRenewal, type RenewRequest, unpackRenewal } from './enrolment-codec.ts';
import { type Loss, packLoss, unpackLoss } from './loss-codec.ts';
import { type dorawatch, v1 } from './protobuf.ts';

/** Fields as in agents.proto. */
export interface Hello {
  readonly kind: 'hello';
  readonly agent: string;
  readonly site: string;
  readonly epoch: number;
  /** The agent's wall clock at its epoch's moment 0. */
  readonly anchor: UnixMicros;
  readonly version: string;
  readonly assignmentVersion: number;
  readonly backlogBatches: number;
  /** Tells this host from one with a copy of its disk; empty: not told. */
  readonly host: string;
  /** What it understands beyond what every version does; see features.ts. */
  readonly features: readonly string[];
  /** See protocol.ts; 0: not told. */
  readonly protocol: number;
}

/** An encoded ResultBatch less the first `samePrefixBytes`, which it shares with the batch before in the session. */
export interface BatchEnvelope {
  readonly kind: 'batch';
  /** Null: the session's own. */
  readonly epoch: number | null;
  readonly sequence: number;
  /** Of what was decoded: a view of the message, which `wholeBatch` copies. */
  readonly bytes: Uint8Array;
  readonly samePrefixBytes: number;
}

export interface ClockProbe {
  readonly kind: 'clock-probe';
  readonly nonce: number;
}

export interface ClockSample {
  readonly kind: 'clock-sample';
  /** When it was measured, on the agent's epoch clock. */
  readonly at: EpochMicros;
  /** Agent's clock minus collector's. */
  readonly offsetUs: Microseconds;
  /** The offset is true to ± this. */
  readonly errorUs: Microseconds;
}

export interface Heartbeat {
  readonly kind: 'heartbeat';
  readonly backlogBatches: number;
  readonly loopDelayMaxUs: Microseconds;
  readonly assignmentVersion: number;
  readonly shedBatches: number;
  readonly refusedBatches: number;
  /** What is wrong with the agent's spool, for people; null: nothing. */
  readonly trouble: string | null;
  readonly leases: readonly LeaseCount[];
  /** Why it probes nothing although it has targets, for people; null: it probes. */
  readonly resting: string | null;
}

export interface Goodbye {
  readonly kind: 'goodbye';
  readonly backlogBatches: number;
}

/** A new certificate is due. */
export interface Renewal extends RenewRequest {
  readonly kind: 'renewal';
}

/** `unknown`: a message of a later version; ignored. */
export type AgentMessage =
  | Hello
  | BatchEnvelope
  | ClockProbe
  | ClockSample
  | Heartbeat
  | Goodbye
  | Loss
  | AdHocAnswer
  | Renewal
  | { readonly kind: 'unknown' };

export function encodeAgentMessage(message: AgentMessage): Uint8Array {
  return v1.AgentMessage.encode(packAgentMessage(message)).finish();
}

function packAgentMessage(message: AgentMessage): dorawatch.v1.AgentMessage.$Properties {
  switch (message.kind) {
    case 'hello':
      return { hello: packHello(message) };
    case 'batch':
      return {
        batch: {
          epoch: message.epoch ?? 0,
          sequence: message.sequence,
          batch: message.bytes,
          same_prefix_bytes: message.samePrefixBytes,
        },
      };
    case 'clock-probe':
      return { clock_probe: { nonce: message.nonce } };
    case 'clock-sample':
      return { clock_sample: { at_us: message.at, offset_us: message.offsetUs, error_us: message.errorUs } };
    case 'heartbeat':
      return { heartbeat: packHeartbeat(message) };
    case 'goodbye':
      return { goodbye: { backlog_batches: message.backlogBatches } };
    case 'loss':
      return { loss: packLoss(message) };
    case 'ad-hoc-answer':
      return { ad_hoc_answer: packAdHocAnswer(message) };
    case 'renewal':
      return { renewal: packRenewal(message) };
    default:
      return {};
  }
}

const packHello = (hello: Hello): dorawatch.v1.Hello.$Properties => ({
  agent: hello.agent,
  site: hello.site,
  epoch: hello.epoch,
  anchor_us: hello.anchor,
  version: hello.version,
  assignment_version: hello.assignmentVersion,
  backlog_batches: hello.backlogBatches,
  host: hello.host,
  features: [...hello.features],
  protocol: hello.protocol,
});

const packHeartbeat = (heartbeat: Heartbeat): dorawatch.v1.Heartbeat.$Properties => ({
  backlog_batches: heartbeat.backlogBatches,
  loop_delay_max_us: heartbeat.loopDelayMaxUs,
  assignment_version: heartbeat.assignmentVersion,
  shed_batches: heartbeat.shedBatches,
  refused_batches: heartbeat.refusedBatches,
  trouble: heartbeat.trouble ?? '',
  leases: heartbeat.leases.map((row) => ({ ...row, scope: row.scope ?? '' })),
  resting: heartbeat.resting ?? '',
});

export function decodeAgentMessage(bytes: Uint8Array): AgentMessage | DecodeError {
  const message = parseMessage(v1.AgentMessage, bytes, 'agent_message');
  if (isDecodeError(message)) return message;
  const read = new FieldReader();
  const value = unpackAgentMessage(read, message);
  return read.error ?? value;
}

function unpackAgentMessage(read: FieldReader, message: dorawatch.v1.AgentMessage.$Properties): AgentMessage {
  if (message.batch) return unpackBatch(read, message.batch);
  if (message.hello) return unpackHello(read, message.hello);
  if (message.heartbeat) return unpackHeartbeat(read, message.heartbeat);
  if (message.clock_probe) return { kind: 'clock-probe', nonce: message.clock_probe.nonce ?? 0 };
  if (message.clock_sample) return unpackClockSample(read, message.clock_sample);
  if (message.loss) return unpackLoss(read, message.loss);
  if (message.ad_hoc_answer) return unpackAdHocAnswer(read, message.ad_hoc_answer);
  if (message.renewal) return { kind: 'renewal', ...unpackRenewal(read, message.renewal) };
  if (message.goodbye) {
    return {
      kind: 'goodbye',
      backlogBatches: read.count(message.goodbye.backlog_batches ?? 0, 'goodbye.backlog_batches'),
    };
  }
  return { kind: 'unknown' };
}

function unpackHello(read: FieldReader, hello: dorawatch.v1.Hello.$Properties): Hello {
  return {
    kind: 'hello',
    agent: read.name(hello.agent ?? '', 'hello.agent'),
    site: read.name(hello.site ?? '', 'hello.site'),
    epoch: read.positive(hello.epoch ?? 0, 'hello.epoch'),
    anchor: unixMicros(read.count(hello.anchor_us ?? 0, 'hello.anchor_us')),
    version: read.text(hello.version ?? '', 'hello.version'),
    assignmentVersion: read.count(hello.assignment_version ?? 0, 'hello.assignment_version'),
    backlogBatches: read.count(hello.backlog_batches ?? 0, 'hello.backlog_batches'),
    host: read.text(hello.host ?? '', 'hello.host'),
    features: read
      .list(hello.features ?? [], MAX_FEATURES, 'hello.features')
      .map((feature) => read.name(feature, 'hello.features')),
    protocol: hello.protocol ?? 0,
  };
}

function unpackBatch(read: FieldReader, batch: dorawatch.v1.Batch.$Properties): BatchEnvelope {
  const epoch = read.count(batch.epoch ?? 0, 'batch.epoch');
  return {
    kind: 'batch',
    epoch: epoch === 0 ? null : epoch,
    sequence: read.positive(batch.sequence ?? 0, 'batch.sequence'),
    bytes: batch.batch ?? new Uint8Array(),
    samePrefixBytes: read.index(batch.same_prefix_bytes ?? 0, MAX_BATCH_BYTES, 'batch.same_prefix_bytes'),
  };
}

function unpackClockSample(read: FieldReader, sample: dorawatch.v1.ClockSample.$Properties): ClockSample {
  return {
    kind: 'clock-sample',
    at: epochMicros(read.count(sample.at_us ?? 0, 'clock_sample.at_us')),
    offsetUs: microseconds(read.difference(sample.offset_us ?? 0, 'clock_sample.offset_us')),
    errorUs: microseconds(read.count(sample.error_us ?? 0, 'clock_sample.error_us')),
  };
}

function unpackHeartbeat(read: FieldReader, heartbeat: dorawatch.v1.Heartbeat.$Properties): Heartbeat {
  return {
    kind: 'heartbeat',
    backlogBatches: read.count(heartbeat.backlog_batches ?? 0, 'heartbeat.backlog_batches'),
    loopDelayMaxUs: microseconds(heartbeat.loop_delay_max_us ?? 0),
    assignmentVersion: read.count(heartbeat.assignment_version ?? 0, 'heartbeat.assignment_version'),
    shedBatches: read.count(heartbeat.shed_batches ?? 0, 'heartbeat.shed_batches'),
    refusedBatches: read.count(heartbeat.refused_batches ?? 0, 'heartbeat.refused_batches'),
    trouble: read.text(heartbeat.trouble ?? '', 'heartbeat.trouble') || null,
    leases: read
      .list(heartbeat.leases ?? [], MAX_LEASE_COUNTS, 'heartbeat.leases')
      .map((row) => unpackLeases(read, row)),
    resting: read.text(heartbeat.resting ?? '', 'heartbeat.resting') || null,
  };
}

function unpackLeases(read: FieldReader, row: dorawatch.v1.LeaseCount.$Properties): LeaseCount {
  return {
    group: read.name(row.group ?? '', 'leases.group'),
    server: read.text(row.server ?? '', 'leases.server'),
    scope: read.text(row.scope ?? '', 'leases.scope') || null,
    held: read.count(row.held ?? 0, 'leases.held'),
    worst: read.count(row.worst ?? 0, 'leases.worst'),
  };
}

/**
 * The whole batch that an envelope stands for.
 * @param before the whole batch of the envelope before it in the session, if any
 */
export function wholeBatch(envelope: BatchEnvelope, before: Uint8Array | undefined): Uint8Array | DecodeError {
  const same = envelope.samePrefixBytes;
  if (same > (before?.length ?? 0)) return decodeError('batch.same_prefix_bytes', 'is more than the batch before had');
  const whole = new Uint8Array(same + envelope.bytes.length);
  if (before !== undefined) whole.set(before.subarray(0, same));
  whole.set(envelope.bytes, same);
  return whole;
}
