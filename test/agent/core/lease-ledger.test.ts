/**
 * The ledger against a model of servers that grant or lose every REQUEST and RELEASE: what a server holds for us is always
 * among what the ledger calls held, and nothing is held for longer than it was given for.
 */
import fc from 'fast-check';
import t from 'tap';
import { leaseCounts } from '../../../agent/core/lease-counts.ts';
import { type HeldLease, LeaseLedger } from '../../../agent/core/lease-ledger.ts';
import { LEASES_MAX } from '../../../agent/core/ledger-limits.ts';
import { ANONYMOUS, type Assignment, PLAIN_TARGET } from '../../../shared/core/assignment.ts';
import { epochMicros, milliseconds } from '../../../shared/core/units.ts';
import { leaseOf, PLACE } from '../lease-fixture.ts';

const seconds = (value: number) => epochMicros(value * 1e6);
const client = Uint8Array.of(2, 0, 0, 0, 0, 1);

const exchanges = fc.array(
  fc.record({
    address: fc.nat(5),
    lasts: fc.integer({ min: 1, max: 60 }),
    isSent: fc.boolean(),
    isGranted: fc.boolean(),
    isHeard: fc.boolean(),
    isReleaseTaken: fc.boolean(),
    waits: fc.nat(20),
  }),
  { maxLength: 60 },
);

t.test('what a server may hold for us is in the ledger, whatever is lost on the way', async () => {
  fc.assert(
    fc.property(exchanges, (steps) => {
      const ledger = new LeaseLedger();
      const atServer = new Map<number, number>();
      let now = 0;
      for (const { address, lasts, isSent, isGranted, isHeard, isReleaseTaken, waits } of steps) {
        const lease = leaseOf(address, lasts);
        const asked = ledger.ask(PLACE, client, lease, seconds(now));
        if (isSent && isGranted) atServer.set(address, now + lasts);
        if (!isSent) ledger.unask(asked);
        else if (isGranted && isHeard) {
          const given = ledger.give(asked, lease, seconds(now));
          // A RELEASE that is lost on the way is the one thing that cannot be known: until it expires.
          if (isReleaseTaken) {
            atServer.delete(address);
            ledger.strike(given);
          }
        } else if (isHeard) {
          // A NAK: the server has nothing of this kind for us (RFC 2131 section 4.3.2).
          atServer.delete(address);
          ledger.strike(asked);
        }
        now += waits;
        ledger.expire(seconds(now));
        for (const [held, until] of atServer) if (until <= now) atServer.delete(held);
        const known = new Set([...ledger.held].map((each) => each.address));
        for (const held of atServer.keys()) if (!known.has(leaseOf(held).address)) return false;
      }
      ledger.expire(seconds(now + 100));
      return [...ledger.held].length === 0;
    }),
  );
});

t.test('an ACK for another address than was offered; the same address again keeps its number', async (t) => {
  const ledger = new LeaseLedger();
  const asked = ledger.ask(PLACE, client, leaseOf(1), seconds(0));
  const given = ledger.give(asked, leaseOf(2), seconds(0));
  t.strictSame([...ledger.held], [given]);
  t.not(given.number, asked.number);
  const again = ledger.ask(PLACE, client, leaseOf(2), seconds(1));
  t.equal(again.number, given.number);
  t.notOk(ledger.has(given), 'what was known of it is overtaken');
  t.notOk(ledger.strike(given));
  t.ok(ledger.strike(again));
});

t.test('a ledger that is full forgets the oldest, and counts them', async (t) => {
  const ledger = new LeaseLedger();
  for (let address = 0; address < LEASES_MAX + 3; address += 1) ledger.ask(PLACE, client, leaseOf(address), seconds(0));
  t.equal([...ledger.held].length, LEASES_MAX);
  t.equal(ledger.forgotten, 3);
});

t.test('counts: held by server and scope, and the most that the assignment can come to', async (t) => {
  const target = { ...PLAIN_TARGET, group: 'g', sources: [], bucket: null, phase: 0, ratePerSecond: 10 };
  const assignment: Assignment = {
    version: 1,
    targets: [
      { ...target, server: 'one', address: '10.77.1.2', kind: 'dora' },
      { ...target, server: 'two', address: '10.77.2.2', kind: 'do' },
      { ...target, server: 'one', address: '10.77.1.2', kind: 'dora', scopes: ['10.80.1.0/24', '10.80.2.0/24'] },
    ],
    ...{ dropTimeMs: milliseconds(3000), clients: null, release: 'always', relayAddress: null },
    ...{ identify: ANONYMOUS, relayPort: false },
  };
  const ledger = new LeaseLedger();
  const place = { ...PLACE, group: 'g', server: 'one' };
  ledger.ask(place, client, leaseOf(1), seconds(0));
  ledger.ask({ ...place, scope: '10.80.2.0/24' }, client, leaseOf(2), seconds(0));
  ledger.ask(place, client, leaseOf(3, 1), seconds(0));
  const row = { group: 'g', server: 'one', worst: 31 };
  t.strictSame(leaseCounts(ledger.held, assignment, seconds(60)), [
    { ...row, scope: null, held: 1 },
    { ...row, scope: '10.80.1.0/24', held: 0 },
    { ...row, scope: '10.80.2.0/24', held: 1 },
  ]);
  const many = Array.from({ length: 300 }, (_, index): HeldLease => {
    const lease = [...ledger.held][0] as HeldLease;
    return { ...lease, place: { ...place, scope: `10.80.${index}.0/24` } };
  });
  t.strictSame(leaseCounts(many, undefined, seconds(60)), [{ ...row, scope: null, held: 300, worst: 300 }]);
});
