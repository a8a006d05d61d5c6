import t from 'tap';
import { createBatchClocks } from '../../../../collector/core/answers/batch-clocks.ts';
import { exchangePoints } from '../../../../collector/core/influx/exchange-points.ts';
import { MEASUREMENTS, nanoseconds } from '../../../../collector/core/influx/point.ts';
import { epochMicros, microseconds, unixMicros } from '../../../../shared/core/units.ts';
import { batches } from '../../fake-agent.ts';

const anchorUs = 1_700_000_000_000_001;
const [batch] = batches({ anchorUs, seconds: 1 });
if (batch === undefined) throw new Error('no batch');

t.test('every figure and name, absent where there is none; no tag has many values', async (t) => {
  const [first, ...rest] = exchangePoints(batch, createBatchClocks());
  t.equal(rest.length, batch.results.path.length - 1);
  t.same(first, {
    measurement: 'dhcp_exchange',
    tags: { group: 'corsham-dhcp', server: 'primary', site: 'corsham', agent: 'agent-1' },
    timestamp: '1700000000000001000',
    fields: {
      outcome: 'acked',
      stage: 'ack',
      stamped: 'kernel',
      released: true,
      epoch: 1,
      sequence: 1,
      index: 0,
      identity: 0,
      offer_us: 21_000,
      ack_us: 20_500,
      total_us: 42_000,
    },
  });
  for (const point of [first, ...rest]) {
    t.same(
      Object.keys(point?.tags ?? {}).filter((tag) => !MEASUREMENTS.dhcp_exchange.tags.some((known) => known === tag)),
      [],
    );
    t.same(
      Object.keys(point?.fields ?? {}).filter((field) => !(field in MEASUREMENTS.dhcp_exchange.fields)),
      [],
    );
  }
});

t.test(
  'two exchanges of one series and µs are two points; a late answer finds the one that it belongs to',
  async (t) => {
    const zeros = batch.results.sentUs.map(() => 0);
    const same = {
      ...batch,
      results: { ...batch.results, sentUs: zeros, path: zeros, identity: zeros.map((_, i) => i) },
    };
    const late = [{ path: 0, identity: 7, sentUs: epochMicros(0), lateUs: microseconds(4_000_000) }];
    const points = exchangePoints({ ...same, late }, createBatchClocks());
    const stamps = points.map(({ timestamp }) => timestamp);
    t.equal(new Set(stamps.slice(0, -1)).size, same.results.path.length);
    t.equal(points.at(-1)?.timestamp, stamps[7]);
    t.same(points.at(-1)?.fields, { late_us: 4_000_000 });
    const cloned = { ...same, results: { ...same.results, identity: zeros } };
    t.equal(new Set(exchangePoints(cloned, createBatchClocks()).map(({ timestamp }) => timestamp)).size, zeros.length);
  },
);

t.test('nanoseconds are exact beyond what a double holds', async (t) => {
  t.equal(nanoseconds(unixMicros(1_700_000_000_123_456), 7), '1700000000123456007');
  t.equal(nanoseconds(unixMicros(1_700_000_000_123_456.5), 999), '1700000000123456999');
});
