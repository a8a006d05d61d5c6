/**
 * What the collector's surroundings and its agents get wrong: a state directory that is not its to write, a wall clock that
 * goes back an hour, batches that contradict what is stored. Each is told where an operator looks; what is stored stays.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Client, credentials } from '@grpc/grpc-js';
import t from 'tap';
import { encodeBatch } from '../../shared/wire/batch-encoder.ts';
import { TYPESCRIPT } from '../typescript.ts';
import { batches, FakeAgent } from './fake-agent.ts';
import { type Ran, run, startCollectorProcess } from './programs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = `${root}deploy/hot-standby.yaml`;
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
const serving = `${process.execPath} ${TYPESCRIPT} collector/main.ts serve --config ${example}`;

/** Runs a shell line in a mount namespace of its own. */
async function shell(line: string): Promise<Ran> {
  const child = spawn('unshare', ['--mount', 'sh', '-c', line], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (bytes) => (stdout += String(bytes)));
  child.stderr.on('data', (bytes) => (stderr += String(bytes)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

t.test(
  'a state directory that cannot be written',
  { skip: isRoot ? false : 'needs root, to be someone else' },
  async (t) => {
    const folder = t.testdir({ mounted: {} });
    const nobody = 'setpriv --reuid=65534 --regid=65534 --clear-groups';
    const clean = 'export NODE_OPTIONS=; exec';
    const ran = await Promise.all([
      shell(`${clean} ${nobody} ${serving} --state /root/dorawatch-test`),
      shell(`mount -t tmpfs -o ro none ${folder}/mounted && ${clean} ${serving} --state ${folder}/mounted`),
    ]);
    for (const { code, stderr } of ran) {
      t.equal(code, 1, stderr);
      t.match(stderr, /cannot be written; give this user the right to, or choose another --state directory/);
    }
  },
);

t.test('without HTTP, nothing but gRPC is listened on', async (t) => {
  const state = `${t.testdir()}/state`;
  const args = [TYPESCRIPT, 'collector/main.ts', 'serve', '--config', example, '--state', state];
  const child: ChildProcess = spawn(process.execPath, [...args, '--grpc', '127.0.0.1:0', '--http', 'off'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr?.on('data', (bytes) => {
    log += String(bytes);
    if (!child.killed && log.includes('collector ready')) child.kill('SIGTERM');
  });
  t.same((await once(child, 'close'))[0], 0);
  t.match(log, /"http":null/);
  t.match((await run('collector/main.ts', ['serve', '--help'])).stdout, /--http <host:port>.*"off"/s);
});

t.test('plain text on more than loopback is said to be what it is', async (t) => {
  const args = ['serve', '--config', example, '--state', `${t.testdir()}/state`, '--grpc', '0.0.0.0:0'];
  const { code, stderr } = await run('collector/main.ts', args);
  t.equal(code, 1);
  t.match(stderr, /0\.0\.0\.0:0 would be plain text .*dorawatch-collector init.*--insecure-listen/s);
});

t.test('a collector that is none: silent, of another kind, or named wrongly', async (t) => {
  const mute = createServer(() => undefined).listen(0, '127.0.0.1');
  const web = createHttpServer((_, response) => response.end('no collector')).listen(0, '127.0.0.1');
  await Promise.all([mute, web].map((server) => once(server, 'listening')));
  t.teardown(() => [mute, web].map((server) => server.close()));
  const addressOf = (server: Server): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const status = (address: string, ...args: string[]) =>
    run('collector/ops/main.ts', ['status', ...args], { DORAWATCH_COLLECTOR: address });
  const [silent, other, unnamed, badEnvironment, badPort] = await Promise.all([
    status(addressOf(mute)),
    status(addressOf(web)),
    status('no-such-host.invalid:6767'),
    status('junk'),
    status('', '--collector', '127.0.0.1:99999'),
  ]);
  t.match(silent, { code: 1, stderr: /cannot reach .*no answer in 5 s[\s\S]*dorawatch-collector serve/ });
  t.match(other, { code: 1, stderr: /cannot reach .*what listens there is no collector/ });
  t.match(unnamed, { code: 1, stderr: /cannot reach the collector at no-such-host\.invalid:6767 .*no such host/ });
  t.match(badEnvironment, { code: 2, stderr: /DORAWATCH_COLLECTOR is "junk"; expected HOST:PORT/ });
  t.match(badPort, { code: 2, stderr: /expected HOST:PORT/ });
});

const seconds = 20;
const anchorUs = Math.floor(Date.now() / 1000 - seconds - 4) * 1e6;

t.test('batches that contradict are refused, counted and shown; health and reflection answer', async (t) => {
  const collector = await startCollectorProcess(example, `${t.testdir()}/state`);
  t.teardown(() => collector.kill('SIGKILL'));
  const agent = new FakeAgent(collector.address, { anchorUs });
  t.teardown(() => agent.close());
  const made = batches({ anchorUs, seconds });
  await agent.send(made);
  const [first] = batches({ anchorUs, seconds, answers: () => false });
  if (first === undefined) throw new Error('no batch');
  agent.sendRaw(first.sequence, encodeBatch(first));
  agent.sendRaw(900, Uint8Array.of(255, 255, 255));
  agent.sendRaw(901, encodeBatch(first));
  const reasons = await agent.refusals(3);
  t.strictSame([...reasons].sort(), ['1 conflict', '900 malformed', '901 misnamed']);
  await agent.send(made.slice(0, 1));
  t.match(JSON.parse(await collector.logged('"reason":"conflict"')), {
    level: 50,
    agent: 'agent-1',
    sequence: 1,
    msg: /batch refused: another batch of this agent, epoch and sequence is stored already/,
  });
  const where = { DORAWATCH_COLLECTOR: collector.address };
  const agents = await run('collector/ops/main.ts', ['agents', '--json'], where);
  t.match(JSON.parse(agents.stdout).agents, [{ id: 'agent-1', refused_batches: 3 }]);

  const client = new Client(collector.address, credentials.createInsecure());
  t.teardown(() => client.close());
  const bytes = (buffer: Buffer): Buffer => buffer;
  const health = await new Promise<Buffer | undefined>((resolve) => {
    client.makeUnaryRequest('/grpc.health.v1.Health/Check', bytes, bytes, Buffer.alloc(0), (_, reply) =>
      resolve(reply),
    );
  });
  t.equal(health?.toString('hex'), '0801', 'SERVING');
  const names = await new Promise<string>((resolve, reject) => {
    const call = client.makeBidiStreamRequest(
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      bytes,
      bytes,
    );
    call.on('data', (reply: Buffer) => {
      resolve(reply.toString('latin1'));
      call.end();
    });
    call.on('error', reject);
    // list_services = 7, an empty string.
    call.write(Buffer.from([0x3a, 0x00]));
  });
  t.match(names, 'dorawatch.v1.Agents');
  t.match(names, 'dorawatch.v1.Ops');
});

t.test('a wall clock that goes back an hour, in mid-run and over a restart', async (t) => {
  const folder = t.testdir();
  const step = `${folder}/step`;
  const env = { STEP_FILE: step, NODE_OPTIONS: `${TYPESCRIPT} --import=./test/agent/wall-clock-step.ts` };
  const first = await startCollectorProcess(example, `${folder}/state`, env);
  t.teardown(() => first.kill('SIGKILL'));
  const made = batches({ anchorUs, seconds, answers: (server, second) => server === 0 && second < 8 });
  const agent = new FakeAgent(first.address, { anchorUs });
  await agent.send(made.slice(0, 10));
  writeFileSync(step, '');
  await agent.send(made.slice(10));
  agent.close();
  const events = async (address: string): Promise<string> => {
    const { stdout, stderr } = await run('collector/ops/main.ts', ['events', '--json'], {
      DORAWATCH_COLLECTOR: address,
    });
    t.equal(stderr, '');
    return stdout;
  };
  const before = await events(first.address);
  const rows = before
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { text: string; at: string });
  await first.logged('the wall clock of this machine went back');
  const stop = rows.find(({ text }) => text === 'Primary stops serving leases');
  const truth = anchorUs / 1e3 + 8_000;
  t.ok(Math.abs(Date.parse(stop?.at ?? '') - truth) < 1_000, `true to the second: ${stop?.at}`);
  t.strictSame(
    rows.map(({ at }) => at),
    rows.map(({ at }) => at).sort(),
    'in order',
  );
  first.kill('SIGKILL');
  await first.ended;
  const second = await startCollectorProcess(example, `${folder}/state`, env);
  t.teardown(() => second.kill('SIGKILL'));
  t.equal(await events(second.address), before, 'the same after a restart on the clock that went back');
});
