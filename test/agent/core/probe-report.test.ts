/** The text that scripts read, in perfdhcp's words, and the JSON document's keys. */
import t from 'tap';
import { type ProbeFigures, probeDocument, probeReport } from '../../../agent/core/probe-report.ts';
import {
  createTally,
  endedOf,
  failedOf,
  tallyEnding,
  tallySent,
  tallyUnsent,
} from '../../../agent/core/probe-tally.ts';

function figures(kind: 'dora' | 'do' = 'dora'): ProbeFigures {
  const tally = createTally();
  for (let each = 0; each < 4; each += 1) tallySent(tally);
  tallyUnsent(tally, 'stalled', 2);
  tallyEnding(tally, { outcome: 'acked', stage: 'ack', offerNs: 1e6, ackNs: 2e6, totalNs: 3e6 }, true);
  tallyEnding(tally, { outcome: 'dropped', stage: 'ack', offerNs: 3e6 }, false);
  tallyEnding(tally, { outcome: 'dropped', stage: 'offer', lateNs: 4e9 }, false);
  tallyEnding(tally, { outcome: 'naked', stage: 'ack', offerNs: 2e6 }, false);
  const moment = { startedAt: '2026-01-01T00:00:00.000000Z', durationMs: 500, stamped: 'user' as const };
  return { server: '10.77.1.2', kind, ...moment, ratePerSecond: 10, dropTimeMs: 3000, tally };
}

t.test("perfdhcp's lines, in perfdhcp's order", async (t) => {
  const report = probeReport(figures());
  const expected = `***Rate statistics***
Rate: 2 4-way exchanges/second, expected rate: 10

***Malformed Packets***
Malformed packets: 0
***Statistics for: DISCOVER-OFFER***
sent packets: 4
received packets: 3
drops: 1
drops ratio: 25 %
orphans: 1
rejected leases: 0
non unique addresses: 0

min delay: 1.000 ms
avg delay: 2.000 ms
max delay: 3.000 ms
std deviation: 0.817 ms
collected packets: 0

***Statistics for: REQUEST-ACK***
sent packets: 3
received packets: 1
drops: 2
drops ratio: 66.6667 %
orphans: 0
rejected leases: 1
non unique addresses: 0

min delay: 2.000 ms
avg delay: 2.000 ms
max delay: 2.000 ms
std deviation: 0.000 ms
collected packets: 0
`;
  t.equal(report.slice(0, expected.length), expected);
  t.match(report, /unsent: 2 \(no identity 0, stalled 2, send error 0\)/);
  t.match(report, /whole: p50 3\.000 ms/);
});

t.test('nothing received prints n/a, once a line; DISCOVER-only has one stage', async (t) => {
  const report = probeReport({ ...figures('do'), tally: createTally(), ratePerSecond: null });
  t.match(report, /^Rate: 0 DISCOVER-OFFER\/second$/m);
  t.match(report, /^drops ratio: n\/a\nor/m);
  t.match(report, /^min delay: n\/a\navg delay: n\/a\n/m);
  t.notMatch(report, /REQUEST-ACK|inf|nan/i);
});

t.test('the document: keys of the contract, and both identities', async (t) => {
  const document = probeDocument(figures());
  t.same(
    Object.keys(document),
    'server kind started_at duration_ms rate_per_second drop_time_ms due sent unsent acked dropped naked refused unreachable unmeasured late orphans duplicates foreign malformed released latency_us stamped'.split(
      ' ',
    ),
  );
  t.match(document, { due: 6, sent: 4, unsent: { no_identity: 0, stalled: 2, send_error: 0 }, late: 1, released: 1 });
  const { tally } = figures();
  t.equal(endedOf(tally), tally.sent);
  t.equal(failedOf(tally), 3);
  t.equal(probeDocument({ ...figures(), tally: createTally() })['latency_us'] !== null, true);
  t.match(probeDocument({ ...figures(), tally: createTally() }), { latency_us: { ack: { p99: null } } });
});
