/** The hash of a load-balancing pair: Kea's own figures, and a mixing table with no slip of the pen. */
import fc from 'fast-check';
import t from 'tap';
import { BUCKETS, bucketOf, loadBalancingHash } from '../../../agent/core/load-balancing-hash.ts';

const octetsOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

/** What Kea's HA hook computes for these identifiers. */
const VECTORS: readonly (readonly [string, number])[] = [
  ['000c01020304', 131],
  ['000c01020305', 208],
  ['01000c01020304', 104],
  ['01000c01020305', 62],
  ['020000000001', 133],
  ['020000000002', 45],
  ['01020000000001', 14],
  ['01020000000002', 66],
  ['01020000000003', 222],
  ['01020000000004', 186],
];

t.test("Kea's figures", async (t) => {
  for (const [hex, hash] of VECTORS) t.equal(loadBalancingHash(octetsOf(hex)), hash, hex);
});

t.test('the mixing table is a permutation: one octet more never makes two identifiers collide', async (t) => {
  const hashes = new Set(Array.from({ length: 256 }, (_, octet) => loadBalancingHash(Uint8Array.of(octet))));
  t.equal(hashes.size, 256);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(255), fc.nat(255), (rest, one, other) => {
      const hash = (first: number): number => loadBalancingHash(Uint8Array.of(first, ...rest));
      return one === other || hash(one) !== hash(other);
    }),
  );
});

t.test('the client-id counts where there is one, the hardware address otherwise', async (t) => {
  const chaddr = octetsOf('000c01020304');
  t.equal(bucketOf(chaddr, undefined), 1);
  t.equal(bucketOf(chaddr, new Uint8Array(0)), 1, 'an empty one is none');
  t.equal(bucketOf(chaddr, octetsOf('01000c01020304')), 0);
});

t.test('both buckets get about half of consecutive clients', async (t) => {
  const clientId = (last: number): Uint8Array => Uint8Array.of(1, 2, 0, 0, 0, last >> 8, last);
  const first = Array.from({ length: 1000 }, (_, last) => loadBalancingHash(clientId(last)) % BUCKETS);
  t.ok(Math.abs(first.filter((bucket) => bucket === 0).length - 500) < 20);
});
