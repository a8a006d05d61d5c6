/** With the few functions in place, @peculiar/x509 loads and signs what Node can read. */
import { createPublicKey, webcrypto, X509Certificate } from 'node:crypto';
import t from 'tap';
import '../../../shared/io/reflect-metadata.ts';
import { Pkcs10CertificateRequest, Pkcs10CertificateRequestGenerator, X509CertificateGenerator } from '@peculiar/x509';

t.test('a certificate and a signing request', async (t) => {
  const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
  const made = await X509CertificateGenerator.createSelfSigned({ name: 'CN=test', keys, signingAlgorithm: ecdsa });
  const read = new X509Certificate(Buffer.from(made.rawData));
  t.equal(read.subject, 'CN=test');
  t.ok(read.verify(createPublicKey(read.publicKey.export({ type: 'spki', format: 'pem' }))));
  const request = await Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm: ecdsa });
  t.ok(await new Pkcs10CertificateRequest(request.rawData).verify());
});
