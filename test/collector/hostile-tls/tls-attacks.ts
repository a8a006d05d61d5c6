/** TLS itself: older versions, a handshake asked for again, keys renewed without end, handshakes that never end, slow ends. */
import { spawn } from 'node:child_process';
import { connect as connectTcp, type Socket } from 'node:net';
import { type Attack, type Context, pause, placeOf, repeatedly, secured, strangerAt } from './attack.ts';

const HALF_OPEN = 3_000;
/** As a browser would begin: a record that announces 512 octets, and some of them. */
const HALF_A_HELLO = Buffer.from('16030102000100', 'hex');

async function olderTls(context: Context): Promise<string | null> {
  try {
    const socket = await secured(context, context.member, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
    socket.destroy();
    return null;
  } catch (error) {
    return String(error);
  }
}

async function renegotiation(context: Context): Promise<string | null> {
  const socket = await secured(context, null).catch(String);
  if (typeof socket === 'string') return socket;
  const answer = await new Promise<string | null>((resolve) => {
    socket.once('close', () => resolve('closed'));
    const asked = socket.renegotiate({}, (error) => resolve(error === null ? null : String(error)));
    if (asked === false) resolve('there is no such thing in TLS 1.3');
  });
  socket.destroy();
  return answer;
}

/** OpenSSL's client renews the keys at each line with a K, and wants the same of the other end. */
async function keyUpdates(context: Context, ms: number): Promise<number> {
  const child = spawn('openssl', ['s_client', '-connect', context.address, '-alpn', 'h2', '-tls1_3'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let updates = 0;
  child.stderr.on('data', (octets: Buffer) => (updates += octets.toString().match(/KEYUPDATE/g)?.length ?? 0));
  child.stdin.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  // One command is read from each read of its input.
  const end = performance.now() + ms;
  while (performance.now() < end && child.exitCode === null) {
    child.stdin.write('K\n');
    await pause(0);
  }
  child.kill('SIGKILL');
  await ended;
  return updates;
}

async function heldOpen(context: Context, ms: number, octets: Buffer | null): Promise<number> {
  const sockets: Socket[] = [];
  for (let n = 0; n < HALF_OPEN; n += 1) {
    const socket = connectTcp({ ...placeOf(context), localAddress: strangerAt(n) });
    socket.on('error', () => socket.destroy());
    if (octets !== null) socket.once('connect', () => socket.write(octets));
    sockets.push(socket);
    if (n % 100 === 0) await pause(1);
  }
  await pause(ms);
  for (const socket of sockets) socket.destroy();
  return sockets.length;
}

const halfOpen = (name: string, octets: Buffer | null): Attack => ({
  name,
  run: async (context, ms) => {
    const tried = await heldOpen(context, ms, octets);
    return { tried, gotIn: 0, said: 'nothing is served in a handshake' };
  },
});

export const TLS_ATTACKS: readonly Attack[] = [
  { name: 'TLS 1.2', run: (context, ms) => repeatedly(ms / 2, () => olderTls(context)) },
  { name: 'renegotiation', run: (context, ms) => repeatedly(ms / 2, () => renegotiation(context)) },
  {
    name: 'a flood of key updates',
    run: async (context, ms) => ({ tried: await keyUpdates(context, ms), gotIn: 0, said: 'keys are renewed' }),
  },
  halfOpen('connections that say nothing', null),
  halfOpen('half a handshake', HALF_A_HELLO),
];
