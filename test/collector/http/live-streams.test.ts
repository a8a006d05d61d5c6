/**
 * The live stream over real sockets, with answers of the test's own: what is told at once and when, that a message is built once for all
 * readers, that who does not read is cut and nobody else notices, and that a collector that closes ends them.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { type HttpServer, startHttpServer } from '../../../collector/http/http-server.ts';
import { STREAMS_MAX } from '../../../collector/http/limits.ts';
import type { OpsAnswers } from '../../../collector/io/ops-answers.ts';
import type { EventRow, StatusView } from '../../../shared/core/ops-view.ts';
import { createClock } from '../../../shared/io/clock.ts';
import { createLogger } from '../../../shared/io/logger.ts';
import { openGate } from './open-gate.ts';

interface Stage {
  readonly server: HttpServer;
  readonly port: number;
  /** Tells every follower. */
  tell(text: string, site?: string | null): void;
  /** How often the state was asked for. */
  asked(): number;
}

async function stage(t: Test): Promise<Stage> {
  const followers = new Set<(rows: readonly EventRow[]) => void>();
  let asked = 0;
  const answers = {
    state: () => {
      asked += 1;
      return { groups: [], window_s: asked } as unknown as StatusView;
    },
    agents: () => ({ agents: [] }),
    follow: (listener: (rows: readonly EventRow[]) => void) => {
      followers.add(listener);
      return () => followers.delete(listener);
    },
  } as unknown as OpsAnswers;
  const [clock, logger] = [createClock(), createLogger('test', 'silent')];
  const server = await startHttpServer({ listen: '127.0.0.1:0', answers, clock, logger, gate: openGate, tls: null });
  t.teardown(() => server.close());
  const tell = (text: string, site: string | null = null): void => {
    const row = { kind: 'transition', text, site, group: null, at: 0 } as unknown as EventRow;
    for (const follower of followers) follower([row]);
  };
  return { server, port: Number(server.address.split(':')[1]), tell, asked: () => asked };
}

/** A reader, and all that it has heard. */
class Reader {
  heard = '';
  readonly socket: Socket;
  #wake: () => void = () => undefined;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.write('GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n');
    this.socket.setEncoding('utf8').on('data', (text: string) => {
      this.heard += text;
      this.#wake();
    });
    this.socket.on('error', () => undefined);
  }

  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.heard)) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}

t.test('a reader is told the state at once, and then what is news', async (t) => {
  const { port, tell, server, asked } = await stage(t);
  const one = new Reader(port);
  await one.until(
    /retry: 2000\n\n[\s\S]*event: status\ndata: \{.*"version":.*\}\n\n[\s\S]*event: agents\ndata: \{"agents":\[\]\}\n\n/,
  );
  t.match(one.heard, /content-type: text\/event-stream[\s\S]*cache-control: no-store/);
  const two = new Reader(port);
  await two.until(/event: status/);
  tell('Primary stops serving leases');
  tell('Primary stops serving leases at leeds', 'leeds');
  tell('Standby starts serving leases');
  for (const reader of [one, two]) {
    await reader.until(/event: finding\ndata: .*Standby starts/);
    t.match(reader.heard, /event: finding\ndata: .*Primary stops serving leases"/);
    t.notMatch(reader.heard, /at leeds/, 'what a single site sees is no news to all');
  }
  const before = asked();
  await Promise.all([one, two].map((reader) => reader.until(/(event: status[\s\S]*){3}/)));
  t.ok(asked() - before <= 4, 'the state is asked for once a second, not once a reader');
  t.equal(server.counts.open, 2);
  for (const reader of [one, two]) reader.socket.destroy();
});

t.test('who does not read is cut, and nobody else notices', async (t) => {
  const { port, tell, server } = await stage(t);
  const [idle, awake] = [new Reader(port), new Reader(port)];
  await Promise.all([idle, awake].map((reader) => reader.until(/event: status/)));
  idle.socket.pause();
  const long = 'x'.repeat(1_000_000);
  let told = 0;
  while (server.counts.cut === 0 && told < 100) {
    told += 1;
    tell(`${long} ${told}!`);
    await awake.until(new RegExp(`x ${told}!`));
    awake.heard = '';
  }
  t.equal(server.counts.cut, 1, `cut after ${told} MB`);
  tell('after');
  await awake.until(/after/);
  awake.socket.destroy();
  idle.socket.destroy();
});

t.test('beyond the most there is no room, until somebody leaves', async (t) => {
  const { port, server } = await stage(t);
  const readers = Array.from({ length: STREAMS_MAX }, () => new Reader(port));
  await Promise.all(readers.map((reader) => reader.until(/event: status/)));
  const refused = await fetch(`http://127.0.0.1:${port}/api/v1/stream`);
  t.equal(refused.status, 503);
  t.ok(Number(refused.headers.get('retry-after')) > 0);
  t.match(await refused.json(), { detail: /already 512 live streams/ });
  t.equal(server.counts.refused, 1);
  readers[0]?.socket.destroy();
  while (server.counts.open === STREAMS_MAX) await new Promise((resolve) => setImmediate(resolve));
  const late = new Reader(port);
  await late.until(/event: status/);
  for (const reader of [...readers, late]) reader.socket.destroy();
});

t.test('a server that closes ends its streams', async (t) => {
  const { port, server } = await stage(t);
  const reader = new Reader(port);
  await reader.until(/event: status/);
  const ended = once(reader.socket, 'close');
  await server.close();
  await ended;
  t.match(reader.heard, /0\r\n\r\n$/, 'to the last octet');
});
