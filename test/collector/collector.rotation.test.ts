/**
 * The CA is replaced with an agent connected, its key lies elsewhere and is encrypted, an outside CA vouches instead: each with the real
 * command on a collector's state, and a real connection after it.
 */
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import t from 'tap';
import { rotate as rotateCa } from '../../collector/ca-command.ts';
import { adminToken } from '../../collector/init-command.ts';
import { createClock } from '../../shared/io/clock.ts';
import { agentToken, anchorUs, enrol, initialised, newKey, pem as pemOf, refusalOf, tlsClient } from './enrolled.ts';
import { FakeAgent } from './fake-agent.ts';
import { run } from './programs.ts';

/** A step of a rotation, as the command takes it. @returns what it says, or why it refuses */
const rotate = (state: string, step: { readonly switch?: true; readonly finish?: true; readonly force?: true } = {}) =>
  rotateCa({ state, ...step }, createClock()).catch((error: Error) => `refused: ${error.message}`);

const heartbeat = {
  kind: 'heartbeat',
  backlogBatches: 0,
  loopDelayMaxUs: 0 as never,
  assignmentVersion: 0,
  shedBatches: 0,
  refusedBatches: 0,
  trouble: null,
  leases: [],
  resting: null,
} as const;

t.test('a new CA, with an agent connected all the time', async (t) => {
  const { state, root, address, anna, reload } = await initialised(t, t.testdir());
  const own = await enrol({ address, root }, await agentToken(address, anna), 'corsham-1');
  const agent = new FakeAgent(address, { agent: 'corsham-1', anchorUs }, tlsClient(address, root, own));
  t.teardown(() => agent.close());
  const believed = (count: number) =>
    agent.hear((message) => (message.kind === 'certificate' && message.roots.length === count ? message.roots : null));
  t.equal((await believed(1)).map(pemOf).join('').replaceAll('\n', ''), root.replaceAll('\n', ''));

  t.match(await rotate(state, { switch: true }), /refused: no rotation is under way/);
  t.match(await rotate(state), /^A new root/);
  t.ok(await reload());
  const roots = (await believed(2)).map(pemOf).join('');
  t.match(await rotate(state, { switch: true }), /refused: agent:corsham-1 has not heard of the new root/);
  agent.tell(heartbeat);
  agent.tell(heartbeat);
  for (let n = 0; n < 100 && !journal(state).includes('agent-told'); n += 1) await pause(50);
  t.match(await rotate(state, { switch: true }), /^The new root signs/);
  t.ok(await reload());

  t.equal(agent.failure, null, 'it was connected all the time');
  const back = new FakeAgent(address, { agent: 'corsham-1', anchorUs }, tlsClient(address, roots, own));
  t.teardown(() => back.close());
  await back.assignment();
  t.pass('with its old certificate it comes back, and believes the new one of the collector');
  const stale = new FakeAgent(address, { agent: 'corsham-1', anchorUs }, tlsClient(address, root, own));
  t.match(await refusalOf(stale.assignment()), /^14 /, 'who knows the old root alone does not');
  stale.close();

  t.match(await rotate(state, { finish: true }), /refused: .* still have certificates from the old root/);
  const next = await newKey();
  back.tell({ kind: 'renewal', signingRequest: next.request });
  const chain = await back.hear((message) =>
    message.kind === 'certificate' && message.chain.length > 0 ? message.chain : null,
  );
  t.match(await rotate(state, { finish: true, force: true }), /^The old root/);
  t.ok(await reload());
  const renewed = { key: next.pem, certificate: chain.map(pemOf).join('') };
  const last = new FakeAgent(address, { agent: 'corsham-1', anchorUs }, tlsClient(address, roots, renewed));
  t.teardown(() => last.close());
  await last.assignment();
  const left = new FakeAgent(address, { agent: 'corsham-1', anchorUs }, tlsClient(address, roots, own));
  t.match(await refusalOf(left.assignment()), /^12 /, 'a certificate from the old root is a stranger’s');
  left.close();
});

const journal = (state: string): string => readFileSync(`${state}/access/journal.jsonl`, 'utf8');
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

t.test('an encrypted key of the CA elsewhere, and an outside CA', async (t) => {
  const folder = t.testdir({ secret: 'correct horse\n' });
  mkdirSync(`${folder}/usb`);
  const init = (state: string, ...words: readonly string[]) =>
    run('collector/main.ts', ['init', '--state', `${folder}/${state}`, '--name', '127.0.0.1', ...words]);
  const words = ['--ca-key', `${folder}/usb/ca.key`, '--encrypt-ca-key', '--ca-passphrase-file', `${folder}/secret`];
  t.match(await init('own', ...words), { code: 0, stdout: /the CA's key is .*usb\/ca\.key/ });
  t.match(readFileSync(`${folder}/usb/ca.key`, 'utf8'), /BEGIN ENCRYPTED PRIVATE KEY/);
  for (const file of ['usb/ca.key', 'own/tls/server.key', 'own/access/journal.jsonl'])
    t.equal(statSync(`${folder}/${file}`).mode & 0o777, 0o600, file);
  t.equal(statSync(`${folder}/own/tls`).mode & 0o777, 0o700);
  t.match(await init('own'), { code: 1, stderr: /tls is there already; nothing was changed/ });
  const admin = (caKey: string | null, passphrase: string | null, state = 'own') =>
    adminToken({ state: `${folder}/${state}`, caKey, passphrase, clock: createClock(), admin: 'anna' }).catch(
      (error: Error) => error.message,
    );
  const key = `${folder}/usb/ca.key`;
  t.match(await admin(null, null), /the key of the CA is not at/);
  t.match(await admin(key, null), /is encrypted/);
  t.match(await admin(key, 'wrong'), /the passphrase does not fit/);
  t.match(await admin(key, 'correct horse'), /^dw1-/);
  // Its own certificates stand in for an outside CA's.
  const tls = `${folder}/own/tls`;
  const outside = [
    '--ca-cert',
    `${tls}/ca.crt`,
    '--server-cert',
    `${tls}/server.crt`,
    '--server-key',
    `${tls}/server.key`,
  ];
  t.match(await init('guest', ...outside), { code: 0, stdout: /certificates of the outside CA/ });
  t.match(await admin(null, null, 'guest'), /cannot sign/);
});
