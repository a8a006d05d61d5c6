/**
 * The agent's side of trust against a real collector that was initialised: token, join, batches; a renewal on the stream, an expiry slept
 * through, a revocation, and a new enrolment. Both wall clocks are the test's.
 */
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { startAgent } from '../../agent/agent.ts';
import { keptEnrolment } from '../../agent/io/enrolment-file.ts';
import { join } from '../../agent/join.ts';
import { type Collector, startCollector } from '../../collector/collector.ts';
import type { HttpProxy } from '../../shared/core/proxy.ts';
import { afterUs } from '../../shared/core/units.ts';
import { type Clock, createClock } from '../../shared/io/clock.ts';
import { opsService } from '../../shared/wire/ops-service.ts';
import { call, enrol, tlsClient } from '../collector/enrolled.ts';
import { run } from '../collector/programs.ts';
import { type FakeProber, startFakeProber } from '../fakes/fake-prober.ts';
import { Tinyproxy, tinyproxySkipReason } from '../lab/tinyproxy.ts';

const logger = pino({ level: process.env['DORAWATCH_LOG_LEVEL'] ?? 'silent' });
const config = new URL('../../deploy/hot-standby.yaml', import.meta.url).pathname;

async function eventually(what: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<boolean> {
  for (let waited = 0; waited < limitMs; waited += 20) {
    if (await what()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

async function stage(t: Test) {
  const folder = t.testdir();
  const [state, stateDirectory] = [`${folder}/collector`, `${folder}/agent`];
  const made = await run('collector/main.ts', ['init', '--state', state, '--name', '127.0.0.1', '--admin', 'anna']);
  const [first = ''] = /dw1-\S+/.exec(made.stdout) ?? [];
  const own = createClock();
  let aheadUs = 0;
  const clock: Clock = { monotonic: own.monotonic, wall: () => afterUs(own.wall(), aheadUs) };
  let collector: Collector | undefined;
  const start = async (grpc = '127.0.0.1:0'): Promise<string> => {
    await collector?.close();
    collector = await startCollector({
      ...{ config, state, grpc, http: null, httpTls: null, clock, logger },
      ...{ insecureListen: false, caKey: null, passphrase: null },
    });
    return collector.address;
  };
  t.teardown(() => collector?.close());
  const address = await start();
  const anna = await enrol({ address, root: readFileSync(`${state}/tls/ca.crt`, 'utf8') }, first, null);
  const asAnna = async <Reply>(ask: (client: ReturnType<typeof tlsClient>) => Promise<Reply>): Promise<Reply> => {
    const client = tlsClient(address, anna.root, anna);
    try {
      return await ask(client);
    } finally {
      client.close();
    }
  };
  const wanted = { site: 'corsham', ttl_ms: 3_600_000, uses: 1, approval: false };
  const joined = async ({ again = false, proxy = null as HttpProxy | null } = {}) => {
    const { token } = await asAnna((client) => call(client, opsService.CreateToken, wanted));
    const wish = { collector: address, token, stateDirectory, id: 'corsham-1', given: null, proxy, again };
    return join({ wish, version: '0.1.0', clock, say: () => undefined, wait: async () => undefined });
  };
  const started = async (proxy?: HttpProxy) => {
    const enrolment = (await keptEnrolment(stateDirectory)) ?? undefined;
    let prober: FakeProber | undefined;
    const agent = await startAgent({
      config: { collector: address, site: 'corsham', stateDirectory, id: null, enrolment, proxy },
      ...{ version: '0.1.0', clock, logger },
      startProber: (given) => {
        prober = startFakeProber(given);
        return prober;
      },
    });
    t.teardown(() => agent.stop());
    return { agent, prober: prober as FakeProber };
  };
  const revoke = () => asAnna((client) => call(client, opsService.RevokeAgent, { agent: 'corsham-1' }));
  return {
    stateDirectory,
    joined,
    started,
    revoke,
    restart: () => start(address),
    /** A step of the CA's rotation, and a SIGHUP. @returns whether it was taken */
    rotate: async (...flags: readonly string[]) => {
      const { code } = await run('collector/main.ts', ['ca', 'rotate', '--state', state, ...flags]);
      return code === 0 && (await collector?.reload()) === true;
    },
    ahead: (days: number) => (aheadUs = days * 86_400e6),
  };
}

t.test('from a token to stored batches, and a certificate that is renewed on the stream', async (t) => {
  const { joined, started, stateDirectory, ahead } = await stage(t);
  const { chain } = await joined();
  const { agent, prober } = await started();
  t.ok(await eventually(() => agent.figures.line.connected), 'connected');
  prober.emit();
  t.ok(await eventually(() => agent.figures.line.acknowledged === 1), 'stored');
  ahead(22);
  t.ok(await eventually(async () => (await keptEnrolment(stateDirectory))?.chain[0] !== chain[0]), 'renewed');
  t.equal(agent.figures.line.sessions, 1, 'on the same stream');
  prober.emit();
  t.ok(await eventually(() => agent.figures.line.acknowledged === 2));
  await agent.stop();
  ahead(45);
  const later = await started();
  t.ok(await eventually(() => later.agent.figures.line.connected), 'after the first one would have expired');
});

t.test('an expiry slept through: it comes back by itself, with what it had', async (t) => {
  const { joined, started, ahead } = await stage(t);
  await joined();
  ahead(100);
  const { agent, prober } = await started();
  prober.emit();
  t.ok(await eventually(() => agent.figures.line.acknowledged === 1));
});

t.test('thrown out: it stops at once, stays out over restarts of both, and joins anew', async (t) => {
  const { joined, started, revoke, restart } = await stage(t);
  await joined();
  const { agent, prober } = await started();
  t.ok(await eventually(() => agent.figures.line.connected));
  t.ok(await eventually(() => (prober.assigned.at(-1)?.targets.length ?? 0) > 0), 'it probes');
  await revoke();
  t.ok(await eventually(() => prober.assigned.at(-1)?.targets.length === 0, 5_000), 'and rests within five seconds');
  t.match(agent.figures, { isResting: true, line: { connected: false }, enrolment: { revoked: /./ } });
  prober.emit();
  t.ok(await eventually(() => agent.figures.spool.count > 0), 'what it has is kept');
  await agent.stop();
  await restart();
  const again = await started();
  t.match(again.agent.figures, { isResting: true });
  t.notOk(
    again.prober.assigned.some(({ targets }) => targets.length > 0),
    'it does not even begin',
  );
  await again.agent.stop();
  await joined({ again: true });
  const back = await started();
  t.ok(await eventually(() => back.agent.figures.line.acknowledged > 0), 'the spool was not lost');
  t.match(back.agent.figures, { isResting: false, enrolment: { revoked: null } });
});

t.test('the CA is replaced under a connected agent, which never misses a word', async (t) => {
  const { joined, started, rotate, restart, stateDirectory, ahead } = await stage(t);
  await joined();
  const { agent, prober } = await started();
  const stored = async (count: number): Promise<boolean> => {
    prober.emit();
    return eventually(() => agent.figures.line.acknowledged === count);
  };
  const roots = async () => (await keptEnrolment(stateDirectory))?.roots ?? [];
  t.ok(await stored(1));
  const [old] = await roots();
  t.ok(await rotate(), 'a new root beside the old one');
  t.ok(await eventually(async () => (await roots()).length === 2), 'of which the agent hears');
  t.ok(await eventually(() => rotate('--switch')), 'and only then the new one signs');
  ahead(22);
  t.ok(await eventually(async () => (await roots())[0] !== old), 'the certificate is renewed by it');
  t.ok(await eventually(() => rotate('--finish', '--force')));
  t.ok(await eventually(async () => (await roots()).length === 1));
  t.not((await roots())[0], old);
  t.equal(agent.figures.line.sessions, 1, 'all on one stream');
  await restart();
  t.ok(await stored(2), 'and after it, with the new root alone');
});

t.test('through a proxy that wants a password', { skip: tinyproxySkipReason() }, async (t) => {
  const { joined, started, stateDirectory } = await stage(t);
  const login = { user: 'site', password: 'word' };
  const tinyproxy = await Tinyproxy.start(`${t.testdirName}/proxy`, { login });
  t.teardown(() => tinyproxy.stop());
  const proxy: HttpProxy = { host: '127.0.0.1', port: tinyproxy.port, login: 'site:word' };
  await t.rejects(joined({ proxy: { ...proxy, login: null } }), { message: /wants a user and a password/ });
  await joined({ proxy });
  t.match(await keptEnrolment(stateDirectory), { proxy: `http://127.0.0.1:${tinyproxy.port}` }, 'without the password');
  const { agent, prober } = await started(proxy);
  prober.emit();
  t.ok(await eventually(() => agent.figures.line.acknowledged === 1));
  t.equal(tinyproxy.log.match(/CONNECT 127.0.0.1:/g)?.length, 4, 'refused, chain, join, stream');
  await tinyproxy.stop();
  t.ok(await eventually(() => !agent.figures.line.connected), 'and nowhere else');
});
