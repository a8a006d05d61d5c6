/**
 * Ad-hoc exchanges on the wire: the collector's request and the agent's answer, as values. Apart from the two message codecs,
 * which both know one half of it each.
 */
import type { AdHocExchange, AdHocRequest, AdHocResult, Frame } from '../core/ad-hoc.ts';
import { MAX_FRAME_BYTES, MAX_FRAMES_PER_EXCHANGE } from '../core/limits.ts';
import { ipv4 } from '../core/net/ipv4.ts';
import { EXCHANGE_KINDS, OUTCOMES, STAGES } from '../core/outcome.ts';
import { type Microseconds, microseconds, milliseconds, unixMicros } from '../core/units.ts';
import type { FieldReader } from './decode-error.ts';
import type { dorawatch } from './protobuf.ts';

/** A request in a session; its answer repeats `request`. */
export interface AdHocAsk {
  readonly kind: 'ad-hoc-request';
  readonly request: number;
  readonly asked: AdHocRequest;
}

export interface AdHocAnswer {
  readonly kind: 'ad-hoc-answer';
  readonly request: number;
  readonly result: AdHocResult;
}

export const packAdHocRequest = ({ request, asked }: AdHocAsk): dorawatch.v1.AdHocRequest.$Properties => ({
  request,
  group: asked.group,
  server: asked.server,
  bucket_plus_one: asked.bucket === null ? 0 : asked.bucket + 1,
  kind: EXCHANGE_KINDS.indexOf(asked.kind),
  drop_time_ms: asked.dropTimeMs,
});

/** Faults are left in `read`, as below. */
export function unpackAdHocRequest(read: FieldReader, message: dorawatch.v1.AdHocRequest.$Properties): AdHocAsk {
  const asked: AdHocRequest = {
    group: read.name(message.group ?? '', 'ad_hoc_request.group'),
    server: read.name(message.server ?? '', 'ad_hoc_request.server'),
    bucket: read.plusOne(message.bucket_plus_one ?? 0, 256, 'ad_hoc_request.bucket_plus_one'),
    kind: EXCHANGE_KINDS[read.index(message.kind ?? 0, EXCHANGE_KINDS.length, 'ad_hoc_request.kind')] ?? 'dora',
    dropTimeMs: milliseconds(read.positive(message.drop_time_ms ?? 0, 'ad_hoc_request.drop_time_ms')),
  };
  return { kind: 'ad-hoc-request', request: read.positive(message.request ?? 0, 'ad_hoc_request.request'), asked };
}

export const packAdHocAnswer = ({ request, result }: AdHocAnswer): dorawatch.v1.AdHocAnswer.$Properties =>
  result.kind === 'refusal' ? { request, refusal: result.text } : { request, exchange: packExchange(result) };

function packExchange(exchange: AdHocExchange): dorawatch.v1.AdHocExchange.$Properties {
  const { offerUs, ackUs, totalUs } = exchange;
  return {
    outcome: OUTCOMES.indexOf(exchange.outcome),
    stage: STAGES.indexOf(exchange.stage),
    ...(offerUs === null ? {} : { offer_us: offerUs }),
    ...(ackUs === null ? {} : { ack_us: ackUs }),
    ...(totalUs === null ? {} : { total_us: totalUs }),
    released: exchange.released,
    kernel_stamped: exchange.stamped === 'kernel',
    frames: exchange.frames.map(packFrame),
    shed_frames: exchange.shedFrames,
  };
}

const packFrame = (frame: Frame): dorawatch.v1.Frame.$Properties => ({
  sent: frame.direction === 'sent',
  unexpected: frame.isUnexpected,
  at_us: frame.at,
  source: frame.source,
  source_port: frame.sourcePort,
  destination: frame.destination,
  destination_port: frame.destinationPort,
  message: frame.message,
});

export function unpackAdHocAnswer(read: FieldReader, message: dorawatch.v1.AdHocAnswer.$Properties): AdHocAnswer {
  const request = read.positive(message.request ?? 0, 'ad_hoc_answer.request');
  const result: AdHocResult = message.exchange
    ? unpackExchange(read, message.exchange)
    : { kind: 'refusal', text: read.text(message.refusal ?? '', 'ad_hoc_answer.refusal') };
  return { kind: 'ad-hoc-answer', request, result };
}

function unpackExchange(read: FieldReader, exchange: dorawatch.v1.AdHocExchange.$Properties): AdHocExchange {
  const latency = (value: number | null | undefined, field: string): Microseconds | null =>
    typeof value === 'number' ? microseconds(read.count(value, `exchange.${field}`)) : null;
  return {
    kind: 'exchange',
    outcome: OUTCOMES[read.index(exchange.outcome ?? 0, OUTCOMES.length, 'exchange.outcome')] ?? 'unmeasured',
    stage: STAGES[read.index(exchange.stage ?? 0, STAGES.length, 'exchange.stage')] ?? 'offer',
    offerUs: latency(exchange.offer_us, 'offer_us'),
    ackUs: latency(exchange.ack_us, 'ack_us'),
    totalUs: latency(exchange.total_us, 'total_us'),
    released: exchange.released ?? false,
    stamped: exchange.kernel_stamped === true ? 'kernel' : 'user',
    frames: read
      .list(exchange.frames ?? [], MAX_FRAMES_PER_EXCHANGE, 'exchange.frames')
      .map((frame) => unpackFrame(read, frame)),
    shedFrames: read.count(exchange.shed_frames ?? 0, 'exchange.shed_frames'),
  };
}

function unpackFrame(read: FieldReader, frame: dorawatch.v1.Frame.$Properties): Frame {
  // A copy: what protobuf reads is a view of the whole AgentMessage.
  const message = Uint8Array.from(frame.message ?? []);
  read.require(message.length <= MAX_FRAME_BYTES, 'frames.message', `is longer than ${MAX_FRAME_BYTES} octets`);
  return {
    direction: frame.sent === true ? 'sent' : 'received',
    isUnexpected: frame.unexpected ?? false,
    at: unixMicros(read.count(frame.at_us ?? 0, 'frames.at_us')),
    source: ipv4(frame.source ?? 0),
    sourcePort: read.index(frame.source_port ?? 0, 65_536, 'frames.source_port'),
    destination: ipv4(frame.destination ?? 0),
    destinationPort: read.index(frame.destination_port ?? 0, 65_536, 'frames.destination_port'),
    message,
  };
}
