import '../../../shared/io/reflect-metadata.ts';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import t from 'tap';
import { createKey, signingRequest } from '../../../shared/io/signing-request.ts';

t.test('another implementation reads the request, and finds it signed by its own key', async (t) => {
  const key = createKey();
  t.equal(createPrivateKey(key).asymmetricKeyDetails?.namedCurve, 'prime256v1');
  for (const name of ['corsham-1', 'x'.repeat(200)]) {
    const request = new Pkcs10CertificateRequest(Uint8Array.from(signingRequest(key, name)));
    t.equal(request.subject, `CN=${name}`);
    t.ok(await request.verify());
    const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
    t.ok(spki.equals(Buffer.from(request.publicKey.rawData)));
  }
});
