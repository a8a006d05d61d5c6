/** Batches: rows in columns, counts of their own span, and a watermark that never lies. */
import t from 'tap';
import {
  closeBatch,
  createBatcher,
  isEmpty,
  isFull,
  recordEnding,
  recordForeign,
  recordHeard,
  recordLate,
  recordSent,
  recordStray,
  recordUnsent,
} from '../../../agent/core/batcher.ts';
import { BATCH_LATE_MAX, BATCH_RESULTS_MAX } from '../../../agent/core/probe-limits.ts';
import { ABSENT } from '../../../shared/core/batch.ts';
import { discover } from '../../../shared/core/dhcp4/build.ts';
import { encode } from '../../../shared/core/dhcp4/encode.ts';
import { MAX_SIGHTINGS_PER_BATCH } from '../../../shared/core/limits.ts';
import { ipv4 } from '../../../shared/core/net/ipv4.ts';
import { OUTCOMES, STAGES } from '../../../shared/core/outcome.ts';
import { microseconds, unixMicros } from '../../../shared/core/units.ts';
import { at, exchangeOn, GIADDR, OTHER, pathTo, REF } from '../probe-fixture.ts';

const offer = encode({
  ...discover({ xid: 7, chaddr: new Uint8Array(6), clientId: Uint8Array.of(1), giaddr: GIADDR }),
  op: 2,
});

const start = () =>
  createBatcher({ agent: 'a', site: 's', epoch: 7, anchor: unixMicros(1_700_000_000_000_000), epochStart: at(100) });

const closing = (ms: number, oldestMs?: number) => ({
  now: at(ms),
  oldestSentNs: oldestMs === undefined ? undefined : at(oldestMs),
  assignmentVersion: 3,
  dropTimeUs: microseconds(3e6),
  stamped: 'user' as const,
  loopDelayMaxUs: microseconds(12),
});

t.test('a batch explains itself', async (t) => {
  const batcher = start();
  const path = pathTo();
  t.ok(isEmpty(batcher));
  recordSent(batcher, path.ref);
  const acked = { outcome: 'acked', stage: 'ack', offerNs: 1_000_400, ackNs: 2_000_000, totalNs: 3_000_600 } as const;
  recordEnding(batcher, exchangeOn(path, 200), acked, true);
  recordEnding(batcher, exchangeOn(path, 201), { outcome: 'dropped', stage: 'offer', lateNs: 4e9 }, false);
  const batch = closeBatch(batcher, closing(1100, 900));
  t.match(batch, { agent: 'a', site: 's', epoch: 7, sequence: 1, fromUs: 0, completeThroughUs: 800_000, paths: [REF] });
  t.same(batch.results, {
    path: [0, 0],
    identity: [0, 0],
    sentUs: [100_000, 101_000],
    outcome: [OUTCOMES.indexOf('acked'), OUTCOMES.indexOf('dropped')],
    stage: [STAGES.indexOf('ack'), STAGES.indexOf('offer')],
    offerUs: [1000, ABSENT],
    ackUs: [2000, ABSENT],
    totalUs: [3001, ABSENT],
    released: [1, 0],
  });
  t.same(batch.late, [{ path: 0, identity: 0, sentUs: 101_000, lateUs: 4_000_000 }]);
  const next = closeBatch(batcher, closing(2100));
  t.match(next, { sequence: 2, fromUs: 1_000_000, completeThroughUs: 2_000_000, paths: [], counts: [] });
});

t.test('counts: due = sent + unsent, strays by kind, sources named', async (t) => {
  const batcher = start();
  const first = { ...REF, firstContact: true };
  recordSent(batcher, REF);
  recordUnsent(batcher, REF, 'stalled', 50);
  recordUnsent(batcher, REF, 'no_identity', 2);
  recordUnsent(batcher, first, 'send_error', 1);
  for (const stray of ['orphans', 'duplicates', 'malformed'] as const) recordStray(batcher, REF, stray);
  for (let each = 0; each < 10; each += 1) recordForeign(batcher, REF, ipv4(OTHER + each));
  recordForeign(batcher, REF, OTHER);
  const [counts, contact] = closeBatch(batcher, closing(200)).counts;
  t.match(counts, {
    due: 53,
    sent: 1,
    unsentStalled: 50,
    unsentNoIdentity: 2,
    orphans: 1,
    duplicates: 1,
    malformed: 1,
  });
  t.equal(counts?.foreign, 11);
  t.same(counts?.foreignSources, ['10.77.9.9', '10.77.9.10', '10.77.9.11', '10.77.9.12']);
  t.match(contact, { path: 1, due: 1, unsentSendError: 1 }, 'first contact is a path of its own');
});

t.test('bounds: a full batch says so, and late answers beyond theirs are counted', async (t) => {
  const batcher = start();
  const exchange = exchangeOn(pathTo(), 200);
  for (let each = 0; each < BATCH_RESULTS_MAX; each += 1)
    recordEnding(batcher, exchange, { outcome: 'naked', stage: 'ack' }, false);
  t.ok(isFull(batcher));
  for (let each = 0; each < BATCH_LATE_MAX + 5; each += 1) recordLate(batcher, exchange, 4e9);
  const batch = closeBatch(batcher, closing(5000));
  t.equal(batch.late.length, BATCH_LATE_MAX);
  t.equal(batch.counts[0]?.orphans, 5);
  t.notOk(isFull(batcher));
});

t.test('who answered is told with its exchange, in as many lines as a batch may have', async (t) => {
  const batcher = start();
  const exchange = exchangeOn(pathTo(), 200);
  const hear = (each: number): void => {
    // A path each, as the book of one path has room for a few servers alone.
    const path = { ...exchange.path, ref: { ...REF } };
    const heard = { type: 'OFFER', source: OTHER, server: OTHER, expected: true, mac: null, payload: offer } as const;
    recordHeard(batcher, { ...exchange, path }, heard, at(300 + each));
  };
  hear(0);
  t.notOk(isEmpty(batcher));
  for (let each = 1; each < MAX_SIGHTINGS_PER_BATCH + 9; each += 1) hear(each);
  const { sightings } = closeBatch(batcher, closing(1100));
  t.equal(sightings.length, MAX_SIGHTINGS_PER_BATCH);
  t.match(sightings[0], { path: 0, sentUs: 100_000, stage: 'offer', source: '10.77.9.9' });
  t.ok(isEmpty(batcher));
});
