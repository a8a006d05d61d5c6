/**
 * Who is at the other end of a connection, judged once from the certificate that it showed: pure, and the only judge. The room that
 * follows decides which services there are at all. Rejected: OpenSSL's verdict; it keeps only the last of several faults, so an
 * expired certificate with a forged signature looks merely expired to it.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import { type AccessBook, isRevoked } from './access-book.ts';
import { type AgentIdentity, type Identity, type PersonIdentity, readIdentityUri } from './identity.ts';

/** A certificate as it was shown, read and with its signature looked at; its private key is its holder's, TLS has seen to that. */
export interface ShownCertificate {
  /** Hexadecimal, small letters. */
  readonly serial: string;
  /** Its URI names. */
  readonly uris: readonly string[];
  readonly issuedAt: UnixMicros;
  readonly until: UnixMicros;
  /** The CA that has signed it, and is valid itself: the collector's own, another whose word counts here, or neither. */
  readonly signedBy: 'own' | 'other' | null;
  /** It may sign others: no end of a connection should. */
  readonly isAuthority: boolean;
  /** Extended key usage clientAuth. */
  readonly isForClients: boolean;
}

export interface CertifiedPeer<Who extends Identity = Identity> {
  readonly identity: Who;
  /** Of its certificate, as everything below. */
  readonly serial: string;
  readonly issuedAt: UnixMicros;
  readonly until: UnixMicros;
  readonly signedBy: 'own' | 'other';
}

export type PeerVerdict =
  | { readonly room: 'agents'; readonly peer: CertifiedPeer<AgentIdentity> }
  | { readonly room: 'people'; readonly peer: CertifiedPeer<PersonIdentity> }
  /**
   * `expired`: an agent whose certificate is over, or was revoked, and in order otherwise: who asks for a new one gets it, or is told for
   * good that it was thrown out. From any other refusal an agent must not conclude that.
   */
  | { readonly room: 'lobby'; readonly why: Stranger; readonly expired: CertifiedPeer<AgentIdentity> | null };

/** Why somebody is in the lobby; also the label of a metric. */
export const STRANGERS = ['no-certificate', 'foreign', 'misshapen', 'revoked', 'expired', 'early'] as const;
export type Stranger = (typeof STRANGERS)[number];

const lobby = (why: Stranger): PeerVerdict => ({ room: 'lobby', why, expired: null });

/** @param shown null: no certificate was shown */
export function judgePeer(shown: ShownCertificate | null, book: AccessBook, now: UnixMicros): PeerVerdict {
  if (shown === null) return lobby('no-certificate');
  if (shown.signedBy === null) return lobby('foreign');
  const [uri = '', ...others] = shown.uris;
  const identity = readIdentityUri(uri);
  if (identity === null || others.length > 0 || shown.isAuthority || !shown.isForClients) return lobby('misshapen');
  const { serial, until, issuedAt, signedBy } = shown;
  const certificate = { serial, until, issuedAt, signedBy };
  if (isRevoked(book, identity, shown)) {
    const expired = identity.kind === 'agent' ? { identity, ...certificate } : null;
    return { room: 'lobby', why: 'revoked', expired };
  }
  if (issuedAt > now) return lobby('early');
  if (identity.kind === 'person')
    return until > now ? { room: 'people', peer: { identity, ...certificate } } : lobby('expired');
  const peer = { identity, ...certificate };
  return until > now ? { room: 'agents', peer } : { room: 'lobby', why: 'expired', expired: peer };
}
