/**
 * The door under half-open handshakes: one address gets no more than its share, another still comes in, and what is too slow, too old or
 * no HTTP/2 is ended and counted.
 */
import { readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import t from 'tap';
import { HANDSHAKES_PER_ADDRESS } from '../../../collector/core/access/trust-limits.ts';
import { init } from '../../../collector/init-command.ts';
import { startTlsListener } from '../../../collector/io/tls-listener.ts';
import { createClock } from '../../../shared/io/clock.ts';

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function until(holds: () => boolean): Promise<void> {
  for (let n = 0; n < 400 && !holds(); n += 1) await pause(50);
}

async function listening(folder: string, onSecure: (socket: TLSSocket) => void) {
  await init({ state: folder, name: ['127.0.0.1'], admin: 'anna' }, createClock());
  const [chain, key] = ['server.crt', 'server.key'].map((file) => readFileSync(`${folder}/tls/${file}`, 'utf8'));
  return startTlsListener({
    listen: '127.0.0.1:0',
    identity: { chain: chain ?? '', key: key ?? '' },
    onSecure,
    isKnown: () => false,
  });
}

t.test('half-open handshakes, and others beside them', async (t) => {
  const came: TLSSocket[] = [];
  const listener = await listening(t.testdir(), (socket) => came.push(socket));
  t.teardown(async () => {
    for (const socket of came) socket.destroy();
    await listener.close();
  });
  const port = Number(listener.address.split(':')[1]);
  const secure = (options: object) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['h2'], ...options });
    socket.on('error', () => undefined);
    t.teardown(() => socket.destroy());
    return socket;
  };
  const silent = Array.from({ length: 2 * HANDSHAKES_PER_ADDRESS }, () =>
    connectTcp({ host: '127.0.0.1', port, localAddress: '127.0.0.3' }).on('error', () => undefined),
  );
  t.teardown(() => {
    for (const socket of silent) socket.destroy();
  });
  await until(() => listener.counts.refused === HANDSHAKES_PER_ADDRESS);
  t.match(listener.counts, { open: HANDSHAKES_PER_ADDRESS, refused: HANDSHAKES_PER_ADDRESS }, 'half of them wait');

  secure({ localAddress: '127.0.0.4' });
  await until(() => came.length === 1);
  t.equal(came.length, 1, 'from another address one comes in beside them');
  secure({ localAddress: '127.0.0.4', maxVersion: 'TLSv1.2' });
  secure({ localAddress: '127.0.0.4', ALPNProtocols: ['http/1.1'] });
  secure({ localAddress: '127.0.0.4', ALPNProtocols: [] });
  await until(() => listener.counts.failed === 3);
  t.equal(listener.counts.failed, 3, 'TLS 1.2, HTTP/1.1, and no word of a protocol');
  await until(() => listener.counts.open === 0);
  t.match(listener.counts, { open: 0, completed: 1, failed: 3 + HANDSHAKES_PER_ADDRESS }, 'the silent ones were ended');
});
