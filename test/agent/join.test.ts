import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { status } from '@grpc/grpc-js';
import t, { type Test } from 'tap';
import type { JoinWish } from '../../agent/core/join-flags.ts';
import { keptEnrolment } from '../../agent/io/enrolment-file.ts';
import { openStateDirectory } from '../../agent/io/state-directory.ts';
import { join } from '../../agent/join.ts';
import { afterUs } from '../../shared/core/units.ts';
import { createClock } from '../../shared/io/clock.ts';
import { tokenText } from '../../shared/wire/enrolment-token.ts';
import { startSecureServer } from '../shared/secure-server.ts';
import { createTestAuthority } from '../shared/test-authority.ts';
import { EnrolmentDesk } from './enrolment-desk.ts';

const authority = await createTestAuthority();
const issued = await authority.server({ dns: ['localhost'], ip: ['127.0.0.1'] });
const clock = createClock();

async function stage(t: Test) {
  const desk = new EnrolmentDesk(authority);
  const server = await startSecureServer(issued, authority, [desk.service]);
  t.teardown(server.close);
  const stateDirectory = `${t.testdir()}/state`;
  const said: string[] = [];
  const collector = `127.0.0.1:${server.port}`;
  const joined = (wish: Partial<JoinWish> = {}, clockNow = clock, wait = async () => undefined) =>
    join({
      wish: { collector, token: desk.token, stateDirectory, id: null, proxy: null, given: null, again: false, ...wish },
      ...{ version: '0.1.0', clock: clockNow, say: (line) => said.push(line), wait },
    });
  return { desk, server, stateDirectory, said, joined };
}

t.test('a token becomes an enrolment, which nobody else on the host can read', async (t) => {
  const { desk, server, stateDirectory, joined } = await stage(t);
  const { agent, site } = await joined();
  t.match(agent, /^agent-/);
  t.equal(site, 'corsham');
  t.match(desk.asked, [{ agent, version: '0.1.0', host: /^[0-9a-f]{16}$/ }]);
  const kept = await keptEnrolment(stateDirectory);
  t.match(kept, { agent, site, collector: `127.0.0.1:${server.port}`, proxy: null, revoked: null });
  t.equal(statSync(`${stateDirectory}/enrolment.json`).mode & 0o777, 0o600);
  t.notOk(existsSync(`${stateDirectory}/joining-key.pem`), 'the key is in one place');
  t.notOk(JSON.stringify(desk.asked).includes('PRIVATE'), 'and it never travelled');
  await t.rejects(joined(), { message: /enrolled already .*--again/ });
  t.equal((await joined({ again: true })).agent, agent, 'the same agent, anew');
});

t.test('somebody has to approve: told once, and asked with the same key over a restart', async (t) => {
  const { desk, stateDirectory, said, joined } = await stage(t);
  desk.pending = 1_000_000;
  let waits = 0;
  const killed = async () => {
    waits += 1;
    if (waits === 2) throw new Error('killed');
    return undefined;
  };
  await t.rejects(joined({}, clock, killed), { message: 'killed' });
  t.same(said.length, 1);
  t.match(said[0], /dorawatch agents approve k7/);
  t.equal(statSync(`${stateDirectory}/joining-key.pem`).mode & 0o777, 0o600);
  desk.pending = 1;
  await joined();
  const keys = new Set(
    desk.asked.map(({ signingRequest }) => Buffer.from(signingRequest).subarray(8, 100).toString('hex')),
  );
  t.equal(keys.size, 1, 'subject and key of all requests are the same');
  t.equal(desk.asked.length, 4);
});

t.test('each failure says what to do, and leaves no enrolment', async (t) => {
  const { desk, stateDirectory, joined } = await stage(t);
  await t.rejects(joined({ token: 'dw1-abc' }), { message: /no token.*copied whole/ });
  const stranger = await createTestAuthority('another CA');
  const foreign = tokenText({ fingerprint: stranger.fingerprint, secret: new Uint8Array(16) });
  await t.rejects(joined({ token: foreign }), { message: /somebody may be in between/ });
  t.equal(desk.asked.length, 0, 'and is told nothing');
  desk.refusal = { code: status.UNAUTHENTICATED, details: 'this token is not taken' };
  await t.rejects(joined(), { message: /this token is not taken. make a new one: dorawatch token create/ });
  desk.refusal = { code: status.RESOURCE_EXHAUSTED, details: 'asked too often' };
  await t.rejects(joined(), { message: /asked too often. wait a minute/ });
  const past = { ...clock, wall: () => afterUs(clock.wall(), -400 * 86_400e6) };
  await t.rejects(joined({}, past), { message: /by this host's clock it is .*set the clock/ });
  await t.rejects(joined({ collector: '127.0.0.1:1' }), {
    message: /no enrolment with 127.0.0.1:1: nobody listens there/,
  });
  t.equal(await keptEnrolment(stateDirectory), null);
  t.same(
    readdirSync(stateDirectory).filter((name) => name.endsWith('.new')),
    [],
  );
});

t.test('a name that its certificate has not', async (t) => {
  const { joined, server } = await stage(t);
  server.turnTo(await authority.server({ dns: ['collector.example.net'] }));
  await t.rejects(joined(), { message: /not for 127.0.0.1, only for collector.example.net/ });
});

t.test('what is damaged is named, with what to do; a running agent is not disturbed', async (t) => {
  const { stateDirectory, joined } = await stage(t);
  await joined();
  const path = `${stateDirectory}/enrolment.json`;
  const whole = readFileSync(path, 'utf8');
  const other = JSON.parse(whole);
  for (const [text, why] of [
    [whole.slice(0, 100), /no JSON/],
    ['{"version":9}', /another version/],
    [JSON.stringify({ ...other, chain: [] }), /"chain" is missing/],
    [JSON.stringify({ ...other, key: 'none' }), /./],
    [JSON.stringify({ ...other, chain: [authority.pem] }), /the key is not that of the certificate/],
  ] as const) {
    writeFileSync(path, text);
    const refused = { code: 'ENROLMENT_DAMAGED', message: /enrolment.json cannot be used; enrol this agent again/ };
    await t.rejects(keptEnrolment(stateDirectory), { ...refused });
    await t.rejects(keptEnrolment(stateDirectory), { message: why });
  }
  await joined({ again: true });
  const running = await openStateDirectory({ directory: stateDirectory, id: null, now: clock.wall() });
  t.teardown(() => running.close());
  await t.rejects(joined({ again: true }), { code: 'LOG_LOCKED' });
});
