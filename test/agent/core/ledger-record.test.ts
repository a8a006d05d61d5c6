/** The ledger's file as text: read back as it was written, and with every tear, flip and lie that a disk can add to it. */
import fc from 'fast-check';
import t from 'tap';
import { LeaseLedger } from '../../../agent/core/lease-ledger.ts';
import {
  askedLine,
  endedLine,
  headerLine,
  heldUntil,
  placeLine,
  readLedger,
} from '../../../agent/core/ledger-record.ts';
import { releasePacket } from '../../../agent/core/probe-packet.ts';
import { releaseAgain } from '../../../agent/core/release-again.ts';
import { epochMicros, unixMicros } from '../../../shared/core/units.ts';
import { leaseOf, PLACE } from '../lease-fixture.ts';
import { exchangeOn, pathTo } from '../probe-fixture.ts';

const client = Uint8Array.of(2, 0xab, 0, 0, 0, 9);
const ledger = new LeaseLedger();
const [first, second] = [1, 2].map((each) => ledger.ask(PLACE, client, leaseOf(each), epochMicros(0)));
if (first === undefined || second === undefined) throw new Error('two leases were noted');
const TEXT = [
  headerLine('4711'),
  placeLine(1, PLACE),
  askedLine(first, 1, 1_700_000_000, 600),
  askedLine(second, 1, 1_700_000_001, 600),
  endedLine(first, 1_700_000_002, 'released'),
].join('');

t.test('what was written is read, less what has ended', async (t) => {
  const { address, server } = second;
  const open = { place: PLACE, chaddr: client, address, server, at: 1_700_000_001, seconds: 600 };
  t.strictSame(readLedger(TEXT), { owner: '4711', leases: [open], damagedLines: 0 });
  t.strictSame(readLedger(''), { owner: undefined, leases: [], damagedLines: 0 });
});

t.test('a tear at any octet loses only what was being written', async (t) => {
  for (let length = 0; length < TEXT.length; length += 1) {
    const { leases, damagedLines } = readLedger(TEXT.slice(0, length));
    if (damagedLines !== 0 || leases.length > 2) t.fail(`at ${length}`);
  }
  t.equal(readLedger(TEXT.slice(0, -1)).leases.length, 2, 'the torn last line is not believed');
});

t.test('a changed character never makes a lease that was not written', async () => {
  fc.assert(
    fc.property(fc.nat(TEXT.length - 2), fc.integer({ min: 32, max: 126 }), (at, code) => {
      const changed = TEXT.slice(0, at) + String.fromCharCode(code) + TEXT.slice(at + 1);
      const written = new Set([first.address, second.address]);
      return readLedger(changed).leases.every(({ address, chaddr, place }) => {
        return written.has(address) && chaddr.join() === client.join() && place.address === PLACE.address;
      });
    }),
    { numRuns: 2_000 },
  );
});

t.test('anything at all can be read', async () => {
  fc.assert(fc.property(fc.string({ maxLength: 400 }), (text) => readLedger(`${TEXT}${text}\n`).leases.length >= 1));
});

t.test('a wall clock that went back makes no lease longer; one that went forward lets it expire', async (t) => {
  const lease = { at: 1_700_000_000, seconds: 600 };
  const now = epochMicros(5e6);
  const wall = (offset: number) => unixMicros((1_700_000_000 + offset) * 1e6 - now);
  t.equal(heldUntil(lease, wall(100), now), now + 500e6);
  t.equal(heldUntil(lease, wall(-86_400), now), now + 600e6);
  t.ok(heldUntil(lease, wall(601), now) < now);
});

t.test('the RELEASE of a later start is the one that its path would have sent', async (t) => {
  const exchange = exchangeOn(pathTo(), 0, 0xdeadbeef, 3);
  const lease = leaseOf(77);
  const held = { place: PLACE, chaddr: exchange.identity.chaddr, address: lease.address, server: lease.server };
  const own = releasePacket(exchange.path.packets, exchange, lease);
  t.strictSame(releaseAgain(held, exchange.xid), own.slice());
  for (let length = 0; length < own.length; length += 1) {
    const place = { ...PLACE, packet: PLACE.packet.subarray(0, length) };
    if (releaseAgain({ ...held, place }, 1) !== undefined) t.fail(`half a packet of ${length} octets`);
  }
});
