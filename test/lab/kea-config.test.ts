/**
 * The generated configuration has the sizes that the README states, and no address or class twice: Kea would accept some
 * such mistakes and answer differently from the pair that this stands for.
 */
import t from 'tap';
import type { KeaSize } from './kea-config.ts';
import { keaConfig, PRODUCTION_SIZE, SHORT_TIMERS, SMALL_SIZE } from './kea-config.ts';

type Subnet = {
  id: number;
  subnet: string;
  'require-client-classes': string[];
  reservations?: { 'hw-address': string; 'ip-address': string }[];
};
type Parsed = { Dhcp4: { 'client-classes': { name: string }[]; 'shared-networks': { subnet4: Subnet[] }[] } };

function generate(size: KeaSize): Parsed {
  const config = keaConfig({
    size,
    timers: SHORT_TIMERS,
    self: 'primary',
    primaryAddress: '10.77.1.2',
    standbyAddress: '10.77.2.2',
    interface: 'lan',
    hooksFolder: '/hooks',
    stateFolder: '/state',
    controlSocket: '/state/control',
    logSeverity: 'INFO',
  });
  return JSON.parse(JSON.stringify(config)) as Parsed;
}

for (const [name, size] of Object.entries({ production: PRODUCTION_SIZE, small: SMALL_SIZE })) {
  t.test(`the ${name} configuration has its stated size and nothing twice`, async (t) => {
    const { Dhcp4 } = generate(size);
    const subnets = Dhcp4['shared-networks'].flatMap((each) => each.subnet4);
    const reservations = subnets.flatMap((each) => each.reservations ?? []);
    const classes = Dhcp4['client-classes'].map((each) => each.name);
    t.equal(Dhcp4['shared-networks'].length, size.sites, 'a shared network for each site');
    t.ok(
      Dhcp4['shared-networks'].every((each) => each.subnet4.length > 0),
      'no site without a subnet',
    );
    t.equal(subnets.length, size.subnets);
    t.equal(reservations.length, size.reservations);
    t.equal(classes.length, size.subnets * size.classesPerSubnet);
    t.equal(new Set(subnets.map((each) => each.id)).size, size.subnets);
    t.equal(new Set(subnets.map((each) => each.subnet)).size, size.subnets);
    t.equal(new Set(classes).size, classes.length);
    t.equal(new Set(reservations.map((each) => each['ip-address'])).size, size.reservations);
    t.equal(new Set(reservations.map((each) => each['hw-address'])).size, size.reservations);
    const known = new Set(classes);
    t.ok(subnets.every((each) => each['require-client-classes'].every((required) => known.has(required))));
  });
}
