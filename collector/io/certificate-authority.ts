/**
 * Makes certificates: the root, the server's, agents' and people's. The only file of the collector that knows @peculiar/x509, which is
 * loaded when it is needed first: a collector without enrolment need not wait for it. A signing request gives nothing but its public
 * key; what the certificate says, the caller decides. Rejected: openssl as a child process; one more thing that a host may lack.
 */
import { createHash, createPrivateKey, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import '../../shared/io/reflect-metadata.ts';
import * as x509 from '@peculiar/x509';
import { errorText } from '../../shared/core/error-text.ts';
import { afterUs, type UnixMicros, unixMicros } from '../../shared/core/units.ts';
import { randomBytes } from '../../shared/io/random.ts';
import { type Identity, identityUri } from '../core/access/identity.ts';
import {
  CLOCK_TOLERANCE_US,
  MEMBER_CERTIFICATE_US,
  ROOT_CERTIFICATE_US,
  SERVER_CERTIFICATE_US,
} from '../core/access/trust-limits.ts';

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

/** A CA that can sign. */
export interface Signer {
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

export interface IssuedCertificate {
  /** DER. */
  readonly der: Uint8Array;
  /** Hexadecimal, small letters. */
  readonly serial: string;
  readonly until: UnixMicros;
}

/** A certificate and its private key, both PEM; the key as PKCS #8. */
export interface KeyedCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface SigningRequest {
  readonly publicKey: x509.PublicKey;
  /** SHA-256 of the public key (SPKI), hexadecimal. */
  readonly keyHash: string;
}

/** @param certificate PEM or DER @param key PKCS #8 or SEC 1, PEM @throws Error in the words of OpenSSL */
export async function openSigner(certificate: string, key: string, passphrase: string | null): Promise<Signer> {
  const plain = createPrivateKey({ key, ...(passphrase === null ? {} : { passphrase }) });
  const pkcs8 = plain.export({ type: 'pkcs8', format: 'der' });
  const imported = await webcrypto.subtle.importKey('pkcs8', pkcs8, ECDSA, false, ['sign']);
  return { certificate: new x509.X509Certificate(certificate), key: imported };
}

/** @returns a sentence: it is not well formed, not signed by its own key, or of another kind of key */
export async function readSigningRequest(der: Uint8Array): Promise<SigningRequest | string> {
  try {
    const request = new x509.Pkcs10CertificateRequest(Uint8Array.from(der));
    const { algorithm } = request.publicKey;
    if (!('namedCurve' in algorithm) || algorithm.namedCurve !== ECDSA.namedCurve)
      return 'the signing request has another key than an EC one on P-256';
    if (!(await request.verify())) return 'the signing request is not signed by its own key';
    const { publicKey } = request;
    return { publicKey, keyHash: createHash('sha256').update(new Uint8Array(publicKey.rawData)).digest('hex') };
  } catch (error) {
    // The parser throws what it meets; whoever sent it has to be told that it is their octets.
    return `the signing request cannot be read: ${errorText(error)}`;
  }
}

/** A certificate for an agent or a person, from now on. */
export async function issueMember(
  signer: Signer,
  { publicKey }: SigningRequest,
  { identity, now }: { readonly identity: Identity; readonly now: UnixMicros },
): Promise<IssuedCertificate> {
  const made = await signed(signer, publicKey, {
    name: identity.name,
    // A certificate's moments are whole seconds: it is valid at once, and no later one than it is older.
    from: unixMicros(Math.floor(now / 1e6) * 1e6),
    until: afterUs(now, MEMBER_CERTIFICATE_US),
    extensions: [
      new x509.SubjectAlternativeNameExtension([{ type: 'url', value: identityUri(identity) }]),
      new x509.ExtendedKeyUsageExtension([CLIENT_AUTH], true),
    ],
  });
  return {
    der: new Uint8Array(made.rawData),
    serial: made.serialNumber.toLowerCase(),
    until: unixMicros(made.notAfter.getTime() * 1000),
  };
}

/** A root of ten years, that signs itself. */
export async function makeRoot(now: UnixMicros): Promise<KeyedCertificate> {
  const keys = await newKeys();
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    // Which of several roots is meant has to be seen in a browser's list.
    name: `CN=dorawatch CA ${Buffer.from(randomBytes(3)).toString('hex')}`,
    notBefore: dateOf(now - CLOCK_TOLERANCE_US),
    notAfter: dateOf(now + ROOT_CERTIFICATE_US),
    signingAlgorithm: ECDSA,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${made.toString('pem')}\n`, key: await keyText(keys.privateKey) };
}

/** A certificate for the collector itself, of a year. @param names DNS names and IP addresses that it is reached by */
export async function makeServer(signer: Signer, names: readonly string[], now: UnixMicros): Promise<KeyedCertificate> {
  const keys = await newKeys();
  const made = await signed(signer, keys.publicKey, {
    name: 'dorawatch collector',
    from: unixMicros(now - CLOCK_TOLERANCE_US),
    until: afterUs(now, SERVER_CERTIFICATE_US),
    extensions: [
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const),
      ),
      new x509.ExtendedKeyUsageExtension([SERVER_AUTH], true),
    ],
  });
  return { certificate: `${made.toString('pem')}\n`, key: await keyText(keys.privateKey) };
}

interface Contents {
  readonly name: string;
  readonly from: UnixMicros;
  readonly until: UnixMicros;
  readonly extensions: readonly x509.Extension[];
}

async function signed(
  { certificate: issuer, key }: Signer,
  publicKey: x509.PublicKey | webcrypto.CryptoKey,
  { name, from, until, extensions }: Contents,
): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: `CN=${name}`,
    issuer: issuer.subject,
    // What is signed by a root cannot outlive it.
    notBefore: dateOf(Math.max(from, issuer.notBefore.getTime() * 1000)),
    notAfter: dateOf(Math.min(until, issuer.notAfter.getTime() * 1000)),
    signingAlgorithm: ECDSA,
    publicKey,
    signingKey: key,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      ...extensions,
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> => webcrypto.subtle.generateKey(ECDSA, true, ['sign', 'verify']);

const dateOf = (us: number): Date => new Date(us / 1000);

/** 16 octets, positive, without a leading zero. */
function newSerial(): string {
  const octets = randomBytes(16);
  octets[0] = ((octets[0] ?? 0) & 0x3f) | 0x40;
  return Buffer.from(octets).toString('hex');
}

async function keyText(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', key);
  const exported = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  return exported.export({ type: 'pkcs8', format: 'pem' }).toString();
}
