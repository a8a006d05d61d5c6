import t from 'tap';
import { ABSENT, type ResultBatch } from '../../../../shared/core/batch.ts';
import {
  ALL_LIVE,
  countBatch,
  createExchangeCounts,
  exchangeFamilies,
  lateReceivedFamily,
} from '../../../../shared/core/metrics/exchange-counts.ts';
import type { Family } from '../../../../shared/core/metrics/family.ts';
import { COUNTED_SERVERS_MAX } from '../../../../shared/core/metrics/limits.ts';
import { batches, PATHS } from '../../../collector/fake-agent.ts';

/** Ten seconds, of which the standby answers none. */
const made = batches({ seconds: 10, answers: (server) => server === 0 });

function figure(
  families: readonly Family[],
  name: string,
  labels: Readonly<Record<string, string>>,
): number | undefined {
  const family = families.find((own) => own.name === name.replace(/_(bucket|sum|count)$/, ''));
  const suffix = /_(bucket|sum|count)$/.exec(name)?.[0];
  const fits = (own: Readonly<Record<string, string>>) =>
    Object.entries(labels).every(([key, value]) => own[key] === value);
  return family?.samples.find((sample) => sample.suffix === suffix && fits(sample.labels))?.value;
}

t.test('outcomes and latencies by server', async (t) => {
  const counts = createExchangeCounts();
  for (const batch of made) countBatch(counts, batch, ALL_LIVE);
  const families = exchangeFamilies('x', counts);
  const of = (name: string, labels: Readonly<Record<string, string>>) => figure(families, name, labels);
  t.equal(of('x_exchanges_total', { server: 'primary', outcome: 'acked' }), 100);
  t.equal(of('x_exchanges_total', { server: 'primary', outcome: 'dropped' }), 0);
  t.equal(of('x_exchanges_total', { server: 'standby', outcome: 'dropped' }), 100);
  // 21 ms to the OFFER, 42 ms in all: a bound counts what lies at or below it.
  t.equal(of('x_exchange_offer_seconds_bucket', { server: 'primary', le: '0.01' }), 0);
  t.equal(of('x_exchange_offer_seconds_bucket', { server: 'primary', le: '0.025' }), 100);
  t.equal(of('x_exchange_seconds_bucket', { server: 'primary', le: '0.025' }), 0);
  t.equal(of('x_exchange_seconds_bucket', { server: 'primary', le: '+Inf' }), 100);
  t.ok(Math.abs((of('x_exchange_seconds_sum', { server: 'primary' }) ?? 0) - 4.2) < 1e-9, 'in seconds');
  t.equal(of('x_exchange_seconds_count', { server: 'standby' }), 0, 'no answer has no latency');
  t.equal(of('x_exchange_offer_seconds_count', { server: 'standby' }), 0);
});

t.test('what came late is counted as that and as nothing else', async (t) => {
  const counts = createExchangeCounts();
  for (const batch of made) countBatch(counts, batch, { sinceUs: 5e6, counts: false });
  const families = [...exchangeFamilies('x', counts), lateReceivedFamily(counts)];
  t.equal(figure(families, 'x_exchanges_total', { server: 'primary', outcome: 'acked' }), 50);
  t.equal(figure(families, 'x_exchange_seconds_count', { server: 'primary' }), 50);
  t.equal(figure(families, 'dorawatch_exchanges_late_received_total', { server: 'primary' }), 50);
});

t.test('what is beside the results: unsent by cause, late answers, strays', async (t) => {
  const [path] = PATHS;
  const counted = { due: 9, sent: 3, unsentNoIdentity: 1, unsentStalled: 2, unsentSendError: 3 };
  const strays = { orphans: 4, duplicates: 5, malformed: 6, foreign: 7, foreignSources: [] };
  const late = [{ path: 0, identity: 0, sentUs: 0, lateUs: 4e6 }] as unknown as ResultBatch['late'];
  const batch = { ...(made[0] as ResultBatch), counts: [{ path: 0, ...counted, ...strays }], late };
  const counts = createExchangeCounts();
  countBatch(counts, batch, ALL_LIVE);
  countBatch(counts, batch, { sinceUs: Number.POSITIVE_INFINITY, counts: false });
  const families = exchangeFamilies('x', counts);
  const { server = '' } = path ?? {};
  t.equal(
    figure(families, 'x_exchanges_unsent_total', { server, cause: 'no_identity' }),
    1,
    'the late one adds nothing',
  );
  t.equal(figure(families, 'x_exchanges_unsent_total', { server, cause: 'stalled' }), 2);
  t.equal(figure(families, 'x_exchanges_unsent_total', { server, cause: 'send_error' }), 3);
  t.equal(figure(families, 'x_answers_late_total', { server }), 1);
  t.same(
    ['orphans', 'duplicates', 'malformed', 'foreign'].map((kind) =>
      figure(families, 'x_answers_stray_total', { server, kind }),
    ),
    [4, 5, 6, 7],
  );
});

t.test('sweeps, clients and silence before the first contact say nothing of a server', async (t) => {
  const counts = createExchangeCounts();
  const batch = made[1] as ResultBatch;
  for (const special of [{ scope: '10.80.1.0/24' }, { interface: 'eth0' }, { firstContact: true }])
    countBatch(counts, { ...batch, paths: batch.paths.map((path) => ({ ...path, ...special })) }, ALL_LIVE);
  t.equal(counts.servers.size, 0);
});

t.test('servers have a bound, and what is beyond it is counted', async (t) => {
  const counts = createExchangeCounts();
  const batch = made[1] as ResultBatch;
  for (let n = 0; n < COUNTED_SERVERS_MAX + 10; n += 1)
    countBatch(
      counts,
      { ...batch, paths: batch.paths.map((path) => ({ ...path, group: `g${n >> 1}`, server: `s${n}` })) },
      ALL_LIVE,
    );
  t.equal(counts.servers.size, COUNTED_SERVERS_MAX);
  t.equal(counts.shed, 20, 'two paths of each batch that found no place');
  t.equal(ABSENT, -1);
});
