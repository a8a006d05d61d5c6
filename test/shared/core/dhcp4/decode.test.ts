import fc from 'fast-check';
import t from 'tap';
import { decode } from '../../../../shared/core/dhcp4/decode.ts';
import { encode } from '../../../../shared/core/dhcp4/encode.ts';
import type { Message } from '../../../../shared/core/dhcp4/message.ts';
import { hostileOctets, naiveMessage } from '../../../oracle/arbitrary.ts';
import { naiveOf } from '../../../oracle/compare.ts';
import { hexOf, naiveDecode, naiveEncode, octetsOf } from '../../../oracle/dhcp4.ts';
import { dhcpVectors } from '../../../vectors/vectors.ts';

/** A header of zeros with op, hlen and cookie right, then these octets. */
function withOptions(hex: string, { file = '', sname = '' } = {}): Uint8Array {
  const octets = new Uint8Array(240 + octetsOf(hex).length);
  octets.set([1, 1, 6, 0]);
  octets.set(octetsOf(sname), 44);
  octets.set(octetsOf(file), 108);
  octets.set(octetsOf('63825363'), 236);
  octets.set(octetsOf(hex), 240);
  return octets;
}

function read(octets: Uint8Array): Message {
  const result = decode(octets);
  if (result.kind !== 'message') throw new Error(`${result.reason} at ${result.offset}`);
  return result.message;
}

t.test('agrees with the naive oracle on every captured message', async (t) => {
  const all = dhcpVectors();
  t.ok(all.length >= 40, `${all.length} messages`);
  for (const { name, packet } of all) t.strictSame(naiveOf(read(packet)), naiveDecode(packet), name);
});

t.test('the captures hold every message type and option that they were made for', async (t) => {
  const messages = dhcpVectors().map(({ packet }) => read(packet));
  const options = messages.flatMap((message) => message.options);
  const types = new Set(options.map((option) => (option.kind === 'message-type' ? option.messageType : 0)));
  for (const type of [1, 2, 3, 4, 5, 6, 7, 8]) t.ok(types.has(type as 1), `message type ${type}`);
  for (const kind of ['relay-agent', 'domain-search', 'routes', 'fqdn', 'user-class', 'overload', 'text', 'opaque'])
    t.ok(
      options.some((option) => option.kind === kind),
      kind,
    );
  for (const code of [60, 77, 81, 82, 114, 118, 119, 121])
    t.ok(
      options.some((option) => option.code === code),
      `option ${code}`,
    );
  t.same(
    options.filter((option) => option.kind === 'malformed'),
    [],
    'no real server or client breaks an RFC here',
  );
  t.ok(
    options.some((option) => option.kind === 'opaque' && option.octets.length === 400),
    'a long option of Kea, joined',
  );
  const echoed = messages
    .filter((m) => m.op === 2)
    .flatMap((m) => m.options.flatMap((o) => (o.kind === 'relay-agent' ? o.subOptions : [])));
  t.same(
    [...new Set(echoed.map((sub) => sub.code))].sort((a, b) => a - b),
    [1, 2, 5, 11, 12],
  );
});

t.test('agrees with the naive oracle on random messages and on hostile octets', async (t) => {
  const agrees = (octets: Uint8Array) => {
    const fast = decode(octets);
    const naive = naiveDecode(octets);
    if (typeof naive === 'string') t.ok(fast.kind === 'malformed' && fast.offset <= octets.length, naive);
    else t.strictSame(fast.kind === 'message' ? naiveOf(fast.message) : fast, naive);
  };
  fc.assert(
    fc.property(naiveMessage, (message) => agrees(naiveEncode(message))),
    { numRuns: 300 },
  );
  fc.assert(fc.property(hostileOctets, agrees), { numRuns: 500 });
  fc.assert(fc.property(fc.uint8Array({ maxLength: 320 }), agrees), { numRuns: 200 });
});

