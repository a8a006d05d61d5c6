/**
 * The text of a token that somebody carries to a host or to a colleague: which CA to believe, and a secret that the collector knows the
 * hash of. "dw1-" and base64url of 16 octets of secret after 32 of fingerprint (SHA-256 of the CA certificate's DER).
 * Rejected: a fingerprint to type beside the token; it would be left out.
 */

const PREFIX = 'dw1-';
const FINGERPRINT_OCTETS = 32;
const SECRET_OCTETS = 16;

export interface EnrolmentToken {
  /** SHA-256 of a CA certificate that the collector's own chain must end in. */
  readonly fingerprint: Uint8Array;
  /** 16 octets. */
  readonly secret: Uint8Array;
}

/** @returns what is printed and pasted: letters, digits, "-" and "_" only */
export const tokenText = ({ fingerprint, secret }: EnrolmentToken): string =>
  PREFIX + Buffer.concat([fingerprint, secret]).toString('base64url');

/** @returns undefined: it is no such token; blanks around it do not matter */
export function readToken(text: string): EnrolmentToken | undefined {
  const typed = text.trim();
  const octets = Buffer.from(typed.slice(PREFIX.length), 'base64url');
  // What base64url would read leniently was mistyped.
  const isWhole = typed === PREFIX + octets.toString('base64url');
  if (!isWhole || octets.length !== FINGERPRINT_OCTETS + SECRET_OCTETS) return undefined;
  return {
    fingerprint: Uint8Array.from(octets.subarray(0, FINGERPRINT_OCTETS)),
    secret: Uint8Array.from(octets.subarray(FINGERPRINT_OCTETS)),
  };
}
