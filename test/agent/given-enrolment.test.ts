/**
 * Certificates of an outside CA (made by openssl, as a company's would be) on both ends: a collector without a CA of its own, an agent and a
 * person who were given theirs in files. Each mistake in the files is told by its name before anything is stored.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import t from 'tap';
import type { JoinWish } from '../../agent/core/join-flags.ts';
import { readJoinFlags } from '../../agent/core/join-flags.ts';
import { takeGiven } from '../../agent/given-enrolment.ts';
import { createClock } from '../../shared/io/clock.ts';
import { anchorUs, tlsClient } from '../collector/enrolled.ts';
import { FakeAgent } from '../collector/fake-agent.ts';
import { hotStandby } from '../collector/hot-standby.ts';
import { run, startCollectorProcess } from '../collector/programs.ts';

const folder = t.testdir({ 'collector.yaml': hotStandby('corsham') });
const at = (name: string): string => `${folder}/${name}`;
const openssl = (...line: readonly string[]): void => void execFileSync('openssl', line, { stdio: 'ignore' });
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

openssl(
  'req',
  '-x509',
  ...EC,
  '-keyout',
  at('corp.key'),
  '-out',
  at('corp.crt'),
  '-subj',
  '/CN=Corp CA',
  '-days',
  '30',
);
function given(name: string, san: string, usage: string): void {
  openssl('req', ...EC, '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`), '-subj', `/CN=${name}`);
  writeFileSync(at(`${name}.ext`), `subjectAltName=${san}\nextendedKeyUsage=${usage}\nbasicConstraints=CA:FALSE\n`);
  const by = ['-CA', at('corp.crt'), '-CAkey', at('corp.key'), '-CAcreateserial', '-extfile', at(`${name}.ext`)];
  openssl('x509', '-req', '-in', at(`${name}.csr`), '-out', at(`${name}.crt`), '-days', '30', ...by);
}
given('server', 'IP:127.0.0.1', 'serverAuth');
given('agent', 'URI:urn:dorawatch:agent:corsham:corsham-1', 'clientAuth');
given('anna', 'URI:urn:dorawatch:person:operator:anna', 'clientAuth');

const flags = (name: string) => ({ certificate: at(`${name}.crt`), key: at(`${name}.key`), ca: at('corp.crt') });
const wish = (collector: string, name: string): JoinWish => {
  const read = readJoinFlags({ collector, state: at('agent-state'), ...flags(name) }, { token: '', proxy: '' });
  if (!('collector' in read)) throw new Error(read.join());
  return read;
};
const enrolled = (read: JoinWish) => {
  if (read.given === null) throw new Error('a token');
  return takeGiven(read, read.given, createClock());
};

t.test('an outside CA on both ends', async (t) => {
  const corp = ['--ca-cert', at('corp.crt'), '--server-cert', at('server.crt'), '--server-key', at('server.key')];
  const made = await run('collector/main.ts', ['init', '--state', at('state'), '--name', '127.0.0.1', ...corp]);
  t.equal(made.code, 0, made.stderr);
  const collector = await startCollectorProcess(at('collector.yaml'), at('state'));
  t.teardown(() => collector.kill('SIGKILL'));

  const { agent, site, key, chain, roots } = await enrolled(wish(collector.address, 'agent'));
  t.same([agent, site], ['corsham-1', 'corsham']);
  const own = { root: roots.join(''), key, certificate: chain.join('') };
  const session = new FakeAgent(collector.address, { agent, anchorUs }, tlsClient(collector.address, own.root, own));
  t.ok(await session.assignment(), 'it has a session');
  session.close();

  const environment = { XDG_CONFIG_HOME: at('home'), DORAWATCH_COLLECTOR: collector.address };
  const login = ['login', ...Object.entries(flags('anna')).flatMap(([flag, path]) => [`--${flag}`, path])];
  const said = await run('collector/ops/main.ts', login, environment);
  t.match([said.stderr, said.stdout], ['', /as anna, operator, until /]);
  t.match((await run('collector/ops/main.ts', ['whoami'], environment)).stdout, /^anna, operator, at 127/);
});

t.test('what does not fit is told by its name, and nothing is stored', async (t) => {
  const mistaken = (more: object): unknown =>
    readJoinFlags({ collector: 'host', state: at('none'), ...more }, { token: '', proxy: '' });
  t.same(mistaken({ certificate: 'x' }), ['--certificate, --key and --ca go together']);
  t.same(mistaken({ ...flags('agent'), token: 'dw1-' }), ['--token and --certificate are two ways in; give one']);
  const elsewhere = (files: object): JoinWish => ({
    ...wish('127.0.0.1:1', 'agent'),
    stateDirectory: at('none'),
    given: { ...flags('agent'), ...files },
  });
  await t.rejects(enrolled(elsewhere({ key: at('anna.key') })), {
    message: /anna\.key is not the key of .*agent\.crt/,
  });
  await t.rejects(enrolled(elsewhere({ ca: at('agent.key') })), { message: /agent\.key has no certificate in it/ });
  await t.rejects(enrolled(elsewhere({ key: at('none.key') })), { message: /none\.key cannot be read/ });
  await t.rejects(enrolled(elsewhere(flags('anna'))), { message: /anna\.crt is no agent's: .*urn:dorawatch:agent/ });
  t.notOk(existsSync(at('none')));
});
