/**
 * A real collector, a real Alertmanager and webhooks that fail in their ways: a gap is told once, also over a kill -9 and a
 * restart, with the events so far; its end is told; and whoever is dead or hangs keeps nobody else waiting.
 */
import { createHmac } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import t from 'tap';
import { createClock } from '../../../shared/io/clock.ts';
import { Alertmanager } from '../../lab/alertmanager.ts';
import { type AlertReceiver, startAlertReceiver, until } from '../alert-receiver.ts';
import { batches, FakeAgent } from '../fake-agent.ts';
import { hotStandby } from '../hot-standby.ts';
import { run, startCollectorProcess } from '../programs.ts';

const SECRET = 'open sesame';
/** Seconds of results before the collector is killed; from when on nobody serves; and of how many, the last, the primary serves again. */
const [FIRST, GAP_FROM, SERVED] = [40, 25, 8];

const bodiesOf = ({ received }: AlertReceiver, path: string, taken = true) =>
  received.filter((one) => one.path === path && (!taken || one.code === 200)).map(({ body }) => JSON.parse(body));

t.test('one gap is one page, whatever happens to who tells it and to who is told', async (t) => {
  const folder = mkdtempSync(`${tmpdir()}/dorawatch-alerts-`);
  // Twice ill, then well.
  const people = await startAlertReceiver((path, count) =>
    path === '/hangs' ? null : path === '/hook' && count < 2 ? 500 : 200,
  );
  const manager = await Alertmanager.start(`${folder}/alertmanager`, `${people.url}/manager`);
  t.teardown(async () => {
    await manager.stop();
    await people.close();
  });
  writeFileSync(`${folder}/secret`, `${SECRET}\n`);
  const hook = (url: string): string => `{ url: "${url}", secret_file: ${folder}/secret }`;
  const config = `${folder}/collector.yaml`;
  writeFileSync(
    config,
    `${hotStandby('corsham')}
alerts:
  external_url: https://dorawatch.example.org
  alertmanager: [{ url: "${manager.url}" }]
  webhooks: [${hook(`${people.url}/hook`)}, ${hook(`${people.url}/hangs`)}, ${hook('http://127.0.0.1:1/dead')}]
  labels: { team: dhcp }
  rules: { gap: { runbook: "https://wiki.example.org/gap" }, site_silent: off, collector: off }
`,
  );
  const first = await startCollectorProcess(config, `${folder}/state`);
  t.teardown(() => first.kill('SIGKILL'));
  // When it listens: what ended long ago is of nobody who is known now.
  const anchorUs = createClock().wall() - FIRST * 1e6;
  const all = batches({
    anchorUs,
    seconds: FIRST,
    answers: (server, second) => server === 0 && second < GAP_FROM,
  });
  const agent = new FakeAgent(first.address, { anchorUs });
  await agent.send(all.slice(0, FIRST));
  const [alert] = await until('an alert', async () => {
    const alerts = await manager.alerts();
    return alerts.length > 0 && alerts;
  });
  t.match(alert, {
    labels: { alertname: 'DorawatchGap', group: 'corsham-dhcp', server: 'primary', severity: 'critical', team: 'dhcp' },
    annotations: {
      summary: /^corsham-dhcp: no server serves since /,
      events: /Primary stops serving leases .*\n *gap: no server serving for .* so far/,
      runbook_url: 'https://wiki.example.org/gap',
    },
    generatorURL: /^https:\/\/dorawatch\.example\.org\/#\/timeline\?group=corsham-dhcp&since=/,
  });
  const fired = await until('a webhook that has recovered', async () => bodiesOf(people, '/hook')[0]);
  t.match(fired, { version: 1, occasion: 'fired', state: 'firing', labels: alert?.labels, events: /Primary stops/ });
  t.equal(bodiesOf(people, '/hook', false).length, 3, 'twice refused, and tried again');

  const { headers, body = '' } = people.received.find(({ path }) => path === '/hook') ?? {};
  const [, signedAt = '', mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers?.['x-dorawatch-signature'])) ?? [];
  t.equal(createHmac('sha256', SECRET).update(`${signedAt}.${body}`).digest('hex'), mac, 'as a receiver verifies it');

  const ask = (...args: string[]) => run('collector/ops/main.ts', [...args, '--collector', first.address]);
  const [listed, shown, tested] = await Promise.all([ask('alerts'), ask('status'), ask('alerts', '--test')]);
  t.match(listed.stdout, /DorawatchGap +\| firing +\| critical [\s\S]*\(told by gap corsham-dhcp primary\)/);
  t.match(listed.stdout, /webhook 127\.0\.0\.1:1: 1 alert waiting; connect ECONNREFUSED/);
  t.match(shown.stdout, /webhook 127\.0\.0\.1:1: connect ECONNREFUSED/);
  t.equal(tested.code, 1);
  t.match(
    tested.stdout,
    /alertmanager 127\.0\.0\.1:\d+ +\| taken +\| HTTP 200 [\s\S]*\| not taken +\| connect ECONNREFUSED/,
  );
  t.match(tested.stdout, /\| not taken +\| no answer in 10 s/);
  agent.close();
  first.kill('SIGKILL');
  await first.ended;

  const second = await startCollectorProcess(config, `${folder}/state`);
  t.teardown(() => second.kill('SIGKILL'));
  await until('the same alert again', async () =>
    (await manager.alerts()).some(({ fingerprint }) => fingerprint === alert?.fingerprint),
  );
  // The same agent, with what it measured meanwhile.
  const seconds = Math.floor((createClock().wall() - anchorUs) / 1e6);
  const back = new FakeAgent(second.address, { anchorUs });
  const isServed = (at: number): boolean => at < GAP_FROM || at >= seconds - SERVED;
  await back.send(
    batches({ anchorUs, seconds, answers: (server, at) => server === 0 && isServed(at) }).slice(FIRST, seconds),
  );
  await until('its end', async () =>
    (await manager.alerts()).every(({ labels }) => labels['alertname'] !== 'DorawatchGap'),
  );
  const over = await until('its end at the webhook', async () =>
    bodiesOf(people, '/hook').find(({ state }) => state === 'resolved'),
  );
  t.match(over, {
    alert_id: fired.alert_id,
    occasion: 'resolved',
    since: fired.since,
    events: /Primary resumes serving leases/,
  });
  t.equal(bodiesOf(people, '/hook').filter(({ occasion }) => occasion === 'fired').length, 1, 'no second page');
  const told = await until('the end from Alertmanager', async () => {
    const messages = bodiesOf(people, '/manager').filter(
      ({ commonLabels }) => commonLabels.alertname === 'DorawatchGap',
    );
    return messages.some(({ status }) => status === 'resolved') && messages.map(({ status }) => status);
  });
  t.same(told, ['firing', 'resolved'], 'nor one from Alertmanager');
  back.close();
  second.kill('SIGTERM');
  t.equal((await second.ended).code, 0, 'a webhook that hangs does not hold its end');
});
