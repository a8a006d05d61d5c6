/**
 * The writer against a real influxd that dies, hangs, fills its disk, asks for a password and refuses; and against a fake one for the
 * answers that a real one cannot be made to give (413, 429, 503, an answer that stops half-way). Whatever happens, every point that
 * can be stored is stored at the end.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { Point } from '../../../collector/core/influx/point.ts';
import { createInfluxClient } from '../../../collector/io/influx-client.ts';
import { createInfluxWriter, type InfluxWriter } from '../../../collector/io/influx-writer.ts';
import { milliseconds } from '../../../shared/core/units.ts';
import { createLogger } from '../../../shared/io/logger.ts';
import { tryCommand } from '../../lab/command.ts';
import { Influxd } from '../../lab/influxd.ts';
import { missingTools } from '../../lab/requirements.ts';
import { DATABASE, rowsOf, until } from '../influx-fixture.ts';

const skip = missingTools().includes('influxd') ? 'influxd is not installed (Debian: influxdb)' : false;
process.env['DORAWATCH_LOG_LEVEL'] = 'fatal';

const points = (count: number, from = 0): Point[] =>
  Array.from({ length: count }, (_, n) => ({
    measurement: 'dhcp_path',
    tags: { group: 'g', server: "it's \\ a=b, c", site: 's' },
    fields: { exchanges: from + n, acked: 1 },
    timestamp: `17000000${String(from + n).padStart(5, '0')}123789`,
  }));

interface Rig {
  readonly writer: InfluxWriter;
  readonly aside: Point[];
}

function rig(
  t: Tap,
  url: string,
  { user = null as string | null, password = null as string | null, limitMs = 1000 } = {},
): Rig {
  const stop = new AbortController();
  const aside: Point[] = [];
  const client = createInfluxClient({ url, database: DATABASE, username: user }, password, limitMs);
  t.teardown(() => {
    stop.abort();
    client.close();
  });
  const writer = createInfluxWriter({
    client,
    database: DATABASE,
    logger: createLogger('test'),
    signal: stop.signal,
    exchanges: true,
    rawMs: () => milliseconds(3_600_000),
    setAside: async (some) => void aside.push(...some),
  });
  return { writer, aside };
}

type Tap = { teardown(end: () => unknown): void };

const problem = (writer: InfluxWriter, pattern: RegExp) =>
  until(
    async () => writer.problem,
    (said) => pattern.test(said ?? ''),
  );
const count = async (influxd: Influxd, user?: string) =>
  (await rowsOf(influxd, 'SELECT count(exchanges) FROM dhcp_path', user))[0]?.['count'] ?? 0;

t.test('a real influxd: what is written is exact, and written twice is once', { skip }, async (t) => {
  const influxd = await Influxd.start({ folder: t.testdir() });
  t.teardown(() => influxd.kill());
  const { writer } = rig(t, influxd.url);
  await writer.write(points(2500));
  await writer.write(points(2500));
  const rows = await rowsOf(influxd, 'SELECT * FROM dhcp_path');
  t.strictSame(
    rows.map(({ time, exchanges, server }) => [time, exchanges, server]),
    points(2500).map(({ timestamp, fields, tags }) => [timestamp, fields['exchanges'], tags['server']]),
  );
  t.match(await rowsOf(influxd, 'SHOW RETENTION POLICIES'), [
    { name: 'autogen', default: true },
    { name: 'dorawatch_raw', duration: '1h0m0s', default: false },
  ]);
});

t.test(
  'a real influxd that is killed, stopped, emptied: waited for, with the reason',
  { skip, timeout: 120_000 },
  async (t) => {
    const influxd = await Influxd.start({ folder: t.testdir() });
    t.teardown(() => influxd.kill());
    const { writer, aside } = rig(t, influxd.url);
    await writer.write(points(10));
    await influxd.kill();
    const dead = writer.write(points(10, 10));
    await problem(writer, /does not answer \(connect ECONNREFUSED/);
    await influxd.start();
    await dead;
    t.equal(writer.problem, null);

    influxd.signal('SIGSTOP');
    const hanging = writer.write(points(10, 20));
    await problem(writer, /does not answer \(.*(timed out|no answer in 1000 ms)/i);
    influxd.signal('SIGCONT');
    await hanging;
    t.equal(await count(influxd), 30);

    await influxd.query(`DROP DATABASE ${DATABASE}`);
    await writer.write(points(10, 30));
    t.equal(await count(influxd), 10, 'a database that is gone is made again');
    t.same(aside, []);
  },
);

t.test('a real influxd that asks for a password', { skip, timeout: 120_000 }, async (t) => {
  const influxd = await Influxd.start({ folder: t.testdir(), auth: true });
  t.teardown(() => influxd.kill());
  const admin = 'admin:geheim';
  await influxd.query("CREATE USER admin WITH PASSWORD 'geheim' WITH ALL PRIVILEGES", '', admin);
  const { writer } = rig(t, influxd.url, { user: 'dorawatch', password: 's3cret' });
  const written = writer.write(points(10));
  t.match(await problem(writer, /401/), /authorization failed; see influx\.username and influx\.password_file/);
  t.notMatch(writer.problem, /s3cret/);
  await influxd.query("CREATE USER dorawatch WITH PASSWORD 's3cret'", '', admin);
  t.match(await problem(writer, /403/), /GRANT ALL ON the database/);
  await influxd.query(`CREATE DATABASE ${DATABASE}`, '', admin);
  await influxd.query(`CREATE RETENTION POLICY dorawatch_raw ON ${DATABASE} DURATION 1d REPLICATION 1`, '', admin);
  await influxd.query(`GRANT ALL ON ${DATABASE} TO dorawatch`, '', admin);
  await written;
  t.equal(await count(influxd, admin), 10, 'rights on the one database are enough when it is there');
});

t.test('a real influxd that can never take some points: they are found and set aside', { skip }, async (t) => {
  const influxd = await Influxd.start({ folder: t.testdir() });
  t.teardown(() => influxd.kill());
  const { writer, aside } = rig(t, influxd.url);
  await influxd.query(`CREATE DATABASE ${DATABASE}`);
  // Somebody wrote a float there before; the conflict is one of its shard.
  await fetch(`${influxd.url}/write?db=${DATABASE}`, {
    method: 'POST',
    body: 'dhcp_path,site=x unmeasured=1.5 1700000000000000000',
  });
  const made = points(1000).map((point, n) =>
    n === 17 || n === 801 ? { ...point, fields: { ...point.fields, unmeasured: 1 } } : point,
  );
  await writer.write(made);
  t.same(aside, [made[17], made[801]]);
  t.equal(await count(influxd), 998);
  await writer.write(made.slice(0, 10).map((point) => ({ ...point, fields: { unmeasured: 2 } })));
  t.equal(aside.length, 12, 'all of them at once');
  const old = points(3).map((point) => ({ ...point, measurement: 'dhcp_exchange' as const, fields: { index: 1 } }));
  await writer.write(old);
  t.equal(writer.expired, 3, 'what its policy would have deleted by now is no poison');
  t.equal(aside.length, 12);
});

const mountSkip = skip || (process.getuid?.() === 0 ? false : 'a small disk needs root');

t.test('a real influxd whose disk is full', { skip: mountSkip, timeout: 120_000 }, async (t) => {
  const disk = mkdtempSync(join(tmpdir(), 'dorawatch-disk-'));
  const mounted = tryCommand('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]);
  if (mounted.status !== 0) {
    t.comment(`no mounts here: ${mounted.stderr}`);
    return;
  }
  const influxd = await Influxd.start({ folder: t.testdir(), dataFolder: disk });
  t.teardown(async () => {
    await influxd.kill();
    tryCommand('umount', ['-l', disk]);
    rmdirSync(disk);
  });
  const { writer, aside } = rig(t, influxd.url);
  await writer.write(points(10));
  const free = Number(execFileSync('df', ['--output=avail', '-B1', disk], { encoding: 'utf8' }).split('\n')[1]);
  writeFileSync(`${disk}/full`, Buffer.alloc(free));
  const written = writer.write(points(5_000, 10));
  t.match(await problem(writer, /./), /answers 500: .*no space left on device; its disk is full: make room/);
  rmSync(`${disk}/full`);
  // Its write-ahead log keeps the error until then.
  await influxd.kill();
  await influxd.start();
  await written;
  t.equal(await count(influxd), 5_010);
  t.same(aside, []);
});

/** An InfluxDB that answers writes as it is told, one by one, and then stores. */
async function fake(t: Tap, answers: ((lines: readonly string[], response: ServerResponse) => boolean)[]) {
  const stored = new Set<string>();
  const times: number[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      if (request.url?.startsWith('/query') === true) {
        const values = [[DATABASE], ['dorawatch_raw']];
        response.end(JSON.stringify({ results: [{ series: [{ name: 'x', columns: ['name'], values }] }] }));
        return;
      }
      times.push(performance.now());
      const lines = body.split('\n');
      if (answers[0]?.(lines, response) === true) return;
      for (const line of lines) stored.add(line);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, stored, times, answers };
}

