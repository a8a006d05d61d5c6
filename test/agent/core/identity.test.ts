/** Identities: stable, recognisable, independent of how many there are. */

import fc from 'fast-check';
import t from 'tap';
import { clientIdOf, identityAt, type MacBase, macBase, macPrefixOctets } from '../../../agent/core/identity.ts';
import { bucketOf } from '../../../agent/core/load-balancing-hash.ts';
import { identitiesNeeded } from '../../../shared/core/assignment.ts';

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

t.test('locally administered, and the same every time', async (t) => {
  const identity = identityAt(macBase('site-host-1', 'corsham/primary'), 3);
  t.equal(identity.chaddr[0], 2);
  t.equal(hex(identity.chaddr), hex(identityAt(macBase('site-host-1', 'corsham/primary'), 3).chaddr));
  t.equal(hex(clientIdOf(identity.chaddr)), `01${hex(identity.chaddr)}`);
  t.equal(
    hex(identityAt([2, 0xff, 0xff, 0xff, 0xff, 0xff], 1).chaddr),
    '020000000000',
    'the first octet never changes',
  );
});

t.test('property: slots, servers and agents differ', async () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.nat(100_000), fc.nat(100_000), (agent, server, one, two) => {
      const base = macBase(agent, server);
      const isDistinct = one === two || hex(identityAt(base, one).chaddr) !== hex(identityAt(base, two).chaddr);
      const other = hex(identityAt(macBase(`${agent}x`, server), one).chaddr);
      return isDistinct && hex(identityAt(base, one).chaddr) !== other && identityAt(base, one).chaddr[0] === 2;
    }),
  );
});

t.test('142 agents with two servers and 31 slots each share no MAC', async (t) => {
  const macs = new Set<string>();
  for (let agent = 0; agent < 142; agent += 1)
    for (const server of ['primary', 'standby'])
      for (let slot = 0; slot < 31; slot += 1)
        macs.add(hex(identityAt(macBase(`agent-${agent}`, server), slot).chaddr));
  t.equal(macs.size, 142 * 2 * 31);
});

t.test('as many as rate and drop time need, and one', async (t) => {
  t.equal(identitiesNeeded(10, 3000), 31);
  t.equal(identitiesNeeded(0.07, 3000), 2);
});

t.test('the addresses of a plain series are those of the first release, for ever', async (t) => {
  const base = macBase('site-host-1', 'corsham/primary');
  t.equal(hex(identityAt(base, 0).chaddr), '022276ef539d');
  t.equal(hex(identityAt([2, 0xff, 0xff, 0xff, 0xff, 0xfe], 3).chaddr), '020000000001');
});

t.test("an operator's prefix stays whole, whatever the slot, and an odd one is none", async (t) => {
  const prefix = macPrefixOctets('06:00:5e');
  const base = macBase('agent', 'primary', prefix);
  t.same(base.slice(3), macBase('agent', 'primary').slice(3), 'the rest is hashed as ever');
  const series = { fixedOctets: prefix.length, bucket: null };
  const slots = [0, 1, 255, 65_536, 16_777_215];
  for (const slot of slots) t.match(hex(identityAt(base, slot, series).chaddr), /^06005e/);
  t.equal(new Set(slots.map((slot) => hex(identityAt(base, slot, series).chaddr))).size, slots.length);
  t.same(macPrefixOctets('zz'), [2]);
  t.same(macPrefixOctets(null), [2]);
});

t.test('property: every identity of a bucket falls into it, none twice, and both buckets share none', async () => {
  const base = fc.tuple(...Array.from({ length: 6 }, () => fc.nat(255)));
  fc.assert(
    fc.property(base, fc.integer({ min: 1, max: 3 }), fc.nat(600), (octets, fixedOctets, from) => {
      const seen = new Set<string>();
      for (const bucket of [0, 1])
        for (let slot = from; slot < from + 140; slot += 1) {
          const { chaddr } = identityAt(octets as unknown as MacBase, slot, { fixedOctets, bucket });
          if (bucketOf(chaddr, clientIdOf(chaddr)) !== bucket) return false;
          if (octets.slice(0, fixedOctets).some((octet, at) => chaddr[at] !== octet)) return false;
          seen.add(hex(chaddr));
        }
      return seen.size === 280;
    }),
    { numRuns: 30 },
  );
});
