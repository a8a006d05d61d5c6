/**
 * What is said while an agent or a person gets a certificate, as values. Read with the same care as everything else, and more: a
 * JoinRequest comes from whoever reaches the port. Rejected: reading DER here; what is inside is the certificate authority's matter.
 */
import {
  MAX_CERTIFICATE_BYTES,
  MAX_CHAIN,
  MAX_ROOTS,
  MAX_SECRET_BYTES,
  MAX_SIGNING_REQUEST_BYTES,
} from '../core/limits.ts';
import { type DecodeError, FieldReader, isDecodeError, parseMessage } from './decode-error.ts';
import { type dorawatch, v1 } from './protobuf.ts';

/** Fields as in enrolment.proto. */
export interface JoinRequest {
  /** The token's octets without the fingerprint. */
  readonly secret: Uint8Array;
  /** PKCS #10, DER. */
  readonly signingRequest: Uint8Array;
  /** Null: for a person. */
  readonly agent: string | null;
  readonly version: string;
  /** Tells hosts apart, for people; empty: not told. */
  readonly host: string;
}

export interface RenewRequest {
  /** PKCS #10, DER. */
  readonly signingRequest: Uint8Array;
}

/** Somebody has to approve first. */
export interface PendingReply {
  readonly kind: 'pending';
  readonly retryMs: number;
  /** As in `dorawatch agents approve ID`. */
  readonly id: string;
}

export interface CertificateReply {
  readonly kind: 'certificate';
  /** DER, the caller's own first; empty: only the roots are news. */
  readonly chain: readonly Uint8Array[];
  /** DER, whole. */
  readonly roots: readonly Uint8Array[];
  /** Null: a person's. */
  readonly site: string | null;
  readonly name: string;
}

export type JoinReply = CertificateReply | PendingReply;

export const encodeJoinRequest = (request: JoinRequest): Uint8Array =>
  v1.JoinRequest.encode({
    secret: request.secret,
    signing_request: request.signingRequest,
    agent: request.agent ?? '',
    version: request.version,
    host: request.host,
  }).finish();

export function decodeJoinRequest(bytes: Uint8Array): JoinRequest | DecodeError {
  const message = parseMessage(v1.JoinRequest, bytes, 'join_request');
  if (isDecodeError(message)) return message;
  const read = new FieldReader();
  const value: JoinRequest = {
    secret: read.octets(message.secret, MAX_SECRET_BYTES, 'secret'),
    signingRequest: read.octets(message.signing_request, MAX_SIGNING_REQUEST_BYTES, 'signing_request'),
    agent: message.agent ? read.name(message.agent, 'agent') : null,
    version: read.text(message.version ?? '', 'version'),
    host: read.text(message.host ?? '', 'host'),
  };
  return read.error ?? value;
}

export const packRenewal = ({ signingRequest }: RenewRequest): dorawatch.v1.RenewRequest.$Properties => ({
  signing_request: signingRequest,
});

export const unpackRenewal = (
  read: FieldReader,
  { signing_request: octets }: dorawatch.v1.RenewRequest.$Properties,
): RenewRequest => ({ signingRequest: read.octets(octets, MAX_SIGNING_REQUEST_BYTES, 'renewal.signing_request') });

export const encodeRenewRequest = (request: RenewRequest): Uint8Array =>
  v1.RenewRequest.encode(packRenewal(request)).finish();

export function decodeRenewRequest(bytes: Uint8Array): RenewRequest | DecodeError {
  const message = parseMessage(v1.RenewRequest, bytes, 'renew_request');
  if (isDecodeError(message)) return message;
  const read = new FieldReader();
  const value = unpackRenewal(read, message);
  return read.error ?? value;
}

export const packCertificate = (reply: CertificateReply): dorawatch.v1.Certificate.$Properties => ({
  chain: [...reply.chain],
  roots: [...reply.roots],
  site: reply.site ?? '',
  name: reply.name,
});

export function unpackCertificate(read: FieldReader, message: dorawatch.v1.Certificate.$Properties): CertificateReply {
  const certificates = (list: readonly Uint8Array[] | null | undefined, limit: number, field: string) =>
    read.list(list ?? [], limit, field).map((octets) => read.octets(octets, MAX_CERTIFICATE_BYTES, field));
  const roots = certificates(message.roots, MAX_ROOTS, 'certificate.roots');
  read.require(roots.length > 0, 'certificate.roots', 'is missing');
  return {
    kind: 'certificate',
    chain: certificates(message.chain, MAX_CHAIN, 'certificate.chain'),
    roots,
    site: message.site ? read.name(message.site, 'certificate.site') : null,
    name: read.name(message.name ?? '', 'certificate.name'),
  };
}

export const encodeJoinReply = (reply: JoinReply): Uint8Array =>
  v1.JoinReply.encode(
    reply.kind === 'pending'
      ? { pending: { retry_ms: reply.retryMs, id: reply.id } }
      : { certificate: packCertificate(reply) },
  ).finish();

export function decodeJoinReply(bytes: Uint8Array): JoinReply | DecodeError {
  const message = parseMessage(v1.JoinReply, bytes, 'join_reply');
  if (isDecodeError(message)) return message;
  const read = new FieldReader();
  const { pending, certificate } = message;
  read.require(Boolean(pending ?? certificate), 'join_reply', 'has neither a certificate nor a word to wait');
  const value: JoinReply = pending
    ? { kind: 'pending', retryMs: read.count(pending.retry_ms ?? 0, 'pending.retry_ms'), id: pending.id ?? '' }
    : unpackCertificate(read, certificate ?? {});
  return read.error ?? value;
}
