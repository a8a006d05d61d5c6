/** Certificates as files have them (PEM, RFC 7468): what is around them, a person's notes say, is passed over. */
import { X509Certificate } from 'node:crypto';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g;

/** @returns in their order; empty: there is none @throws what OpenSSL says of one that cannot be read */
export const pemCertificates = (text: string): readonly X509Certificate[] =>
  [...text.matchAll(CERTIFICATE)].map(([pem]) => new X509Certificate(pem));

/** @param der of a certificate */
export const pemOf = (der: Uint8Array): string => new X509Certificate(der).toString();