/** Answers once, then no more. */
const once =
  (answers: unknown[], answer: (response: ServerResponse) => void) =>
  (_: readonly string[], response: ServerResponse) => {
    answers.shift();
    answer(response);
    return true;
  };

t.test('413: halves, until they fit; a point that is too large alone is set aside', async (t) => {
  const server = await fake(t, []);
  server.answers.push((lines, response) => {
    if (lines.length <= 300 && !lines.some((line) => line.includes('exchanges=77i'))) return false;
    response.writeHead(413).end('{"error":"Request Entity Too Large"}');
    return true;
  });
  const { writer, aside } = rig(t, server.url);
  await writer.write(points(1000));
  t.equal(server.stored.size, 999);
  t.match(aside, [{ fields: { exchanges: 77 } }]);
});

t.test('429 and 503: waits for as long as it is asked to', async (t) => {
  const server = await fake(t, []);
  for (const code of [429, 503])
    server.answers.push(
      once(server.answers, (response) => response.writeHead(code, { 'retry-after': '2' }).end('{"error":"slowly"}')),
    );
  const { writer, aside } = rig(t, server.url);
  const written = writer.write(points(10));
  t.match(await problem(writer, /429/), /answers 429: slowly/);
  t.match(await problem(writer, /503/), /answers 503: slowly/);
  await written;
  const [first = 0, second = 0, third = 0] = server.times;
  t.ok(second - first >= 1900 && third - second >= 1900, `${second - first} ms, ${third - second} ms`);
  t.equal(server.stored.size, 10);
  t.same(aside, []);
});

t.test('an answer that stops half-way, a connection that breaks, a proxy that knows better: again', async (t) => {
  const server = await fake(t, []);
  const { answers } = server;
  answers.push(once(answers, (response) => void response.writeHead(204, { 'content-length': '10' }).write('half')));
  answers.push(
    once(answers, (response) => void response.writeHead(500, { 'content-length': '100' }).write('{"error":')),
  );
  answers.push(once(answers, (response) => void response.destroy()));
  answers.push(once(answers, (response) => void response.writeHead(502).end('<html>Bad Gateway</html>')));
  const { writer, aside } = rig(t, server.url);
  await writer.write(points(10));
  t.equal(server.times.length, 5);
  t.equal(server.stored.size, 10);
  t.same(aside, []);
  t.equal(writer.problem, null);
});
