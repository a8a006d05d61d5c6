import fc from 'fast-check';
import t from 'tap';
import { addWords, checksumOf } from '../../../../agent/core/net/checksum.ts';
import { type DatagramFields, datagram, decodeDatagram, maxUdpPayload } from '../../../../agent/core/net/datagram.ts';
import { type Ipv4, ipv4 } from '../../../../shared/core/net/ipv4.ts';
import { vectors } from '../../../vectors/vectors.ts';

const address = fc.integer({ min: 0, max: 0xffffffff }).map((n): Ipv4 => ipv4(n));
const port = fc.integer({ min: 0, max: 0xffff });
const fields: fc.Arbitrary<DatagramFields> = fc.record({
  source: address,
  sourcePort: port,
  destination: address,
  destinationPort: port,
  ttl: fc.integer({ min: 1, max: 255 }),
  identification: port,
  payload: fc.uint8Array({ maxLength: 700 }),
});

t.test('what is written is read back, and a receiver that sums finds zero', async (t) => {
  fc.assert(
    fc.property(fields, (f) => {
      const packet = datagram(f);
      const { ttl, identification, ...rest } = f;
      t.strictSame(decodeDatagram(packet), { kind: 'udp', ...rest });
      t.equal(checksumOf(addWords(0, packet, 0, 20)), 0, 'IP header');
      t.equal(
        checksumOf(addWords(addWords(17 + packet.length - 20, packet, 12, 20), packet, 20, packet.length)),
        0,
        'UDP',
      );
      t.ok(packet[8] === ttl && ((packet[4] ?? 0) << 8) + (packet[5] ?? 0) === identification);
    }),
    { numRuns: 60 },
  );
});

t.test('a checksum worked out by hand', async (t) => {
  // The header that RFC 1071's readers know: sum 0x2479c plus carry is 0x479e, its complement 0xb861.
  const header = Uint8Array.from([
    0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0, 0, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0, 0xc7,
  ]);
  t.equal(checksumOf(addWords(0, header, 0, 20)), 0xb861);
});

t.test('a UDP sum of zero is sent as all ones, since zero says that there is none', async (t) => {
  const base = { source: ipv4(0), sourcePort: 0, destination: ipv4(0), destinationPort: 0, ttl: 1, identification: 0 };
  // Pseudo-header 17 + 10, UDP length 10: this word brings the sum to 0xffff.
  const word = 0xffff - 17 - 10 - 10;
  const packet = datagram({ ...base, payload: Uint8Array.of(word >> 8, word & 255) });
  t.same(packet.slice(26, 28), Uint8Array.of(255, 255));
});

t.test('a wrong UDP checksum is no reason to drop: offload leaves it unfinished', async (t) => {
  const packet = datagram({
    source: ipv4(1),
    sourcePort: 67,
    destination: ipv4(2),
    destinationPort: 67,
    ttl: 64,
    identification: 1,
    payload: Uint8Array.of(9),
  });
  packet[26] = (packet[26] ?? 0) ^ 0xff;
  t.equal(decodeDatagram(packet).kind, 'udp');
});

t.test('options in the IP header are stepped over', async (t) => {
  const packet = datagram({
    source: ipv4(1),
    sourcePort: 5,
    destination: ipv4(2),
    destinationPort: 67,
    ttl: 64,
    identification: 1,
    payload: Uint8Array.of(9, 8),
  });
  const withOptions = Uint8Array.from([...packet.slice(0, 20), 148, 4, 0, 0, ...packet.slice(20)]);
  withOptions[0] = 0x46;
  withOptions[3] = withOptions.length;
  const read = decodeDatagram(withOptions);
  t.ok(read.kind === 'udp' && read.sourcePort === 5);
  t.same(read.kind === 'udp' && read.payload, Uint8Array.of(9, 8));
});

t.test('names what is wrong', async (t) => {
  const good = datagram({
    source: ipv4(1),
    sourcePort: 67,
    destination: ipv4(2),
    destinationPort: 67,
    ttl: 64,
    identification: 1,
    payload: new Uint8Array(8),
  });
  const changed = (at: number, ...octets: number[]) => {
    const packet = good.slice();
    packet.set(octets, at);
    return decodeDatagram(packet);
  };
  t.same(decodeDatagram(new Uint8Array(0)), { kind: 'malformed', reason: 'ip-header' });
  t.same(changed(0, 0x60), { kind: 'other', reason: 'not-ipv4' });
  t.same(changed(0, 0x44), { kind: 'malformed', reason: 'ip-header' });
  t.same(changed(9, 6), { kind: 'other', reason: 'not-udp' });
  t.same(changed(6, 0x20), { kind: 'other', reason: 'fragment' });
  t.same(changed(6, 0, 5), { kind: 'other', reason: 'fragment' });
  t.equal(changed(6, 0x40).kind, 'udp', 'do not fragment is no fragment');
  t.same(changed(24, 0, 7), { kind: 'malformed', reason: 'udp-length' });
  t.same(changed(24, 0, 17), { kind: 'malformed', reason: 'udp-length' });
  t.same(decodeDatagram(good.slice(0, -1)), { kind: 'malformed', reason: 'truncated' });
  t.throws(
    () =>
      datagram({
        source: ipv4(1),
        sourcePort: 1,
        destination: ipv4(1),
        destinationPort: 1,
        ttl: 1,
        identification: 1,
        payload: new Uint8Array(maxUdpPayload + 1),
      }),
    RangeError,
  );
});

t.test('every captured packet is read, and cut at any length never throws', async (t) => {
  const packets = vectors().filter(({ packet }) => packet[9] === 17);
  t.ok(packets.length > 20);
  for (const { name, packet } of packets) {
    t.equal(decodeDatagram(packet).kind, 'udp', name);
    for (let length = 0; length < packet.length; length++)
      if (decodeDatagram(packet.slice(0, length)).kind !== 'malformed') t.fail(`${name} cut to ${length}`);
  }
});

t.test(
  'random packets never throw, and the payload is the packet itself: nothing is copied on the way in',
  async (t) => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (octets) => decodeDatagram(octets).kind !== undefined));
    const packet = datagram({
      source: ipv4(1),
      sourcePort: 67,
      destination: ipv4(2),
      destinationPort: 67,
      ttl: 64,
      identification: 1,
      payload: Uint8Array.of(9),
    });
    const read = decodeDatagram(packet);
    packet.fill(7);
    t.same(read.kind === 'udp' && read.payload, Uint8Array.of(7));
  },
);
