import fc from 'fast-check';
import t from 'tap';
import { decode } from '../../../../shared/core/dhcp4/decode.ts';
import { encode } from '../../../../shared/core/dhcp4/encode.ts';
import type { Message } from '../../../../shared/core/dhcp4/message.ts';
import { optionOctets } from '../../../../shared/core/dhcp4/option-codec.ts';
import { hostileOctets, naiveMessage } from '../../../oracle/arbitrary.ts';
import { messageOf } from '../../../oracle/compare.ts';
import { hexOf, naiveEncode } from '../../../oracle/dhcp4.ts';
import { dhcpVectors } from '../../../vectors/vectors.ts';

function read(octets: Uint8Array): Message {
  const result = decode(octets);
  if (result.kind !== 'message') throw new Error(`${result.reason} at ${result.offset}`);
  return result.message;
}

const plain: Message = messageOf({
  op: 1,
  htype: 1,
  hops: 1,
  xid: 0xdeadbeef,
  secs: 0,
  flags: 0,
  ciaddr: '0.0.0.0',
  yiaddr: '0.0.0.0',
  siaddr: '0.0.0.0',
  giaddr: '10.77.0.1',
  chaddr: '020000000001',
  sname: '',
  file: '',
  options: [[53, '01']],
});

t.test('writes what the naive oracle writes', async (t) => {
  fc.assert(
    fc.property(naiveMessage, (naive) => t.equal(hexOf(encode(messageOf(naive))), hexOf(naiveEncode(naive)))),
    { numRuns: 300 },
  );
});

t.test('encode, decode, encode: the same octets', async () => {
  fc.assert(
    fc.property(naiveMessage, (naive) => {
      const once = encode(messageOf(naive));
      return hexOf(encode(read(once))) === hexOf(once);
    }),
  );
});

t.test('whatever is accepted can be written, and reads back as the same message', async (t) => {
  const layoutAside = (message: Message) => ({
    ...message,
    options: message.options.filter(({ kind }) => kind !== 'overload'),
  });
  fc.assert(
    fc.property(hostileOctets, (octets) => {
      const result = decode(octets);
      if (result.kind === 'message') t.strictSame(read(encode(result.message)), layoutAside(result.message));
    }),
    { numRuns: 500 },
  );
});

t.test('captured messages without overload and long options come out as they went in', async (t) => {
  let same = 0;
  for (const { name, packet } of dhcpVectors()) {
    const message = read(packet);
    // Kea cuts long options into parts of 253 octets where RFC 3396 would fill them to 255: read the same, written anew.
    if (message.options.some((option) => option.kind === 'overload' || optionOctets(option).length > 255)) continue;
    const trimmed = (octets: Uint8Array) => hexOf(octets).replace(/(?:00)+$/, '');
    t.equal(trimmed(encode(message)), trimmed(packet), name);
    same += 1;
  }
  t.ok(same > 35, `${same} messages`);
});

t.test('at least 300 octets, and exactly as many as needed above that', async (t) => {
  t.equal(encode(plain).length, 300);
  const long = {
    ...plain,
    options: [...plain.options, { kind: 'opaque', code: 224, octets: new Uint8Array(600) } as const],
  };
  t.equal(encode(long).length, 240 + 3 + 600 + 3 * 2 + 1);
});

t.test('long options are split into full parts, in place', async (t) => {
  const options = [
    ...plain.options,
    { kind: 'opaque', code: 224, octets: new Uint8Array(300).fill(7) } as const,
    { kind: 'text', code: 12, text: 'x' } as const,
  ];
  const hex = hexOf(encode({ ...plain, options }));
  t.equal(hex.slice(480), `350101e0ff${'07'.repeat(255)}e02d${'07'.repeat(45)}0c0178ff`);
});

t.test('under a size limit, options spill into file and then sname, and read back', async (t) => {
  const filler = (length: number) => ({ kind: 'opaque', code: 224, octets: new Uint8Array(length).fill(7) }) as const;
  const server = { kind: 'address', code: 54, address: plain.giaddr } as const;
  for (const length of [40, 53, 60, 120, 180, 200, 230]) {
    const message: Message = { ...plain, options: [...plain.options, filler(length), server] };
    const octets = encode(message, { maxOctets: 300 });
    t.equal(octets.length, 300, `${length}`);
    const back = read(octets);
    t.strictSame(
      back.options.filter(({ kind }) => kind !== 'overload'),
      message.options,
      `${length}`,
    );
    t.equal(
      back.options.some(({ kind }) => kind === 'overload'),
      length > 60 - 3 - 2 - 6 - 1,
      `${length} overloads`,
    );
    t.strictSame(encode(back, { maxOctets: 300 }), octets, `${length} written again`);
  }
  t.throws(() => encode({ ...plain, options: [...plain.options, filler(400)] }, { maxOctets: 300 }), /fit/);
  const taken = { ...plain, file: Uint8Array.of(1), sname: Uint8Array.of(1), options: [...plain.options, filler(80)] };
  t.throws(() => encode(taken, { maxOctets: 300 }), /fit/, 'a field in use is not overwritten');
  t.throws(() => encode(plain, { maxOctets: 299 }), RangeError);
});

t.test('stable under a limit too', async () => {
  fc.assert(
    fc.property(naiveMessage, fc.integer({ min: 300, max: 700 }), (naive, maxOctets) => {
      const message = messageOf(naive);
      let once: Uint8Array;
      try {
        once = encode(message, { maxOctets });
      } catch (error) {
        return error instanceof RangeError;
      }
      return hexOf(encode(read(once), { maxOctets })) === hexOf(once);
    }),
    { numRuns: 300 },
  );
});

t.test('a raw option 52 cannot make a reader misread file', async (t) => {
  const message: Message = {
    ...plain,
    file: Uint8Array.of(0x0c),
    options: [...plain.options, { kind: 'opaque', code: 52, octets: Uint8Array.of(1) }],
  };
  t.same(read(encode(message)).file, Uint8Array.of(0x0c));
});

t.test('refuses what breaks the promises of a message', async (t) => {
  t.throws(() => encode({ ...plain, hlen: 5 }), /hlen/);
  t.throws(() => encode({ ...plain, hlen: 17, chaddr: new Uint8Array(17) }), /hlen/);
  t.throws(() => encode({ ...plain, sname: new Uint8Array(65) }), /sname/);
  t.throws(() => encode({ ...plain, file: new Uint8Array(129) }), /file/);
  for (const code of [0, 255])
    t.throws(() => encode({ ...plain, options: [{ kind: 'opaque', code, octets: new Uint8Array(1) }] }), /code/);
  t.throws(() => encode({ ...plain, options: [{ kind: 'opaque', code: 54, octets: new Uint8Array(256) }] }), /split/);
});
