/**
 * What the collector says in a session, as values: assignment, acks, clock replies, refusals, ad-hoc requests. The agent trusts its collector
 * to mean well, not to be free of mistakes or of the same version: it looks at every field too.
 * Rejected: one codec file for both directions; a change to one would always show in the other.
 */

import type { Assignment } from '../core/assignment.ts';
import { MAX_RANGES_PER_ACK } from '../core/limits.ts';
import type { Range } from '../core/ranges.ts';
import { type UnixMicros, unixMicros } from '../core/units.ts';
import { type AdHocAsk, packAdHocRequest, unpackAdHocRequest } from './ad-hoc-codec.ts';
import { packAssignment, unpackAssignment } from './assignment-codec.ts';
import { type DecodeError, FieldReader, isDecodeError, parseMessage } from './decode-error.ts';
import { type CertificateReply, packCertificate, unpackCertificate } from './enrolment-codec.ts';
import { type dorawatch, v1 } from './protobuf.ts';

/** Sequences from … to of one epoch. */
export interface AckRange extends Range {
  /** Null: the session's own. */
  readonly epoch: number | null;
}

/** The codes on the wire, by index; see agents.proto. */
export const REFUSAL_REASONS = [
  'unspecified',
  'malformed',
  'conflict',
  'misnamed',
  'superseded',
  'hello',
  'cloned',
  'implausible',
  'unconfigured',
  'scattered',
  'crowded',
  'revoked',
  'certificate',
  'version',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export interface Refusal {
  readonly kind: 'refusal';
  readonly reason: RefusalReason;
  /** For people. */
  readonly text: string;
  /** The batch meant; null: the session as a whole. */
  readonly batch: { readonly epoch: number; readonly sequence: number } | null;
}

export interface ClockReply {
  readonly kind: 'clock-reply';
  readonly nonce: number;
  /** Collector's wall clock when the probe was read … */
  readonly received: UnixMicros;
  /** … and when this was written. */
  readonly sent: UnixMicros;
}

export type CollectorMessage =
  | { readonly kind: 'assignment'; readonly assignment: Assignment }
  | { readonly kind: 'acks'; readonly ranges: readonly AckRange[] }
  | ClockReply
  | Refusal
  | AdHocAsk
  | CertificateReply
  | { readonly kind: 'unknown' };

export function encodeCollectorMessage(message: CollectorMessage): Uint8Array {
  return v1.CollectorMessage.encode(packCollectorMessage(message)).finish();
}

function packCollectorMessage(message: CollectorMessage): dorawatch.v1.CollectorMessage.$Properties {
  switch (message.kind) {
    case 'assignment':
      return { assignment: packAssignment(message.assignment) };
    case 'acks':
      return {
        acks: { ranges: message.ranges.map(({ epoch, from, to }) => ({ epoch: epoch ?? 0, from, more: to - from })) },
      };
    case 'clock-reply':
      return { clock_reply: { nonce: message.nonce, received_us: message.received, sent_us: message.sent } };
    case 'refusal':
      return {
        refusal: {
          reason: REFUSAL_REASONS.indexOf(message.reason),
          text: message.text,
          epoch: message.batch?.epoch ?? 0,
          sequence: message.batch?.sequence ?? 0,
        },
      };
    case 'ad-hoc-request':
      return { ad_hoc_request: packAdHocRequest(message) };
    case 'certificate':
      return { certificate: packCertificate(message) };
    default:
      return {};
  }
}

export function decodeCollectorMessage(bytes: Uint8Array): CollectorMessage | DecodeError {
  const message = parseMessage(v1.CollectorMessage, bytes, 'collector_message');
  if (isDecodeError(message)) return message;
  const read = new FieldReader();
  const value = unpackCollectorMessage(read, message);
  return read.error ?? value;
}

function unpackCollectorMessage(
  read: FieldReader,
  message: dorawatch.v1.CollectorMessage.$Properties,
): CollectorMessage {
  if (message.acks) {
    const ranges = read.list(message.acks.ranges ?? [], MAX_RANGES_PER_ACK, 'acks.ranges');
    return { kind: 'acks', ranges: ranges.map((range) => unpackRange(read, range)) };
  }
  if (message.assignment) return { kind: 'assignment', assignment: unpackAssignment(read, message.assignment) };
  if (message.clock_reply) return unpackClockReply(read, message.clock_reply);
  if (message.refusal) return unpackRefusal(read, message.refusal);
  if (message.ad_hoc_request) return unpackAdHocRequest(read, message.ad_hoc_request);
  if (message.certificate) return unpackCertificate(read, message.certificate);
  return { kind: 'unknown' };
}

function unpackRange(read: FieldReader, range: dorawatch.v1.AckRange.$Properties): AckRange {
  const epoch = read.count(range.epoch ?? 0, 'acks.ranges.epoch');
  const from = read.positive(range.from ?? 0, 'acks.ranges.from');
  const to = read.count(from + (range.more ?? 0), 'acks.ranges.more');
  return { epoch: epoch === 0 ? null : epoch, from, to };
}

function unpackClockReply(read: FieldReader, reply: dorawatch.v1.ClockReply.$Properties): ClockReply {
  return {
    kind: 'clock-reply',
    nonce: reply.nonce ?? 0,
    received: unixMicros(read.count(reply.received_us ?? 0, 'clock_reply.received_us')),
    sent: unixMicros(read.count(reply.sent_us ?? 0, 'clock_reply.sent_us')),
  };
}

function unpackRefusal(read: FieldReader, refusal: dorawatch.v1.Refusal.$Properties): Refusal {
  const epoch = read.count(refusal.epoch ?? 0, 'refusal.epoch');
  const sequence = read.count(refusal.sequence ?? 0, 'refusal.sequence');
  return {
    kind: 'refusal',
    reason: REFUSAL_REASONS[refusal.reason ?? 0] ?? 'unspecified',
    text: read.text(refusal.text ?? '', 'refusal.text'),
    batch: sequence === 0 ? null : { epoch, sequence },
  };
}
