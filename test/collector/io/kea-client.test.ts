/**
 * Kea's control channel as it really is: its control agent with TLS and basic authentication in front of a real pair, and what is
 * no Kea at all. The agents listen on loopback; the servers' own sockets are files, and so reach out of their namespaces.
 */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import type { KeaConfig } from '../../../collector/core/config/config.ts';
import { freeAddresses, subnetPrefixes } from '../../../collector/core/kea/free-addresses.ts';
import { readWord } from '../../../collector/core/kea/word.ts';
import { askKea } from '../../../collector/io/kea-client.ts';
import { milliseconds } from '../../../shared/core/units.ts';
import { LabChild } from '../../lab/child.ts';
import { command } from '../../lab/command.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { labSkipReason } from '../../lab/requirements.ts';

const PLAIN: KeaConfig = {
  url: '',
  username: null,
  passwordFile: null,
  caFile: null,
  certFile: null,
  keyFile: null,
  intervalMs: milliseconds(10_000),
};

/** A certificate for 127.0.0.1 that signs itself. */
function certificate(folder: string): { readonly cert: string; readonly key: string } {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  command('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-keyout',
    key,
    '-out',
    cert,
    ...subject,
  ]);
  return { cert, key };
}

/** A port that nobody holds now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface ControlAgent {
  readonly port: number;
  readonly child: LabChild;
}

async function controlAgent(lab: Lab, name: string, more: object): Promise<ControlAgent> {
  const port = await freePort();
  const socket = { 'socket-type': 'unix', 'socket-name': lab.primary.controlSocket };
  const where = { 'http-host': '127.0.0.1', 'http-port': port, 'control-sockets': { dhcp4: socket } };
  const loggers = [{ name: 'kea-ctrl-agent', severity: 'INFO', output_options: [{ output: 'stdout' }] }];
  const file = join(lab.folder, `${name}.json`);
  writeFileSync(file, JSON.stringify({ 'Control-agent': { ...where, ...more, loggers } }));
  const env = { KEA_PIDFILE_DIR: lab.folder, KEA_LOCKFILE_DIR: lab.folder };
  const child = new LabChild('kea-ctrl-agent', ['-c', file], { env, logPath: join(lab.folder, `${name}.log`) });
  await child.waitForOutput(/CTRL_AGENT_STARTED/, 20_000);
  return { port, child };
}

t.test('a real pair, behind its control agent', { skip: labSkipReason(), timeout: 120_000 }, async (t) => {
  const lab = await startLab({ size: 'small', timers: 'short' });
  t.teardown(() => lab.close());
  const plain = await controlAgent(lab, 'plain', {});
  t.teardown(() => plain.child.stop());

  await t.test('says what it is', async (t) => {
    const answer = await askKea({ ...PLAIN, url: `http://127.0.0.1:${plain.port}/` }, 'status-get');
    t.ok(answer.ok);
    if (!answer.ok) return;
    t.match(readWord(answer.answer, ['standby']).word, {
      state: 'hot-standby',
      scopes: ['primary'],
      unackedClients: 0,
    });
  });

  await t.test('free addresses by subnet, and what it does not know is a refusal', async (t) => {
    const url = `http://127.0.0.1:${plain.port}/`;
    const config = await askKea({ ...PLAIN, url }, 'config-get');
    const prefixes = subnetPrefixes(config.ok ? config.answer : null);
    const counted = await askKea({ ...PLAIN, url }, 'stat-lease4-get');
    const free = counted.ok ? freeAddresses(counted.answer, prefixes) : null;
    t.match(free, { '10.77.0.0/16': 32_767, '10.80.1.0/24': 190 });
    const unknown = await askKea({ ...PLAIN, url }, 'no-such-command');
    t.match(unknown.ok ? readWord(unknown.answer, []).problem : '', /not supported/);
  });

  await t.test('with TLS and a password', async (t) => {
    const { cert, key } = certificate(lab.folder);
    const passwordFile = join(lab.folder, 'password');
    const wrong = join(lab.folder, 'wrong');
    writeFileSync(passwordFile, 'open sesame\n');
    writeFileSync(wrong, 'close sesame\n');
    const secure = await controlAgent(lab, 'secure', {
      'trust-anchor': cert,
      'cert-file': cert,
      'key-file': key,
      'cert-required': false,
      authentication: { type: 'basic', realm: 'lab', clients: [{ user: 'ada', password: 'open sesame' }] },
    });
    t.teardown(() => secure.child.stop());
    const config = { ...PLAIN, url: `https://127.0.0.1:${secure.port}/`, username: 'ada', passwordFile, caFile: cert };
    const answer = await askKea(config, 'status-get');
    t.match(answer.ok ? readWord(answer.answer, []).word : answer, { state: 'hot-standby' });
    t.match(await askKea({ ...config, passwordFile: wrong }, 'status-get'), { ok: false, problem: /HTTP 401/ });
    t.match(await askKea({ ...config, caFile: null }, 'status-get'), { ok: false, problem: /self.signed certificate/ });
    t.match(await askKea({ ...config, passwordFile: '/no/such/file' }, 'status-get'), {
      ok: false,
      problem: '/no/such/file cannot be read (ENOENT)',
    });
  });
});

t.test('what is no Kea', async (t) => {
  const server = createServer((request, response) => {
    if (request.url === '/silent') return;
    response.end(request.url === '/text' ? 'hello' : '{}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.match(await askKea({ ...PLAIN, url: `${base}/text` }, 'status-get'), { ok: false, problem: /not JSON/ });
  const empty = await askKea({ ...PLAIN, url: `${base}/` }, 'status-get');
  t.match(empty.ok ? readWord(empty.answer, []) : empty, { word: null, problem: /no status/ });
  t.match(await askKea({ ...PLAIN, url: `${base}/silent` }, 'status-get'), { ok: false, problem: 'no answer in 5 s' });
  const port = await freePort();
  t.match(await askKea({ ...PLAIN, url: `http://127.0.0.1:${port}/` }, 'status-get'), {
    ok: false,
    problem: /ECONNREFUSED/,
  });
});
