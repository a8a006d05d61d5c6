/** Secrets in files of their own: read when they are needed, used as they should be, and never part of what is said or shown. */
import { writeFileSync } from 'node:fs';
import t from 'tap';
import { webhookMessage } from '../../../collector/core/alerts/alert-message.ts';
import { testRecord } from '../../../collector/core/alerts/test-alert.ts';
import { sendToAlertmanager } from '../../../collector/io/alertmanager-client.ts';
import { influxPassword } from '../../../collector/io/influx-password.ts';
import { authorizationOf, secretOf } from '../../../collector/io/secret-file.ts';
import { sendToWebhook } from '../../../collector/io/webhook-client.ts';
import { unixMicros } from '../../../shared/core/units.ts';
import { startAlertReceiver } from '../alert-receiver.ts';

const now = unixMicros(1.7e15);
const { signal } = new AbortController();
const message = webhookMessage(testRecord(now), 'test', { rows: [], zone: 'UTC', externalUrl: null, now });

t.test('a file: its line break is no part of the secret, and what is wrong with it names the file', async (t) => {
  const folder = t.testdir({ good: 'hunter2\n', windows: 'hunter2\r\n', empty: '\n' });
  t.equal(await secretOf('password_file', `${folder}/good`), 'hunter2');
  t.equal(await secretOf('password_file', `${folder}/windows`), 'hunter2');
  t.same(await authorizationOf({ username: 'ada', passwordFile: `${folder}/good` }), {
    authorization: `Basic ${Buffer.from('ada:hunter2').toString('base64')}`,
  });
  t.same(await authorizationOf({ username: null, passwordFile: null }), {});
  await t.rejects(secretOf('url_file', `${folder}/none`), {
    message: `url_file ${folder}/none cannot be read (ENOENT)`,
  });
  await t.rejects(secretOf('url_file', `${folder}/empty`), { message: `url_file ${folder}/empty is empty` });
  await t.rejects(influxPassword({ password: null, passwordFile: `${folder}/none` }, {}), {
    name: 'ConfigFileError',
    message: /^influx\.password_file .* cannot be read \(ENOENT\)$/,
  });
});

t.test('an Alertmanager with basic authentication: a new password needs no restart', async (t) => {
  const folder = t.testdir({ password: 'old\n' });
  const receiver = await startAlertReceiver((_, count) => (count === 0 ? 401 : 200));
  t.teardown(() => receiver.close());
  const config = { url: receiver.url, username: 'dorawatch', passwordFile: `${folder}/password` };
  t.match(await sendToAlertmanager(config, [], signal), { verdict: 'again', answer: /^HTTP 401/ });
  writeFileSync(config.passwordFile, 'new\n');
  t.match(await sendToAlertmanager(config, [], signal), { verdict: 'taken' });
  const sent = receiver.received.map(({ path, headers }) => [path, headers.authorization]);
  const basic = (password: string) => `Basic ${Buffer.from(`dorawatch:${password}`).toString('base64')}`;
  t.same(sent, [
    ['/api/v2/alerts', basic('old')],
    ['/api/v2/alerts', basic('new')],
  ]);
  const missing = await sendToAlertmanager({ ...config, passwordFile: `${folder}/none` }, [], signal);
  t.match(missing, { verdict: 'again', answer: `password_file ${folder}/none cannot be read (ENOENT)` });
  t.equal(receiver.received.length, 2, 'and nothing is sent without it');
});

t.test('a webhook whose URL is a secret: told there, and never told of', async (t) => {
  const receiver = await startAlertReceiver((path) => (path.includes('moved') ? 404 : 200));
  t.teardown(() => receiver.close());
  const folder = t.testdir({ secret: 's3cret\n', url: `${receiver.url}/services/hunter2\n`, odd: 'hunter2\n' });
  const config = { url: null, urlFile: `${folder}/url`, secretFile: `${folder}/secret` };
  t.match(await sendToWebhook(config, message, { now, signal }), { verdict: 'taken' });
  t.equal(receiver.received[0]?.path, '/services/hunter2');
  writeFileSync(config.urlFile, `${receiver.url}/moved/hunter2?key=hunter3`);
  const refused = await sendToWebhook(config, message, { now, signal });
  t.match(refused, { verdict: 'again', answer: 'HTTP 404: no route (url)' }, 'though the receiver repeats it');
  writeFileSync(config.urlFile, 'http://127.0.0.1:1/hunter2');
  const dead = await sendToWebhook(config, message, { now, signal });
  t.equal(dead.verdict, 'again');
  t.notMatch(dead.answer, /hunter/);
  const odd = await sendToWebhook({ ...config, urlFile: `${folder}/odd` }, message, { now, signal });
  t.match(odd, {
    verdict: 'again',
    answer: `url_file ${folder}/odd holds no URL: one line, https://… from its first character on`,
  });
  const unsigned = await sendToWebhook({ ...config, secretFile: `${folder}/none` }, message, { now, signal });
  t.match(unsigned, { verdict: 'again', answer: `secret_file ${folder}/none cannot be read (ENOENT)` });
});
