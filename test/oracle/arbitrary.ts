// Random messages and random octets for the codec's properties, biased towards what breaks codecs.
//
// Messages come as the oracle's plain form, so that generating one uses no code of the codec under test; raw octets come
// as a sound header with hostile options, since purely random octets never get past the magic cookie.

import fc from 'fast-check';
import { hexOf, type NaiveMessage, naiveEncode, octetsOf } from './dhcp4.ts';

const known = [1, 3, 6, 12, 15, 28, 50, 51, 54, 55, 57, 58, 59, 60, 61, 77, 81, 82, 114, 116, 118, 119, 121];
const code = fc.oneof(
  fc.constantFrom(...known),
  fc.integer({ min: 1, max: 254 }).filter((n) => n !== 53),
);
const address = fc.ipV4();
const hex = (maxLength: number) => fc.uint8Array({ maxLength }).map(hexOf);
const trimmed = (maxLength: number) =>
  hex(maxLength).map((text) => text.replace(/(?:00)+$/, (zeros) => (zeros.length % 2 ? zeros.slice(0, 1) : '')));

// Contents that a server would send, so that typed readers are reached and not only their refusals.
const sound = fc.constantFrom<[number, string]>(
  [1, 'ffffff00'],
  [3, '0a0000010a000002'],
  [51, '00000e10'],
  [54, '0a000001'],
  [61, '01020000000001'],
  [77, '0474657374'],
  [81, '05000004686f737400'],
  [82, '01056574682d3105040a00000013000b040a000001'],
  [119, '0473697465076578616d706c65000361706ac000'.replace('6a', '70')],
  [121, '180a63010a630001000a630001'],
  [52, '09'],
  [52, '0101'],
);

const option = fc.oneof(
  { weight: 4, arbitrary: sound },
  { weight: 4, arbitrary: fc.tuple(code, hex(12)) },
  // A fixed-length option over 255 octets cannot be written by anyone.
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(3, 12, 43, 82, 119, 121, 224), hex(700)) },
);

/** A message with one message type somewhere among its options. */
export const naiveMessage: fc.Arbitrary<NaiveMessage> = fc
  .record({
    op: fc.constantFrom(1, 2),
    htype: fc.integer({ min: 0, max: 255 }),
    hops: fc.integer({ min: 0, max: 255 }),
    xid: fc.integer({ min: 0, max: 0xffffffff }),
    secs: fc.integer({ min: 0, max: 0xffff }),
    flags: fc.integer({ min: 0, max: 0xffff }),
    ciaddr: address,
    yiaddr: address,
    siaddr: address,
    giaddr: address,
    chaddr: hex(16),
    sname: trimmed(64),
    file: trimmed(128),
    before: fc.array(option, { maxLength: 6 }),
    type: fc.integer({ min: 1, max: 18 }),
    after: fc.array(option, { maxLength: 6 }),
  })
  .map(({ before, type, after, ...fields }) => ({
    ...fields,
    options: [...before, [53, type.toString(16).padStart(2, '0')] as const, ...after],
  }));

/** Octets with a sound header whose option areas (options, file, sname) hold anything, overload included. */
export const hostileOctets: fc.Arbitrary<Uint8Array> = fc
  .record({
    message: naiveMessage,
    overload: fc.integer({ min: 0, max: 4 }),
    areas: fc.array(fc.array(option, { maxLength: 5 }), { minLength: 2, maxLength: 2 }),
    tail: fc.uint8Array({ maxLength: 40 }),
    cut: fc.integer({ min: 0, max: 60 }),
  })
  .map(({ message, overload, areas, tail, cut }) => {
    const octets = naiveEncode(message);
    const overloaded = Uint8Array.from([...octets.slice(0, 240), 52, 1, overload, ...octets.slice(240), ...tail]);
    const [file = [], sname = []] = areas.map((list) =>
      list.flatMap(([c, value]) => [c, (value.length / 2) & 255, ...octetsOf(value).slice(0, 255)]),
    );
    overloaded.set(file.slice(0, 128), 108);
    overloaded.set(sname.slice(0, 64), 44);
    return overloaded.slice(0, overloaded.length - cut);
  });