t.test('every vector, cut at every length and changed at every octet, never throws and is written back', async (t) => {
  let decoded = 0;
  const survives = (octets: Uint8Array) => {
    const result = decode(octets);
    if (result.kind === 'malformed') return;
    decoded += 1;
    const once = encode(result.message);
    if (hexOf(encode(read(once))) !== hexOf(once)) t.fail(`not stable: ${hexOf(octets)}`);
  };
  for (const { packet } of dhcpVectors()) {
    for (let length = 0; length < packet.length; length++) survives(packet.slice(0, length));
    for (let at = 0; at < packet.length; at++) {
      const changed = packet.slice();
      // A changed bit, and the two values that mean most to a parser, by turns.
      changed[at] = [(changed[at] ?? 0) ^ (1 << (at % 8)), 0xff, 0][at % 3] ?? 0;
      survives(changed);
    }
  }
  t.ok(decoded > 1000, `${decoded} were messages all the same`);
});

t.test('names what a prober cannot do without', async (t) => {
  const good = withOptions('350101ff');
  const changed = (at: number, octet: number) => {
    const octets = good.slice();
    octets[at] = octet;
    return decode(octets);
  };
  t.same(decode(good.slice(0, 239)), { kind: 'malformed', reason: 'too-short', offset: 239 });
  t.same(changed(0, 3), { kind: 'malformed', reason: 'op', offset: 0 });
  t.same(changed(2, 17), { kind: 'malformed', reason: 'hlen', offset: 2 });
  t.same(changed(237, 0), { kind: 'malformed', reason: 'magic-cookie', offset: 236 });
  t.same(decode(withOptions('350101 0c05')), { kind: 'malformed', reason: 'option-truncated', offset: 243 });
  t.same(decode(withOptions('350101 0c')), { kind: 'malformed', reason: 'option-truncated', offset: 243 });
  t.same(decode(withOptions('0c0141ff')), { kind: 'malformed', reason: 'message-type-missing', offset: 240 });
  t.same(decode(withOptions('35020101ff')), { kind: 'malformed', reason: 'message-type-malformed', offset: 240 });
  t.same(decode(withOptions('350113ff')), { kind: 'malformed', reason: 'message-type-malformed', offset: 240 });
  t.same(decode(withOptions('350101 350102ff')), { kind: 'malformed', reason: 'message-type-repeated', offset: 243 });
});

t.test('a known option of wrong length stays, named, and the message lives', async (t) => {
  const { options } = read(withOptions('350102 3603 0a0001 0303 0a0001 330400000e10ff'));
  t.match(options, [
    { kind: 'message-type' },
    { kind: 'malformed', code: 54, fault: 'length', octets: octetsOf('0a0001') },
    { kind: 'malformed', code: 3, fault: 'length' },
    { kind: 'seconds', seconds: 3600 },
  ]);
});

t.test('long options are joined; those of fixed length are not', async (t) => {
  const { options } = read(withOptions('350102 0c0161 36040a000001 0c0162 36040a000002 e000 e00101ff'));
  t.match(options, [
    { kind: 'message-type' },
    { kind: 'text', code: 12, text: 'ab' },
    { kind: 'address', code: 54, address: 0x0a000001 },
    { kind: 'address', code: 54, address: 0x0a000002 },
    { kind: 'opaque', code: 224, octets: Uint8Array.of(1) },
  ]);
});

t.test('overload: options, then file, then sname (RFC 3396), and the fields are empty then', async (t) => {
  const areas = { file: '0c0162 3604 0a000001 ff', sname: '0c0163ff' };
  const both = read(withOptions('350102 340103 0c0161ff', areas));
  t.match(both.options, [
    { kind: 'message-type' },
    { kind: 'overload', fields: 3 },
    { text: 'abc' },
    { address: 0x0a000001 },
  ]);
  t.same([both.file.length, both.sname.length], [0, 0]);
  const fileOnly = read(withOptions('350102 340101 0c0161ff', areas));
  t.match(fileOnly.options[2], { text: 'ab' });
  t.same(hexOf(fileOnly.sname), '0c0163ff');
  t.same(decode(withOptions('350102 340102ff', { sname: `0c3f${'61'.repeat(62)}` })), {
    kind: 'malformed',
    reason: 'option-truncated',
    offset: 44,
  });
  t.match(
    read(withOptions('350102 340109ff', areas)).options[1],
    { kind: 'malformed', code: 52 },
    'a wrong value overloads nothing',
  );
  // An overload inside file speaks of nothing: only the options field can give the fields away.
  t.match(read(withOptions('350102 340101ff', { file: '340102ff', sname: 'ff' })).sname, Uint8Array.of(255));
});

