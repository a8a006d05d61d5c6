/** A CA for tests, and what it signs: certificates of servers by name or address, and of whoever asks with a signing request. */
import '../../shared/io/reflect-metadata.ts';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

x509.cryptoProvider.set(webcrypto as never);

export interface Issued {
  readonly cert: string;
  readonly key: string;
}

interface Wanted {
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  /** Relative to now, days. */
  readonly days?: readonly [number, number];
}

export interface TestAuthority {
  readonly pem: string;
  readonly der: Uint8Array;
  readonly fingerprint: Uint8Array;
  server(wanted: Wanted): Promise<Issued>;
  /** @returns the certificate's DER, and the subject that the request asked for */
  sign(
    request: Uint8Array,
    uri: string,
    days?: readonly [number, number],
  ): Promise<{ der: Uint8Array; subject: string }>;
}

export async function createTestAuthority(name = 'dorawatch test CA'): Promise<TestAuthority> {
  const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as CryptoKeyPair;
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: after(-30),
    notAfter: after(3650),
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  const issue = (
    publicKey: CryptoKey | x509.PublicKey,
    subject: string,
    names: x509.JsonGeneralNames,
    days = [-1, 30] as readonly [number, number],
  ) =>
    x509.X509CertificateGenerator.create({
      subject,
      issuer: root.subject,
      signingKey: keys.privateKey,
      signingAlgorithm: ALGORITHM,
      publicKey,
      notBefore: after(days[0]),
      notAfter: after(days[1]),
      extensions: [new x509.SubjectAlternativeNameExtension(names)],
    });
  return {
    pem: root.toString('pem'),
    der: new Uint8Array(root.rawData),
    fingerprint: new Uint8Array(await root.getThumbprint('SHA-256')),
    server: async ({ dns = [], ip = [], days }) => {
      const own = (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as CryptoKeyPair;
      const names = [
        ...dns.map((value) => ({ type: 'dns', value }) as const),
        ...ip.map((value) => ({ type: 'ip', value }) as const),
      ];
      const cert = await issue(own.publicKey, 'CN=collector', names, days);
      const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', own.privateKey), 'PRIVATE KEY');
      return { cert: `${cert.toString('pem')}\n${root.toString('pem')}\n`, key };
    },
    sign: async (request, uri, days) => {
      const asked = new x509.Pkcs10CertificateRequest(Uint8Array.from(request));
      if (!(await asked.verify())) throw new Error('the request is not signed by its own key');
      const cert = await issue(asked.publicKey, asked.subject, [{ type: 'url', value: uri }], days);
      return { der: new Uint8Array(cert.rawData), subject: asked.subject };
    },
  };
}

type CryptoKeyPair = webcrypto.CryptoKeyPair;
type CryptoKey = webcrypto.CryptoKey;

const after = (days: number): Date => new Date(Date.now() + days * DAY_MS);
