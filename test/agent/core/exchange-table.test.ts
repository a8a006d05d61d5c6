/** Whose answer is it: matching, late and foreign answers, and that every exchange ends exactly once, by its deadline. */
import fc from 'fast-check';
import t from 'tap';
import { type Exchange, requestSent } from '../../../agent/core/exchange.ts';
import {
  abandoned,
  createTable,
  doubtAll,
  endExchange,
  expired,
  freeXid,
  nextDeadline,
  oldestSent,
  onArrival,
  onIcmpError,
  openExchange,
} from '../../../agent/core/exchange-table.ts';
import { clientIdOf } from '../../../agent/core/identity.ts';
import { answerAt, at, exchangeOn, OTHER, pathTo, SERVER } from '../probe-fixture.ts';

const lease = { address: answerAt(0).yiaddr, server: SERVER, leaseSeconds: 3600 };

function tableWith(...exchanges: Exchange[]) {
  const table = createTable();
  for (const exchange of exchanges) openExchange(table, exchange);
  return table;
}

t.test('an answer belongs to an exchange by xid, chaddr, client-id and source', async (t) => {
  const exchange = exchangeOn(pathTo('dora', ['10.77.9.0/24']), 0);
  const table = tableWith(exchange);
  const kind = (fields: Parameters<typeof answerAt>[1]) => onArrival(table, answerAt(5, fields), at(5)).kind;
  t.equal(kind({}), 'step');
  t.equal(kind({ clientId: clientIdOf(exchange.identity.chaddr) }), 'step');
  t.equal(kind({ source: OTHER }), 'step', 'a source that the server lists');
  t.equal(kind({ xid: 1 }), 'orphan');
  t.equal(kind({ chaddr: new Uint8Array(6) }), 'orphan');
  t.equal(kind({ clientId: new Uint8Array(7) }), 'orphan');
  t.equal(onArrival(tableWith(exchangeOn(pathTo(), 0)), answerAt(5, { source: OTHER }), at(5)).kind, 'foreign');
  t.equal(table.inFlight.size, 1, 'asking changes nothing');
});

t.test('after a drop the first answer is late, the next one a repetition', async (t) => {
  const exchange = exchangeOn(pathTo(), 0);
  const table = tableWith(exchange);
  for (const { exchange, ending } of expired(table, at(3000))) endExchange(table, exchange, ending, at(3000));
  t.match(onArrival(table, answerAt(3500), at(3500)), { kind: 'late', lateNs: 3500e6 });
  t.equal(onArrival(table, answerAt(3600), at(3600)).kind, 'duplicate');
  t.equal(onArrival(table, answerAt(3600, { source: OTHER }), at(3600)).kind, 'foreign');
});

t.test('dropped at ack: a repeated OFFER is no late answer, the ACK is, with a lease to give back', async (t) => {
  const exchange = exchangeOn(pathTo(), 0);
  const table = tableWith(exchange);
  requestSent(exchange, lease, answerAt(10), at(10));
  for (const { exchange, ending } of expired(table, at(3000))) endExchange(table, exchange, ending, at(3000));
  t.equal(onArrival(table, answerAt(3100), at(3100)).kind, 'duplicate');
  t.match(onArrival(table, answerAt(3200, { type: 'ACK' }), at(3200)), { kind: 'late', lateNs: 3200e6, lease });
});

t.test('after a real end every answer is a repetition, and after a minute a stranger', async (t) => {
  const exchange = exchangeOn(pathTo(), 0);
  const table = tableWith(exchange);
  endExchange(table, exchange, { outcome: 'naked', stage: 'offer' }, at(10));
  t.equal(onArrival(table, answerAt(20), at(20)).kind, 'duplicate');
  const next = exchangeOn(pathTo(), 61_000, 7);
  openExchange(table, next);
  endExchange(table, next, { outcome: 'naked', stage: 'offer' }, at(61_000));
  t.equal(onArrival(table, answerAt(61_001), at(61_001)).kind, 'orphan');
});

t.test('deadlines come in order, also when two drop times mix', async (t) => {
  const long = exchangeOn(pathTo(), 0, 1);
  const short: Exchange = { ...exchangeOn(pathTo(), 100, 2), deadlineNs: at(600) };
  const table = tableWith(long, short);
  t.equal(nextDeadline(table, at(200)), at(600));
  t.equal(oldestSent(table), at(0));
  t.same(
    expired(table, at(700)).map(({ exchange }) => exchange.xid),
    [2],
  );
});

