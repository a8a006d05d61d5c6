import { createServer, type Socket } from 'node:net';
import { status } from '@grpc/grpc-js';
import t, { type Test } from 'tap';
import { readProxy } from '../../../shared/core/proxy.ts';
import { askJoin } from '../../../shared/io/enrolment-client.ts';
import { shownChain } from '../../../shared/io/shown-chain.ts';
import { enrolmentService } from '../../../shared/wire/enrolment-service.ts';
import { Tinyproxy, type TinyproxyRules, tinyproxySkipReason } from '../../lab/tinyproxy.ts';
import { startSecureServer } from '../secure-server.ts';
import { createTestAuthority } from '../test-authority.ts';

const refusing = (_: unknown, answer: (error: object) => void) =>
  answer({ code: status.UNAUTHENTICATED, details: 'heard' });
const enrolment = [enrolmentService, { Join: refusing, Renew: refusing }] as never;
const authority = await createTestAuthority();
const request = { secret: Uint8Array.of(1), signingRequest: Uint8Array.of(1), agent: 'a', version: '', host: '' };

async function stage(t: Test, issued = authority.server({ ip: ['127.0.0.1'] })) {
  const server = await startSecureServer(await issued, authority, [enrolment]);
  t.teardown(server.close);
  const collector = { host: '127.0.0.1', port: server.port };
  const asked = (proxy: string) =>
    askJoin({ collector, proxy: readProxy(proxy) ?? null, trust: { roots: [authority.pem] } }, request);
  return { collector, asked };
}

t.test('through a real proxy', { skip: tinyproxySkipReason() }, async (t) => {
  const proxied = async (t: Test, rules?: TinyproxyRules) => {
    const proxy = await Tinyproxy.start(t.testdir(), rules);
    t.teardown(() => proxy.stop());
    return proxy;
  };
  await t.test('a call, and a chain: names are verified behind it', async (t) => {
    const proxy = await proxied(t);
    const { collector, asked } = await stage(t);
    await t.rejects(asked(`http://127.0.0.1:${proxy.port}`), { code: 'token', message: 'heard' });
    t.match(proxy.log, new RegExp(`CONNECT 127.0.0.1:${collector.port}`), 'it went that way');
    const chain = await shownChain({ collector, proxy: readProxy(`http://127.0.0.1:${proxy.port}`) ?? null });
    t.equal(chain.length, 2);
    const other = await stage(t, authority.server({ dns: ['elsewhere'] }));
    await t.rejects(other.asked(`http://127.0.0.1:${proxy.port}`), { code: 'away', message: /not for 127.0.0.1/ });
  });
  await t.test('who may use it, and where to', async (t) => {
    const proxy = await proxied(t, { login: { user: 'site', password: 's3cret' }, port: 443 });
    const { asked } = await stage(t);
    await t.rejects(asked(`http://127.0.0.1:${proxy.port}`), { code: 'away', message: /wants a user and a password/ });
    const known = asked(`http://site:s3cret@127.0.0.1:${proxy.port}`);
    await t.rejects(known, { message: /does not let CONNECT .* have it allowed/ }, 'the login is right');
  });
});

t.test('what is no proxy, says nothing, or hangs up', async (t) => {
  const { asked } = await stage(t);
  const answering = async (answer: (socket: Socket) => void): Promise<string> => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).once('data', () => answer(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => server.close());
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  };
  const odd = await answering((socket) => socket.end('220 mail.example.net\r\n\r\n'));
  await t.rejects(asked(odd), { message: /does not answer as a proxy does/ });
  await t.rejects(asked(await answering((socket) => socket.end())), { message: /closed the connection/ });
  const endless = await answering((socket) => socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`));
  await t.rejects(asked(endless), { message: /does not answer as a proxy does/ }, 'no header is that long');
  const unreachable = await answering((socket) => socket.write('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  await t.rejects(asked(unreachable), { message: /cannot reach 127.0.0.1:\d+ \(it answered 502\)/ });
  const silent = await answering(() => undefined);
  await t.rejects(asked(silent), { code: 'away', message: /no answer comes/ }, 'not for ever');
});
