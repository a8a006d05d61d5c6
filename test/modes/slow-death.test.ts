/**
 * The slow death of the seed test, on real Kea: each server behind a load balancer that pins flows. The primary is replaced at a new
 * address: it drains, since probes from port 67 are one flow and stay with it, and then its host is gone without a word. Two
 * agents look on: one with a port of its own for each exchange, which meets the new primary at once, and one on port 67,
 * which is pinned to the dead one until the balancer forgets the flow. Both views are right, and both say what they saw.
 */
import t from 'tap';
import { Programs } from '../failover/programs.ts';
import { Balancer } from '../lab/balancer.ts';
import { startCaptureAt } from '../lab/capture.ts';
import { pause } from '../lab/child.ts';
import { labSkipReason } from '../lab/requirements.ts';
import { EventFeed, modeLab } from './stage.ts';
import { reportOf } from './verdict.ts';

const GROUP = 'corsham-dhcp';
const ADDRESSES = { primary: '10.78.1.1', standby: '10.78.2.1' } as const;
const DRAIN_MS = 8_000;

const yaml = (relayPort: boolean): string => `groups:
  - name: ${GROUP}
    mode: hot-standby
    servers:
      - { name: primary, address: ${ADDRESSES.primary}, role: primary }
      - { name: standby, address: ${ADDRESSES.standby}, role: standby }
sites: [{ name: corsham }]
probe: { rate: 5/s, drop_time: 3s, relay_port: ${relayPort} }
detect: { fall: 10, rise: 2 }
`;

/** A collector and an agent, watched. */
async function watch(programs: Programs, say: (line: string) => void): Promise<EventFeed> {
  programs.startCollector();
  await programs.collector.waitForOutput(/collector ready/, 30_000);
  programs.startAgent();
  const feed = new EventFeed(programs.follow('events', '--follow', '--json', '--collector', programs.address), say);
  await feed.next({ kind: 'transition', server: 'primary', site: null, to: 'serving' });
  await feed.next({ kind: 'transition', server: 'standby', site: null, to: 'non-serving' });
  return feed;
}

t.test('a primary that drains and is replaced', { skip: labSkipReason(), timeout: 300_000 }, async (t) => {
  const lab = await modeLab(t, { sites: 2, extras: ['spare'], partnerAddresses: ADDRESSES });
  const [primary, standby] = [
    new Balancer(lab, 'primary', ADDRESSES.primary),
    new Balancer(lab, 'standby', ADDRESSES.standby),
  ];
  const spare = lab.extra('spare');
  primary.target(lab.network.primary.address);
  standby.target(lab.network.standby.address);
  await lab.startPair();

  const [here, there] = lab.network.sites;
  if (here === undefined || there === undefined) throw new Error('two sites were asked for');
  const pinned = new Programs(lab, { ratePerSecond: 5, yaml: yaml(false) });
  const second = { name: 'fresh', port: 6768, agentHost: there };
  const fresh = new Programs(lab, { ratePerSecond: 5, yaml: yaml(true), second });
  const pinnedFeed = await watch(pinned, (line) => t.comment(`port 67: ${line}`));
  const freshFeed = await watch(fresh, (line) => t.comment(`fresh ports: ${line}`));
  const [old, next] = await Promise.all(
    [lab.network.primary, spare].map((host) => {
      return startCaptureAt(lab, [
        { namespace: lab.network.gateway, interface: host.gatewayInterface, name: `slow-${host.gatewayInterface}` },
      ]);
    }),
  );

  const successor = lab.successor('primary', 'spare');
  successor.start();
  await successor.ready();
  await successor.waitForState(['hot-standby'], 60_000);
  primary.target(spare.address);
  const moved = await freshFeed.next({ kind: 'answers-as', server: 'primary' });
  t.equal(moved.text, `Primary now answers as ${spare.address}, was ${lab.network.primary.address}`);
  await pause(DRAIN_MS);
  t.same(pinnedFeed.rest(), [], 'port 67 is still answered by the old one, and there is nothing to say');

  await lab.primary.kill();
  lab.cut('primary');
  const died = await pinnedFeed.next({ kind: 'transition', server: 'primary', site: null, to: 'non-serving' });
  await pinnedFeed.next({ kind: 'gap' });
  await pause(DRAIN_MS);
  t.same(freshFeed.rest(), [], 'with fresh ports nobody has missed anything');
  await fresh.waitForGroupState('normal', 10_000);
  await pinned.waitForGroupState('gap', 10_000);

  primary.forget(here.address);
  await pinnedFeed.next({ kind: 'answers-as', server: 'primary', text: moved.text });
  await pinned.waitForGroupState('normal', 30_000);
  for (const programs of [pinned, fresh]) await programs.agent.stop('SIGTERM', 30_000);
  const [oldWire, nextWire] = [await old?.stop(), await next?.stop()];

  const acks = (oldWire?.exchanges ?? []).filter(({ ackUs }) => ackUs !== undefined).map(({ ackUs }) => ackUs ?? 0);
  const last = Math.max(...acks) / 1000;
  t.ok(
    Date.parse(died.earliest) <= last + 60 && last <= Date.parse(died.latest) + 60,
    'the last ACK is in the bracket',
  );
  const began = Math.min(...(nextWire?.exchanges ?? []).map(({ discoverUs }) => discoverUs)) / 1000;
  t.ok(
    Date.parse(moved.earliest) <= began + 60 && began <= Date.parse(moved.latest) + 60,
    "so is the new one's first DISCOVER",
  );
  t.same((await reportOf({ programs: fresh }, GROUP)).gaps, [], 'no gap with fresh ports');
  t.equal((await reportOf({ programs: pinned }, GROUP)).gaps.length, 1, 'one gap on port 67');
});
