/**
 * A key, and the request that a certificate be made for it: P-256, PKCS #10 (RFC 2986). Forty lines of DER instead of a package: an agent
 * needs nothing else of one, and @peculiar/x509 with what it stands on takes half a second and 15 MB to load, on hosts that
 * have better uses for both. The collector's side reads the request with that package, so each judges the other.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';

const [INTEGER, BIT_STRING, OBJECT_IDENTIFIER, UTF8_STRING, SEQUENCE, SET] = [0x02, 0x03, 0x06, 0x0c, 0x30, 0x31];
/** [0] constructed: the attributes, of which there are none. */
const NO_ATTRIBUTES = Uint8Array.of(0xa0, 0x00);
/** 2.5.4.3 */
const COMMON_NAME = Uint8Array.of(0x55, 0x04, 0x03);
/** 1.2.840.10045.4.3.2 */
const ECDSA_WITH_SHA256 = Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02);

/** A new private key, PKCS #8 in PEM. */
export function createKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/**
 * @param key PEM of the private key, which signs
 * @param name the subject's common name; what the certificate will say is decided elsewhere
 * @returns DER
 */
export function signingRequest(key: string, name: string): Uint8Array {
  const ownKey = createPrivateKey(key);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const attribute = element(SEQUENCE, element(OBJECT_IDENTIFIER, COMMON_NAME), element(UTF8_STRING, Buffer.from(name)));
  const subject = element(SEQUENCE, element(SET, attribute));
  const version = element(INTEGER, Uint8Array.of(0));
  const information = element(SEQUENCE, version, subject, publicKey, NO_ATTRIBUTES);
  const algorithm = element(SEQUENCE, element(OBJECT_IDENTIFIER, ECDSA_WITH_SHA256));
  const signature = element(BIT_STRING, Uint8Array.of(0), sign('sha256', information, ownKey));
  return Uint8Array.from(element(SEQUENCE, information, algorithm, signature));
}

/** Tag, length, content. */
function element(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(contents);
  return Buffer.concat([Uint8Array.of(tag), lengthOctets(content.length), content]);
}

function lengthOctets(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const octets = length < 0x100 ? [length] : [length >> 8, length & 0xff];
  return Uint8Array.of(0x80 | octets.length, ...octets);
}
