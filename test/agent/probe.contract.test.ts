/** The document of `probe --json`, key for key and in its order, from the real program: answered, unanswered, DISCOVER only. */
import t, { type Test } from 'tap';
import { networkSkipReason, ProbeNetwork, SERVER_ADDRESS } from './probe-network.ts';

const skip = networkSkipReason();
/** As published; those in brackets came later. */
const KEYS =
  'server kind started_at duration_ms rate_per_second drop_time_ms due sent unsent acked dropped naked refused unreachable unmeasured late orphans [duplicates] foreign malformed released latency_us stamped';
const FIGURES = 'min mean p50 p90 p99 max stddev';
const NONE = { min: null, mean: null, p50: null, p90: null, p99: null, max: null, stddev: null };
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

type Json = Record<string, unknown>;
const has = (t: Test, value: unknown, list: string, name: string): void => {
  t.equal(Object.keys(value as Json).join(' '), list.replace(/[[\]]/g, ''), name);
};

function holds(t: Test, document: Json, more = ''): void {
  has(t, document, KEYS + more, 'document');
  has(t, document['unsent'], 'no_identity stalled send_error', 'unsent');
  has(t, document['dropped'], 'offer ack', 'dropped');
  has(t, document['latency_us'], 'offer ack total', 'latency_us');
  for (const figures of Object.values(document['latency_us'] as Json)) has(t, figures, FIGURES, 'figures');
  t.match(document['started_at'], TIME);
  const count = (value: unknown): number =>
    typeof value === 'object' && value !== null
      ? Object.values(value).reduce((sum, one) => sum + count(one), 0)
      : Number(value);
  const sum = (...keys: readonly string[]): number => keys.reduce((total, key) => total + count(document[key]), 0);
  t.equal(document['due'], sum('sent', 'unsent'));
  t.equal(document['sent'], sum('acked', 'dropped', 'naked', 'refused', 'unreachable', 'unmeasured'));
}

t.test('probe --json', { skip }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  await network.serve('none');
  const ran = (...flags: readonly string[]) => network.probe(SERVER_ADDRESS, '-d', '0.5', '--json', ...flags);
  const [dora, every, offers, unbounded] = await Promise.all([
    ran('-n', '4', '-r', '20', '-R', '2'),
    ran('-n', '4', '-r', '20', '--exchanges'),
    ran('-n', '3', '-i', '-r', '20'),
    ran('-N', '6700'),
  ]);
  const document = ({ stdout }: { readonly stdout: string }): Json => JSON.parse(stdout) as Json;

  holds(t, document(dora));
  t.match(document(dora), { server: SERVER_ADDRESS, kind: 'dora', rate_per_second: 20, drop_time_ms: 500, due: 4 });

  const list = document(every)['exchanges'] as Json[];
  holds(t, document(every), ' exchanges');
  t.equal(list.length, 4);
  for (const exchange of list) {
    has(
      t,
      exchange,
      'sent_at xid identity outcome stage offer_us ack_us total_us late_us address released',
      'exchange',
    );
    t.match(exchange['sent_at'], TIME);
    t.equal(exchange['total_us'] === null, exchange['outcome'] !== 'acked', 'latency of what was answered alone');
  }

  holds(t, document(offers));
  t.match(document(offers), { kind: 'do', acked: 3, released: 0 }, 'an answered OFFER counts as acked');
  t.match(document(offers)['latency_us'], { ack: NONE, total: NONE });

  holds(t, document(unbounded));
  t.equal(document(unbounded)['rate_per_second'], null, 'no rate is null');
  t.match(document(unbounded), { acked: 0, latency_us: { offer: NONE, ack: NONE, total: NONE } });
  t.same([dora.code === 0 || dora.code === 3, offers.code, unbounded.code], [true, 0, 3]);
});