t.test('a message type may stand in file; padding and a missing end are nothing', async (t) => {
  t.match(read(withOptions('340101ff', { file: '350102ff' })).options, [
    { kind: 'overload' },
    { kind: 'message-type', messageType: 2 },
  ]);
  t.equal(read(withOptions('0000350101 00 0c0161')).options.length, 2);
  t.equal(read(withOptions('350101ff 0c')).options.length, 1, 'what follows the end is not read');
});

t.test('what is kept are copies', async (t) => {
  const octets = withOptions('350101 e0020102ff');
  const message = read(octets);
  octets.fill(0xee);
  t.same(hexOf(message.chaddr), '000000000000');
  t.match(message.options[1], { octets: Uint8Array.of(1, 2) });
});

/** Counts every octet that is read through it, by index or by slice, in it and in its slices. */
function counted(octets: Uint8Array, count: { visits: number }): Uint8Array {
  return new Proxy(octets, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) count.visits += 1;
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const made: unknown = Reflect.apply(value, target, args);
        if (!(made instanceof Uint8Array)) return made;
        count.visits += made.length;
        return counted(made, count);
      };
    },
  });
}

t.test('the work is linear in the length, whatever the octets say', async (t) => {
  const shapes: Record<string, (length: number) => string> = {
    padding: (n) => '00'.repeat(n),
    'empty options': (n) => 'e000'.repeat(n / 2),
    'one long option in parts': (n) => 'e00101'.repeat(n / 3),
    'all codes in turn': (n) =>
      Array.from({ length: n / 3 }, (_, i) => `${((i % 50) + 130).toString(16).padStart(2, '0')}0101`).join(''),
    'repeats that are not joined': (n) => '36040a000001'.repeat(n / 6),
    routers: (n) => `03fc${'0a000001'.repeat(63)}`.repeat(n / 254),
    'relay sub-options': (n) => `52fc${'01020000'.repeat(63)}`.repeat(n / 254),
    'user classes': (n) => `4dfc${'03000000'.repeat(63)}`.repeat(n / 254),
    'pointers to one long name': (n) =>
      `77ff${`3f${'61'.repeat(63)}`.repeat(3)}3d${'61'.repeat(61)}00${'77fec000'.slice(0, 4)}${'c000'.repeat(127)}`.concat(
        `77fe${'c000'.repeat(127)}`.repeat(n / 256),
      ),
    'pointers to pointers': (n) =>
      `77fe016100${Array.from({ length: 125 }, (_, i) => `c0${(i === 0 ? 0 : 1 + i * 2).toString(16).padStart(2, '0')}`).join('')}00`.concat(
        `77fe${'c0fb'.repeat(127)}`.repeat(n / 256),
      ),
  };
  for (const [name, shape] of Object.entries(shapes)) {
    const visits = [6_000, 12_000, 48_000].map((length) => {
      const count = { visits: 0 };
      const octets = withOptions(`350101${shape(length)}ff`);
      t.equal(decode(counted(octets, count)).kind, 'message', name);
      return { visits: count.visits, length: octets.length };
    });
    for (const { visits: made, length } of visits)
      t.ok(made < 100_000 + 12 * length, `${name}: ${made} visits for ${length} octets`);
    const [small, , large] = visits;
    t.ok(
      (large?.visits ?? 0) / (small?.visits ?? 1) < 9,
      `${name}: eight times the octets, at most nine times the work`,
    );
  }
});
