/**
 * People at the command line, against a real collector process that lets nobody in without a certificate: login, what each role may,
 * what a refusal says, who a mark is put down to, revocation, and the list of it all.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import t from 'tap';
import { startEnrolled } from '../enrolled-process.ts';
import { run } from '../programs.ts';

const collector = await startEnrolled(t);
const { as } = collector;
const parsed = <Shape>(text: string): Shape => JSON.parse(text) as Shape;

interface Audited {
  readonly who: string;
  readonly act: string;
  readonly about: string;
  readonly actor: string | null;
}
const audited = async (...args: readonly string[]): Promise<readonly Audited[]> => {
  const { stdout } = await as('anna', 'audit', '--json', ...args);
  return stdout
    .trim()
    .split('\n')
    .map((line) => parsed<Audited>(line));
};
const invited = async (name: string, role: string): Promise<string> =>
  parsed<{ token: string }>((await as('anna', 'people', 'invite', name, '--role', role, '--json')).stdout).token;

t.test('without a login there is nothing, and a word what to do', async (t) => {
  const { code, stderr } = await as('stranger', 'status');
  t.equal(code, 1);
  t.match(stderr, /lets nobody in without a certificate: dorawatch login --collector 127\.0\.0\.1:\d+ --token TOKEN/);
  const mistyped = await as('stranger', 'login', '--token', 'dw1-abc');
  t.match([mistyped.code, mistyped.stderr], [2, /--token is no token for a login/]);
});

t.test('a login is one file for its owner alone, and needs no --collector', async (t) => {
  const folder = `${collector.folder}/home-anna/dorawatch/logins`;
  const [file = ''] = readdirSync(folder);
  t.equal(statSync(`${folder}/${file}`).mode & 0o777, 0o600);
  t.equal(statSync(folder).mode & 0o777, 0o700);
  t.match(readFileSync(`${folder}/${file}`, 'utf8'), /BEGIN PRIVATE KEY/);
  const who = await as('anna', 'whoami', '--json');
  t.match(parsed(who.stdout), { name: 'anna', role: 'admin', collector: collector.process.address });
});

t.test('a token is for one login, and of one collector', async (t) => {
  const token = await invited('ben', 'operator');
  t.match(await as('ben', 'login', '--token', token), { code: 0, stdout: /Logged in at .* as ben, operator, until / });
  const again = await as('mallory', 'login', '--token', token);
  t.match([again.code, again.stderr], [1, /this token is not valid: it was used up/]);
  const foreign = `dw1-${Buffer.alloc(48, 7).toString('base64url')}`;
  const elsewhere = await as('mallory', 'login', '--token', foreign);
  t.match(elsewhere.stderr, /is not the collector that this token is from.*Nothing was sent to it/);
});

t.test('a token that is made beside a running collector is one of its own', async (t) => {
  const made = await run('collector/main.ts', ['admin', '--state', `${collector.folder}/state`, '--name', 'zoe']);
  const [token = ''] = /dw1-\S+/.exec(made.stdout) ?? [];
  const login = await as('zoe', 'login', '--token', token);
  t.match([login.stderr, login.stdout], ['', /Logged in at .* as zoe, admin, until /]);
});

t.test('an operator marks, under the own name, and may not decide who comes in', async (t) => {
  const mark = await as('ben', 'mark', 'core switch', '--group', 'corsham-dhcp', '--actor', 'somebody else', '--json');
  t.match(parsed(mark.stdout), { text: 'core switch', actor: 'ben (somebody else)' });
  const refused = await as('ben', 'people', 'invite', 'eve', '--role', 'admin');
  t.match(
    [refused.code, refused.stderr],
    [
      1,
      /InvitePerson needs an admin, and ben is an operator; an admin can change that: dorawatch people invite ben --role admin/,
    ],
  );
  t.equal((await as('ben', 'audit')).code, 1);
  t.match(await audited('--who', 'ben'), [
    { act: 'person-joined' },
    { act: 'marked', about: '"core switch" of group corsham-dhcp', actor: 'ben (somebody else)' },
    { act: 'rights-refused', about: 'InvitePerson' },
    { act: 'rights-refused', about: 'Audit' },
  ]);
});

t.test('a viewer reads', async (t) => {
  await as('vera', 'login', '--token', await invited('vera', 'viewer'));
  t.equal((await as('vera', 'status')).code, 0);
  const refused = await as('vera', 'pause', '--group', 'corsham-dhcp');
  t.match([refused.code, refused.stderr], [1, /Pause needs an operator, and vera is a viewer/]);
});

t.test('who is thrown out is out at once, also while something is followed, and after a restart', async (t) => {
  const following = as('ben', 'events', '--follow');
  const left = await invited('ben', 'viewer');
  const revoked = parsed<{ cut: number }>((await as('anna', 'people', 'revoke', 'ben', '--json')).stdout);
  const began = performance.now();
  t.match(revoked, { name: 'ben', was_enrolled: true });
  t.equal((await following).code, 1, 'what was followed ended');
  t.ok(performance.now() - began < 5000);
  const refused = await as('ben', 'status');
  t.match([refused.code, refused.stderr], [1, /does not know ben any more: the certificate was revoked/]);
  t.equal((await as('ben', 'login', '--token', left)).code, 1, 'an invitation on its way counts no longer');
  t.match(await as('anna', 'people', 'list'), { stdout: /ben .*operator.*- .*0 .*- .*20\d\d-/ });
  await collector.restart();
  t.equal((await as('ben', 'status')).code, 1, 'nor after a restart');
  t.equal((await as('anna', 'status')).code, 0);
});

t.test('logout', async (t) => {
  t.match(await as('vera', 'logout'), { code: 0, stdout: /Logged out/ });
  t.equal((await as('vera', 'whoami')).code, 1);
  t.match((await as('vera', 'logout')).stderr, /you are not logged in at .*; there is no login at all/);
});

t.test('the list of who did what has every act, and is what lies on the disk', async (t) => {
  const acts = (await audited()).map(({ who, act }) => `${who} ${act}`);
  for (const act of [
    'collector token-created',
    'anna person-joined',
    'anna token-created',
    'anna person-revoked',
    'vera rights-refused',
  ])
    t.ok(acts.includes(act), act);
  const lines = readFileSync(`${collector.folder}/state/access/journal.jsonl`, 'utf8').trim().split('\n');
  t.equal(lines.length, acts.length);
  t.notMatch(lines.join('\n'), /dw1-|dwb1-|PRIVATE/, 'and no secret');
});