t.test('ICMP errors: by the quoted xid, else the oldest to that destination', async (t) => {
  const table = tableWith(exchangeOn(pathTo(), 0, 1), exchangeOn(pathTo(), 5, 2));
  const xidOf = (destination: typeof SERVER, xid: number | undefined) =>
    onIcmpError(table, { destination, xid }, 'refused')?.exchange.xid;
  t.equal(xidOf(SERVER, 2), 2);
  t.equal(xidOf(SERVER, undefined), 1);
  t.equal(xidOf(SERVER, 9), undefined, 'about a packet of nobody here');
  t.equal(xidOf(OTHER, 2), undefined, 'about another destination');
});

t.test('a full table or an unlucky draw gives no xid; doubt and abandonment reach all in flight', async (t) => {
  const table = tableWith(exchangeOn(pathTo(), 0, 1));
  t.equal(
    freeXid(table, () => 1),
    undefined,
  );
  t.equal(
    freeXid(table, () => -1),
    0xffffffff,
  );
  doubtAll(table);
  t.match(expired(table, at(5000)), [{ ending: { outcome: 'unmeasured' } }]);
  t.match(abandoned(table), [{ ending: { outcome: 'unmeasured' } }]);
});

/** One thing that can happen to a table; `pick` chooses among the exchanges begun so far. */
const happening = fc.record({
  kind: fc.constantFrom('begin', 'begin', 'OFFER', 'ACK', 'NAK', 'foreign', 'stranger', 'icmp', 'turn'),
  pick: fc.nat(7),
  afterMs: fc.nat(900),
  isStalled: fc.boolean(),
});

t.test('property: every exchange ends exactly once, by its deadline, under any interleaving', async () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
      const table = createTable();
      const path = pathTo();
      const begun: Exchange[] = [];
      const ends = new Map<Exchange, number>();
      let nowMs = 0;
      let judgedMs = 0;
      const end = ({ exchange, ending }: ReturnType<typeof expired>[number]): void => {
        ends.set(exchange, (ends.get(exchange) ?? 0) + 1);
        endExchange(table, exchange, ending, at(nowMs));
        if (ending.outcome === 'acked' && (ending.totalNs ?? 0) > 3000e6) throw new Error('acked after its drop time');
      };
      const turn = (): void => {
        for (const over of expired(table, at(nowMs))) end(over);
        judgedMs = nowMs;
        for (const exchange of table.inFlight.values())
          if (exchange.deadlineNs <= at(judgedMs)) throw new Error('in flight after its deadline');
      };
      for (const { kind, pick, afterMs, isStalled } of happenings) {
        const sinceMs = nowMs;
        nowMs += afterMs;
        const target = begun[begun.length - 1 - (pick % Math.max(1, begun.length))];
        if (kind === 'turn') turn();
        else if (kind === 'begin') {
          const exchange = exchangeOn(path, nowMs, begun.length, begun.length % 8);
          openExchange(table, exchange);
          begun.push(exchange);
        } else if (target !== undefined && kind === 'icmp') {
          const found = onIcmpError(table, { destination: SERVER, xid: target.xid }, 'refused');
          if (found !== undefined) end(found);
        } else if (target !== undefined) {
          const type = kind === 'ACK' || kind === 'NAK' ? kind : 'OFFER';
          const chaddr = kind === 'stranger' ? new Uint8Array(6) : target.identity.chaddr;
          const source = kind === 'foreign' ? OTHER : SERVER;
          const fields = { type, xid: target.xid, chaddr, source } as const;
          const answer = answerAt(nowMs, fields, isStalled ? sinceMs : nowMs);
          const receipt = onArrival(table, answer, at(nowMs));
          if (receipt.kind === 'step' && (kind === 'foreign' || kind === 'stranger')) throw new Error('not its answer');
          if (receipt.kind === 'step' && receipt.step.kind === 'finish')
            end({ exchange: receipt.exchange, ending: receipt.step.ending });
          else if (receipt.kind === 'step' && receipt.step.kind === 'request')
            requestSent(receipt.exchange, receipt.step.lease, answer, at(nowMs));
        }
      }
      nowMs += 3001;
      turn();
      return begun.every((exchange) => ends.get(exchange) === 1) && table.inFlight.size === 0;
    }),
    { numRuns: 400 },
  );
});
