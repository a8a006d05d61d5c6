import fc from 'fast-check';
import t from 'tap';
import {
  joinOctets,
  octetsOfU32,
  putU16,
  putU32,
  sameOctets,
  u8,
  u16,
  u32,
} from '../../../../shared/core/net/octets.ts';

t.test('agrees with DataView on every value, unsigned', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0, max: 8 }), (value, at) => {
      const octets = new Uint8Array(16);
      const view = new DataView(octets.buffer);
      putU32(octets, at, value);
      putU16(octets, at + 4, value);
      return (
        view.getUint32(at) === value &&
        u32(octets, at) === value &&
        u16(octets, at + 4) === (value & 0xffff) &&
        u32(octetsOfU32(value), 0) === value
      );
    }),
  );
});

t.test('past the end reads as zero', async (t) => {
  t.equal(u8(Uint8Array.of(7), 1), 0);
  t.equal(u32(Uint8Array.of(7), 0), 0x07000000);
});

t.test('joins and compares', async (t) => {
  t.same(joinOctets([Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)]), Uint8Array.of(1, 2, 3));
  t.ok(sameOctets(Uint8Array.of(1, 2), Uint8Array.of(1, 2)));
  t.notOk(sameOctets(Uint8Array.of(1, 2), Uint8Array.of(1, 3)));
  t.notOk(sameOctets(Uint8Array.of(1, 2), Uint8Array.of(1)));
});
