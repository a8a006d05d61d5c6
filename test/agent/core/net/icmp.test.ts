import fc from 'fast-check';
import t from 'tap';
import { datagram } from '../../../../agent/core/net/datagram.ts';
import { decodeIcmpError } from '../../../../agent/core/net/icmp.ts';
import { formatIpv4, ipv4 } from '../../../../shared/core/net/ipv4.ts';
import { vectors } from '../../../vectors/vectors.ts';

const payload = Uint8Array.of(1, 1, 6, 1, 0xde, 0xad, 0xbe, 0xef, 0, 0);
const ours = datagram({
  source: ipv4(0x0a4d0001),
  sourcePort: 67,
  destination: ipv4(0x0a4d0002),
  destinationPort: 67,
  ttl: 64,
  identification: 1,
  payload,
});

function icmp(type: number, code: number, quote: Uint8Array, words = 0): Uint8Array {
  const total = 28 + quote.length;
  const ip = [0x45, 0, total >> 8, total & 255, 0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 254, 10, 77, 0, 1];
  return Uint8Array.from([...ip, type, code, 0, 0, 0, words, 0, 0, ...quote]);
}

t.test('says who could not reach whom, and quotes our xid', async (t) => {
  const read = decodeIcmpError(icmp(3, 3, ours));
  if (read.kind !== 'error') throw new Error(JSON.stringify(read));
  t.equal(read.unreachable, 'port');
  t.equal(formatIpv4(read.from), '10.0.0.254');
  t.equal(formatIpv4(read.quoted.destination), '10.77.0.2');
  t.match(read.quoted, { sourcePort: 67, destinationPort: 67, xid: 0xdeadbeef });
  t.same(read.quoted.payload, payload);
});

t.test('every code has its meaning', async (t) => {
  const meaning = (type: number, code: number) => {
    const read = decodeIcmpError(icmp(type, code, ours));
    return read.kind === 'error' ? read.unreachable : read.kind;
  };
  const expected = [
    'network',
    'host',
    'protocol',
    'port',
    'other',
    'other',
    'network',
    'host',
    'host',
    'prohibited',
    'prohibited',
    'network',
    'host',
    'prohibited',
    'other',
    'other',
  ];
  t.same(
    expected.map((_, code) => meaning(3, code)),
    expected,
  );
  t.equal(meaning(11, 0), 'time-exceeded');
});

t.test('eight quoted octets are enough to match, without an xid', async (t) => {
  const read = decodeIcmpError(icmp(3, 1, ours.slice(0, 28)));
  t.match(read, { kind: 'error', unreachable: 'host', quoted: { destinationPort: 67, xid: undefined } });
});

t.test('an RFC 4884 extension after the quote is not taken for our payload', async (t) => {
  const read = decodeIcmpError(icmp(3, 3, Uint8Array.from([...ours.slice(0, 28), 0x20, 0, 0, 0, 1, 2, 3, 4]), 7));
  t.match(read, { kind: 'error', quoted: { xid: undefined } });
});

t.test('what is no error about a UDP datagram is named', async (t) => {
  t.same(decodeIcmpError(icmp(8, 0, ours)), { kind: 'other', reason: 'not-error' });
  const tcp = ours.slice();
  tcp[9] = 6;
  t.same(decodeIcmpError(icmp(3, 3, tcp)), { kind: 'other', reason: 'not-udp' });
  const laterFragment = ours.slice();
  laterFragment[7] = 1;
  t.same(decodeIcmpError(icmp(3, 3, laterFragment)), { kind: 'other', reason: 'fragment' });
  t.same(decodeIcmpError(ours), { kind: 'other', reason: 'not-icmp' });
  t.same(decodeIcmpError(icmp(3, 3, ours.slice(0, 27))), { kind: 'malformed', reason: 'quote' });
  t.same(decodeIcmpError(icmp(3, 3, ours).slice(0, 40)), { kind: 'malformed', reason: 'truncated' });
});

t.test('captured errors', async (t) => {
  const read = vectors('icmp').map(({ packet }) => decodeIcmpError(packet));
  const kinds = read.map((r) => (r.kind === 'error' ? r.unreachable : r.kind)).sort();
  for (const kind of ['host', 'network', 'port', 'prohibited']) t.ok(kinds.includes(kind as 'host'), kind);
  for (const r of read) t.ok(r.kind === 'error' && r.quoted.destinationPort === 67 && r.quoted.xid !== undefined);
  for (const { packet } of vectors('icmp'))
    for (let cut = 0; cut < packet.length; cut++) decodeIcmpError(packet.slice(0, cut));
});

t.test('random packets never throw', async () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 90 }), (octets) => decodeIcmpError(octets).kind !== undefined));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (quote) => decodeIcmpError(icmp(3, 3, quote)).kind !== undefined),
  );
});
