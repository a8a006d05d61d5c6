/**
 * A collector that was initialised, over its real TLS port: who has no certificate gets nothing but a way to ask for one, an agent with
 * one gets a session for its own site, and one that was thrown out is out at once, also after a restart.
 */
import { readFileSync } from 'node:fs';
import pino from 'pino';
import tap from 'tap';
import { type Collector, startCollector } from '../../collector/collector.ts';
import { unixMicros } from '../../shared/core/units.ts';
import { type Clock, createClock } from '../../shared/io/clock.ts';
import { opsService } from '../../shared/wire/ops-service.ts';
import { type Credentials, call, enrol, refusalOf, tlsClient } from './enrolled.ts';
import { batches, FakeAgent } from './fake-agent.ts';
import { run } from './programs.ts';

const config = new URL('../../deploy/hot-standby.yaml', import.meta.url).pathname;
/** A minute ago, on a whole second. */
const anchorUs = Math.floor(createClock().wall() / 1e6 - 60) * 1e6;
const logger = pino({ level: 'silent' });

/** A collector with its root, its first admin, and a wall clock that the test sets. */
async function initialised(t: Pick<typeof tap, 'equal' | 'teardown'>, folder: string) {
  const state = `${folder}/state`;
  const made = await run('collector/main.ts', ['init', '--state', state, '--name', '127.0.0.1', '--admin', 'anna']);
  t.equal(made.code, 0, made.stderr);
  const [token = ''] = /dw1-\S+/.exec(made.stdout) ?? [];
  const root = readFileSync(`${state}/tls/ca.crt`, 'utf8');
  const own = createClock();
  let aheadUs = 0;
  const clock: Clock = { monotonic: own.monotonic, wall: () => unixMicros(own.wall() + aheadUs) };
  const open: Collector[] = [];
  const start = async (): Promise<string> => {
    await open.pop()?.close();
    const collector = await startCollector({
      config,
      state,
      grpc: '127.0.0.1:0',
      http: null,
      httpTls: null,
      insecureListen: false,
      caKey: null,
      passphrase: null,
      clock,
      logger,
    });
    open.push(collector);
    return collector.address;
  };
  t.teardown(() => open.pop()?.close());
  const address = await start();
  const anna = await enrol({ address, root }, token, null);
  return { state, root, address, anna, token, start, ahead: (days: number) => (aheadUs = days * 86_400e6) };
}

const agentToken = async (
  address: string,
  admin: Credentials,
  { uses = 1, approval = false, site = 'corsham' } = {},
) => {
  const client = tlsClient(address, admin.root, admin);
  const { token } = await call(client, opsService.CreateToken, { site, ttl_ms: 3_600_000, uses, approval });
  client.close();
  return token;
};

tap.test('the thread from a token to a stored batch', async (t) => {
  const { root, address, anna } = await initialised(t, t.testdir());
  const token = await agentToken(address, anna);
  const own = await enrol({ address, root }, token, 'corsham-1');
  t.match(own.reply, { site: 'corsham', name: 'corsham-1' });
  const agent = new FakeAgent(address, { agent: 'corsham-1', anchorUs }, tlsClient(address, root, own));
  t.teardown(() => agent.close());
  await agent.send(batches({ agent: 'corsham-1', anchorUs, seconds: 1 }));
  t.match(await refusalOf(enrol({ address, root }, token, 'corsham-2')), /^16 this token is not valid/, 'used up');
});

/** Asks Ops as a person; the connection is closed again. */
async function asked<Name extends 'RevokeAgent' | 'ApproveAgent' | 'RejectAgent'>(
  { address, anna }: { readonly address: string; readonly anna: Credentials },
  name: Name,
  agent: string,
) {
  const client = tlsClient(address, anna.root, anna);
  try {
    return await call(client, opsService[name] as (typeof opsService)['RevokeAgent'], { agent });
  } finally {
    client.close();
  }
}

/** Why an agent's session is not to be had: code and words. */
async function turnedAway(agent: FakeAgent): Promise<string> {
  const answer = await refusalOf(agent.assignment());
  agent.close();
  return answer;
}

tap.test('without a valid certificate there is nothing but a way to ask for one', async (t) => {
  const { state, root, address, anna, start, ahead } = await initialised(t, t.testdir());
  const own = await enrol({ address, root }, await agentToken(address, anna), 'corsham-1');
  const other = await initialised(t, `${state}/other`);
  const foreign = await enrol(other, await agentToken(other.address, other.anna), 'corsham-1');
  const session = (credentials: Credentials | null, at = address) =>
    turnedAway(new FakeAgent(at, { agent: 'corsham-1', anchorUs }, tlsClient(at, root, credentials)));
  const state_ = (credentials: Credentials | null) =>
    refusalOf(call(tlsClient(address, root, credentials), opsService.State, { group: null }));

  t.match(await session(null), /^12 /, 'no certificate: there is no such service');
  t.match(await session(foreign), /^12 /, "another collector's certificate");
  t.match(await session(anna), /^12 /, "a person's");
  t.match(await state_(null), /^12 /);
  t.match(await state_(own), /^12 /, "an agent's certificate asks no questions of people");
  t.equal(await state_(anna), 'not refused');
  t.match(await refusalOf(enrol({ address, root }, `dw1-${'A'.repeat(64)}`, 'corsham-2')), /^16 /, 'a guessed token');

  await asked({ address, anna }, 'RevokeAgent', 'corsham-1');
  t.match(await session(own), /^12 /, 'revoked');
  const restarted = await start();
  t.match(await session(own, restarted), /^12 /, 'and revoked after a restart');
  const again = await enrol({ address: restarted, root }, await agentToken(restarted, anna), 'corsham-1');
  t.equal(await session(again, restarted), 'not refused', 'its new host comes in with a new token');
  ahead(31);
  t.match(await session(again, restarted), /^12 /, 'expired');
});
