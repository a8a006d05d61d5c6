/** The exchange machine, as scenario scripts: what comes in at which ms, and what must follow. */
import t from 'tap';
import {
  type Ending,
  type Exchange,
  onAbandoned,
  onAnswer,
  onDeadline,
  onIcmp,
  requestFailed,
  requestSent,
  type Step,
} from '../../../agent/core/exchange.ts';
import { ipv4, noAddress } from '../../../shared/core/net/ipv4.ts';
import { answerAt, at, exchangeOn, OFFERED, OTHER, pathTo, SERVER } from '../probe-fixture.ts';

const lease = { address: OFFERED, server: SERVER, leaseSeconds: 3600 };

/** An exchange begun at 0 whose OFFER came at 10 ms and whose REQUEST left at 11 ms. */
function requested(): Exchange {
  const exchange = exchangeOn(pathTo(), 0);
  requestSent(exchange, lease, answerAt(10), at(11));
  return exchange;
}

const finished = (step: Step): Partial<Ending> => (step.kind === 'finish' ? step.ending : { lateNs: Number.NaN });

t.test('DISCOVER, OFFER, REQUEST, ACK', async (t) => {
  const exchange = exchangeOn(pathTo(), 0);
  t.same(onAnswer(exchange, answerAt(10), at(10)), { kind: 'request', lease });
  t.same(exchange.state, { kind: 'offer' }, 'nothing changes before the REQUEST has left');
  requestSent(exchange, lease, answerAt(10), at(11));
  t.match(finished(onAnswer(exchange, answerAt(30, { type: 'ACK' }), at(30))), {
    outcome: 'acked',
    stage: 'ack',
    offerNs: 10e6,
    ackNs: 19e6,
    totalNs: 30e6,
    lease,
  });
});

t.test('an ACK without options 51 and 54 is held and released as the OFFER says, and its own address', async (t) => {
  const ack = answerAt(30, { type: 'ACK', server: undefined, yiaddr: OTHER, leaseSeconds: undefined });
  t.same(finished(onAnswer(requested(), ack, at(30))).lease, { ...lease, address: OTHER });
  const renewed = finished(onAnswer(requested(), { ...ack, leaseSeconds: 600 }, at(30)));
  t.equal(renewed.lease?.leaseSeconds, 600, 'how long it is ours, the ACK says');
});

t.test('NAK', async (t) => {
  t.match(finished(onAnswer(requested(), answerAt(20, { type: 'NAK' }), at(20))), { outcome: 'naked', stage: 'ack' });
  const early = onAnswer(exchangeOn(pathTo(), 0), answerAt(5, { type: 'NAK' }), at(5));
  t.match(finished(early), { outcome: 'naked', stage: 'offer' });
});

t.test('DISCOVER-only ends at the OFFER', async (t) => {
  const step = onAnswer(exchangeOn(pathTo('do'), 0), answerAt(10), at(10));
  t.match(finished(step), { outcome: 'acked', stage: 'offer', offerNs: 10e6, totalNs: 10e6 });
});

t.test('an OFFER that cannot be requested is named, and the exchange goes on to its deadline', async (t) => {
  const exchange = exchangeOn(pathTo(), 0);
  const nameless = onAnswer(exchange, answerAt(10, { server: undefined }), at(10));
  t.same(nameless, { kind: 'malformed', reason: 'no-server-identifier' });
  t.same(onAnswer(exchange, answerAt(10, { yiaddr: noAddress }), at(10)), { kind: 'malformed', reason: 'no-address' });
  t.same(onAnswer(exchange, answerAt(10, { type: 'ACK' }), at(10)), {
    kind: 'malformed',
    reason: 'ack-before-request',
  });
  t.match(onDeadline(exchange), { outcome: 'dropped', stage: 'offer' });
});

