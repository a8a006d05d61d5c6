/**
 * Reads certificates that a connection shows, and looks at their signatures, with Node's own crypto: it is older and more looked at
 * than any package. A name list with a quote in it is not read at all: whoever quotes hides a comma. Rejected: whole paths; a
 * certificate that one of the CAs in ca.crt or clients.crt has not signed itself is a stranger's (intermediate CAs go into the file).
 */
import { X509Certificate } from 'node:crypto';
import { type UnixMicros, unixMicros } from '../../shared/core/units.ts';
import type { ShownCertificate } from '../core/access/peer.ts';

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

export const startOf = (certificate: X509Certificate): UnixMicros =>
  unixMicros(Date.parse(certificate.validFrom) * 1000);
export const endOf = (certificate: X509Certificate): UnixMicros => unixMicros(Date.parse(certificate.validTo) * 1000);

/** Entries of the subject's alternative names with their kinds: "DNS:host", "IP Address:10.0.0.1", "URI:urn:…". */
export const namesOf = ({ subjectAltName }: X509Certificate): readonly string[] =>
  subjectAltName === undefined || subjectAltName.includes('"') ? [] : subjectAltName.split(', ');

/** CAs whose word counts. */
export interface Authorities {
  readonly own: readonly X509Certificate[];
  readonly others: readonly X509Certificate[];
}

/** @param der as TLS gave it; null: none */
export function readShown(der: Buffer | null, { own, others }: Authorities, now: UnixMicros): ShownCertificate | null {
  if (der === null) return null;
  const certificate = new X509Certificate(der);
  const signs = (authorities: readonly X509Certificate[]): boolean =>
    authorities.some((ca) => isValid(ca, now) && isSignedBy(certificate, ca));
  return {
    serial: certificate.serialNumber.toLowerCase(),
    uris: namesOf(certificate)
      .filter((name) => name.startsWith('URI:'))
      .map((name) => name.slice('URI:'.length)),
    issuedAt: startOf(certificate),
    until: endOf(certificate),
    signedBy: signs(own) ? 'own' : signs(others) ? 'other' : null,
    isAuthority: certificate.ca,
    isForClients: certificate.keyUsage?.includes(CLIENT_AUTH) ?? false,
  };
}

const isValid = (ca: X509Certificate, now: UnixMicros): boolean => startOf(ca) <= now && now < endOf(ca);

const isSignedBy = (certificate: X509Certificate, ca: X509Certificate): boolean =>
  certificate.checkIssued(ca) && certificate.verify(ca.publicKey);
