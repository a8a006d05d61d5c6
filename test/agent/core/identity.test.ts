/** Identities: stable, recognisable, independent of how many there are. */
import fc from 'fast-check';
import t from 'tap';
import { clientIdOf, identitiesNeeded, identityAt, macBase } from '../../../agent/core/identity.ts';

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
  t.equal(identitiesNeeded(10, 3), 31);
  t.equal(identitiesNeeded(0.07, 3), 2);
});