t.test('an answer without the echo of option 118 is none (RFC 3011)', async (t) => {
  const subnetSelection = ipv4(0x0a500100);
  const path = { ...pathTo(), subnetSelection };
  const exchange = exchangeOn(path, 0);
  const deaf = { kind: 'malformed', reason: 'no-subnet-selection' };
  t.same(onAnswer(exchange, answerAt(10), at(10)), deaf);
  t.same(onAnswer(exchange, answerAt(10, { subnetSelection: OTHER }), at(10)), deaf, 'the echo of something else');
  t.same(onAnswer(exchange, answerAt(10, { subnetSelection }), at(10)), { kind: 'request', lease });
  requestSent(exchange, lease, answerAt(10), at(11));
  t.same(onAnswer(exchange, answerAt(20, { type: 'ACK' }), at(20)), deaf);
  t.match(finished(onAnswer(exchange, answerAt(20, { type: 'NAK' }), at(20))), { outcome: 'naked' }, 'a NAK need not');
});

t.test('one deadline for the whole exchange', async (t) => {
  t.match(onDeadline(exchangeOn(pathTo(), 0)), { outcome: 'dropped', stage: 'offer' });
  t.match(onDeadline(requested()), { outcome: 'dropped', stage: 'ack', offerNs: 10e6 });
  const atTheDeadline = onAnswer(requested(), answerAt(3000, { type: 'ACK' }), at(3000));
  t.match(finished(atTheDeadline), { outcome: 'acked' }, 'the deadline itself is in time');
});

t.test('read after the deadline', async (t) => {
  const offer = (received: number, since?: number) =>
    finished(onAnswer(exchangeOn(pathTo(), 0), answerAt(received, {}, since), at(6000)));
  const ack = (received: number, since?: number) =>
    finished(onAnswer(requested(), answerAt(received, { type: 'ACK' }, since), at(6000)));
  t.match(offer(3001), { outcome: 'dropped', stage: 'offer', lateNs: 3001e6 }, 'surely late');
  t.match(offer(6000, 1000), { outcome: 'unmeasured', stage: 'offer' }, 'late or not: nobody knows');
  t.match(offer(100), { outcome: 'unmeasured', stage: 'offer', offerNs: 100e6 }, 'in time, but we came too late');
  t.match(
    ack(3001),
    { outcome: 'dropped', stage: 'ack', lateNs: 3001e6, lease },
    'the lease is known, to be given back',
  );
  t.match(ack(6000, 1000), { outcome: 'unmeasured', stage: 'ack', lease });
  t.match(ack(200), { outcome: 'acked', totalNs: 200e6 }, 'the kernel stamped it in time');
});

t.test('a drop that is our own doing is none', async (t) => {
  const delayed = exchangeOn(pathTo(), 0);
  requestSent(delayed, lease, answerAt(10), at(2000));
  t.match(onDeadline(delayed), { outcome: 'unmeasured', stage: 'ack' });
  const unread = exchangeOn(pathTo(), 0);
  requestSent(unread, lease, answerAt(2000, {}, 5), at(2001));
  t.match(onDeadline(unread), { outcome: 'unmeasured' }, 'the OFFER may have waited for us since 5 ms');
  const doubtful = requested();
  doubtful.isDoubtful = true;
  t.match(onDeadline(doubtful), { outcome: 'unmeasured' }, 'the kernel dropped packets meanwhile');
});

t.test('other ends', async (t) => {
  t.match(onIcmp(exchangeOn(pathTo(), 0), 'refused'), { outcome: 'refused', stage: 'offer' });
  t.match(onIcmp(requested(), 'unreachable'), { outcome: 'unreachable', stage: 'ack' });
  t.match(onAbandoned(requested()), { outcome: 'unmeasured', stage: 'ack' });
  t.match(requestFailed(exchangeOn(pathTo(), 0), answerAt(10)), {
    outcome: 'unmeasured',
    stage: 'offer',
    offerNs: 10e6,
  });
});

t.test('a second OFFER changes nothing', async (t) => {
  t.same(onAnswer(requested(), answerAt(12), at(12)), { kind: 'duplicate' });
});
