/**
 * HTTPS on the HTTP port of a real collector: TLS 1.3 and nothing older, a cookie that goes over nothing else, and another certificate in
 * the files taken while it runs.
 */
import { copyFileSync, readFileSync, renameSync } from 'node:fs';
import { request } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import t from 'tap';
import { startEnrolled } from '../enrolled-process.ts';
import { run } from '../programs.ts';

const PATIENCE_MS = 20_000;

// Not the test's own, which the collector takes for itself.
const folder = t.testdir();

t.test('HTTPS', async (t) => {
  const [cert, key] = [`${folder}/http.crt`, `${folder}/http.key`];
  const made = (state: string) => run('collector/main.ts', ['init', '--state', state, '--name', '127.0.0.1']);
  await Promise.all([made(`${folder}/first`), made(`${folder}/second`)]);
  const put = (from: string): void => {
    for (const [name, path] of [
      ['server.crt', cert],
      ['server.key', key],
    ] as const) {
      copyFileSync(`${folder}/${from}/tls/${name}`, `${path}.new`);
      renameSync(`${path}.new`, path);
    }
  };
  put('first');
  const collector = await startEnrolled(t, ['--http-cert', cert, '--http-key', key]);
  const port = Number(new URL(collector.process.http).port);
  const root = (of: string): string => readFileSync(`${folder}/${of}/tls/ca.crt`, 'utf8');

  const login = (token: string): Promise<{ readonly status: number; readonly cookie: string }> =>
    new Promise((resolve, reject) => {
      const asked = request(
        {
          ...{ host: '127.0.0.1', port, path: '/api/v1/login', method: 'POST', ca: root('first'), agent: false },
          headers: { 'content-type': 'application/json' },
        },
        (answer) => {
          answer.resume();
          resolve({ status: answer.statusCode ?? 0, cookie: String(answer.headers['set-cookie']) });
        },
      );
      asked.once('error', reject).end(JSON.stringify({ token }));
    });
  const entered = await login(await collector.bearer('vera', 'viewer'));
  t.equal(entered.status, 200);
  t.match(entered.cookie, /^__Host-dorawatch=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+; Secure$/);

  /** Who shakes hands: the version, or why not. */
  const shaken = (ca: string, maxVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3'): Promise<string> =>
    new Promise((resolve) => {
      const socket: TLSSocket = connect({ host: '127.0.0.1', port, ca, maxVersion }, () => {
        resolve(String(socket.getProtocol()));
        socket.destroy();
      });
      socket.once('error', ({ message }) => resolve(message));
    });
  t.equal(await shaken(root('first')), 'TLSv1.3');
  t.match(await shaken(root('first'), 'TLSv1.2'), /protocol version/);
  t.not(await shaken(root('second')), 'TLSv1.3');

  put('second');
  const end = performance.now() + PATIENCE_MS;
  while ((await shaken(root('second'))) !== 'TLSv1.3' && performance.now() < end) await pause(200);
  t.equal(await shaken(root('second')), 'TLSv1.3', 'the new certificate is shown without a restart');
});

t.test('one file without the other', async (t) => {
  const alone = await run('collector/main.ts', ['serve', '--config', 'c.yaml', '--state', 's', '--http-cert', 'a.crt']);
  t.match([alone.code, alone.stderr], [2, /--http-cert and --http-key go together; one of them is missing/]);
});
