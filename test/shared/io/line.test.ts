import { createServer } from 'node:net';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import t, { type Test } from 'tap';
import type { HttpProxy } from '../../../shared/core/proxy.ts';
import { askRenewal } from '../../../shared/io/enrolment-client.ts';
import type { Trust } from '../../../shared/io/line.ts';
import { pinnedIn, shownChain } from '../../../shared/io/shown-chain.ts';
import type { CertificateReply } from '../../../shared/wire/enrolment-codec.ts';
import { enrolmentService } from '../../../shared/wire/enrolment-service.ts';
import { startSecureServer } from '../secure-server.ts';
import { createTestAuthority } from '../test-authority.ts';

const ROOTS = [[1, 2, 3]];
const rootsOf = ({ roots }: CertificateReply) => roots.map((octets) => [...octets]);
const enrolment = [
  enrolmentService,
  {
    Join: (_: unknown, answer: (error: object) => void) => answer({ code: status.UNAUTHENTICATED, details: 'no' }),
    Renew: (_: unknown, answer: (error: null, reply: object) => void) =>
      answer(null, {
        kind: 'certificate',
        chain: [],
        roots: ROOTS.map((octets) => Uint8Array.from(octets)),
        site: null,
        name: 'a',
      }),
  },
] as never;

const authority = await createTestAuthority();
const stranger = await createTestAuthority('another CA');

async function stage(t: Test, issued = authority.server({ dns: ['localhost'], ip: ['127.0.0.1'] })) {
  const server = await startSecureServer(await issued, authority, [enrolment]);
  t.teardown(server.close);
  const asked = (
    host = '127.0.0.1',
    trust: Trust | null = { roots: [authority.pem] },
    proxy: HttpProxy | null = null,
  ) => askRenewal({ collector: { host, port: server.port }, proxy, trust }, { signingRequest: Uint8Array.of(1) });
  return { server, asked };
}

t.test('names and addresses are verified, and an address is no server name', async (t) => {
  const warnings: string[] = [];
  const warned = (warning: Error): unknown => warnings.push(warning.message);
  process.on('warning', warned);
  t.teardown(() => process.off('warning', warned));
  const { server, asked } = await stage(t);
  t.same(rootsOf(await asked()), ROOTS);
  t.same(rootsOf(await asked('localhost')), ROOTS);
  t.strictSame(server.names, [false, 'localhost']);
  await new Promise((resolve) => setImmediate(resolve));
  t.strictSame(warnings, []);
});

t.test('whom it does not believe it tells nothing, and says why', async (t) => {
  const { asked } = await stage(t);
  await t.rejects(asked('127.0.0.1', { roots: [stranger.pem] }), { code: 'away', message: /somebody is in between/ });
  const other = await stage(t, authority.server({ dns: ['collector.example.net'], ip: ['10.0.0.5'] }));
  await t.rejects(other.asked(), {
    message:
      'its certificate is not for 127.0.0.1, only for collector.example.net, 10.0.0.5: ' +
      'give --collector one of these, or make the certificate anew with dorawatch-collector init --name',
  });
  const old = await stage(t, authority.server({ ip: ['127.0.0.1'], days: [-20, -10] }));
  await t.rejects(old.asked(), { message: /has expired by this host's clock: set the clock/ });
  const early = await stage(t, authority.server({ ip: ['127.0.0.1'], days: [10, 20] }));
  await t.rejects(early.asked(), { message: /is not valid yet/ });
});

t.test('a collector without certificates, nobody at all, and one that says nothing', async (t) => {
  const plain = new Server();
  t.teardown(() => plain.forceShutdown());
  const port = await new Promise<number>((resolve, reject) =>
    plain.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  const towards = (at: number) =>
    askRenewal(
      { collector: { host: '127.0.0.1', port: at }, proxy: null, trust: { roots: [authority.pem] } },
      { signingRequest: Uint8Array.of(1) },
    );
  await t.rejects(towards(port), { code: 'away', message: /without certificates/ });
  await t.rejects(shownChain({ collector: { host: '127.0.0.1', port }, proxy: null }), {
    message: /without certificates/,
  });
  const gone = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => gone.once('listening', resolve));
  const { port: free } = gone.address() as { port: number };
  await new Promise((resolve) => gone.close(resolve));
  await t.rejects(towards(free), { code: 'away', message: /ECONNREFUSED/ });
  await t.rejects(shownChain({ collector: { host: '127.0.0.1', port: free }, proxy: null }), {
    message: /nobody listens there/,
  });
});

t.test('a collector that wants certificates, to whoever speaks plain text', async (t) => {
  const { asked } = await stage(t);
  await t.rejects(asked('127.0.0.1', null), { code: 'away', message: /without a word.*dorawatch-agent join/ });
});

t.test('the chain that is shown has the CA of the token, or it has not', async (t) => {
  const { server } = await stage(t);
  const chain = await shownChain({ collector: { host: '127.0.0.1', port: server.port }, proxy: null });
  t.equal(chain.length, 2);
  t.equal(chain[0]?.subject, 'CN=collector');
  t.strictSame(new Uint8Array(pinnedIn(chain, authority.fingerprint)?.raw ?? []), authority.der);
  t.equal(pinnedIn(chain, stranger.fingerprint), undefined);
});
