/**
 * A backup of a collector's state and of its restoring, by the commands that deploy/README.md has: the collector stopped, its directory in an
 * archive, the archive unpacked elsewhere. There it has the same findings, exchanges and marks, lets the same agent and the same admin in, and
 * remembers whom it threw out.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import t from 'tap';
import { anchorUs, enrol, tlsClient } from './enrolled.ts';
import { startEnrolled } from './enrolled-process.ts';
import { batches, FakeAgent } from './fake-agent.ts';
import { startCollectorProcess } from './programs.ts';

t.test('what was stopped and put away is what is started elsewhere', async (t) => {
  const collector = await startEnrolled(t);
  const { folder, as } = collector;
  const { address } = collector.process;
  const root = readFileSync(`${folder}/state/tls/ca.crt`, 'utf8');
  const token = async (): Promise<string> => {
    const made = await as('anna', 'token', 'create', '--site', 'corsham', '--json');
    return (JSON.parse(made.stdout) as { token: string }).token;
  };
  const own = await enrol({ address, root }, await token(), 'corsham-1');
  const thrownOut = await enrol({ address, root }, await token(), 'corsham-2');
  const enter = (agent: string, credentials = own, at = address) =>
    new FakeAgent(at, { agent, anchorUs }, tlsClient(at, root, credentials));
  const agent = enter('corsham-1');
  await agent.send(
    batches({ agent: 'corsham-1', anchorUs, seconds: 20, answers: (server, atS) => server === 0 && atS < 8 }),
  );
  agent.close();
  await as('anna', 'mark', 'before the backup', '--group', 'corsham-dhcp');
  await as('anna', 'agents', 'revoke', 'corsham-2');
  const told = async () => {
    const asked = await Promise.all(
      [
        ['events', '--json'],
        ['export', '--since', '-1h', '--json'],
        ['people', 'list', '--json'],
        ['audit', '--json'],
      ].map((args) => as('anna', ...args)),
    );
    return asked.map(({ stdout }) => stdout);
  };
  const before = await told();
  t.match(before[0], /"kind":"transition".*before the backup/s);

  collector.process.kill('SIGTERM');
  await collector.process.ended;
  execFileSync('tar', ['-C', `${folder}/state`, '-czf', `${folder}/backup.tar.gz`, '.']);
  mkdirSync(`${folder}/elsewhere`, { mode: 0o750 });
  execFileSync('tar', ['-C', `${folder}/elsewhere`, '-xzpf', `${folder}/backup.tar.gz`]);

  const listen = { grpc: address, http: '127.0.0.1:0' };
  const restored = await startCollectorProcess(`${folder}/collector.yaml`, `${folder}/elsewhere`, {}, listen);
  t.teardown(() => restored.kill('SIGKILL'));
  t.same(await told(), before, 'events, exchanges, people and who did what');
  t.equal(statSync(`${folder}/elsewhere/tls/ca.key`).mode & 0o777, 0o600);
  const back = enter('corsham-1');
  t.ok(await back.assignment(), 'its agent is at home');
  back.close();
  const stranger = enter('corsham-2', thrownOut);
  await t.rejects(stranger.assignment(), 'who was thrown out still is');
  stranger.close();
});
