/**
 * Two groups over one pair, told apart by the subnet that their probes ask for: what a hub with several relationships looks like
 * from a site. Kea 2.2 has no hub of its own (2.6 has), so both relationships here are one: each group must see the same failure, at
 * the same time, and each server must hear no more than its rate from both together.
 */
import t from 'tap';
import { pause } from '../lab/child.ts';
import { labSkipReason } from '../lab/requirements.ts';
import { groupOf, setStage, yamlOf } from './stage.ts';
import { endStory, holdAgainstWire, lanesByServer, reportOf } from './verdict.ts';

const QUIET_MS = 2_500;
/** What offers lie in: the probe subnet, and the second subnet of the lab's Kea. */
const GROUPS = [
  { name: 'spoke-a', subnet: '10.77.0.0', isOwn: (address: string) => address.startsWith('10.77.') },
  { name: 'spoke-b', subnet: '10.80.1.0', isOwn: (address: string) => address.startsWith('10.80.1.') },
] as const;

t.test('two relationships over one pair', { skip: labSkipReason(), timeout: 300_000 }, async (t) => {
  const stage = await setStage(t, {
    lab: { pair: { mode: 'hot-standby' } },
    yaml: (lab) =>
      yamlOf(
        GROUPS.map(({ name, subnet }) => groupOf(lab, name, 'hot-standby', 'standby', `probe_subnet: ${subnet}`)).join(
          '\n',
        ),
      ),
  });
  const { lab, programs } = stage;
  await pause(QUIET_MS);
  await lab.primary.kill();
  for (const { name } of GROUPS) await programs.waitForGroupState('failed-over', 40_000, name);
  await pause(QUIET_MS);
  lab.primary.start();
  for (const { name } of GROUPS) await programs.waitForGroupState('normal', 60_000, name);
  await pause(QUIET_MS);

  const wire = await endStory(t, stage);
  const { primary, standby } = lab.network;
  const spanS = ((wire.exchanges.at(-1)?.discoverUs ?? 0) - (wire.exchanges[0]?.discoverUs ?? 0)) / 1e6;
  for (const server of [primary.address, standby.address]) {
    const rate = wire.exchanges.filter((each) => each.server === server).length / spanS;
    t.ok(rate < 10.5, `${server} heard ${rate.toFixed(1)} exchanges a second, of both groups`);
  }
  for (const { name, isOwn } of GROUPS) {
    const clients = new Set(
      wire.packets.filter(({ message, yiaddr }) => message === 'OFFER' && isOwn(yiaddr)).map(({ chaddr }) => chaddr),
    );
    t.not(clients.size, 0, `${name} was offered addresses of its subnet`);
    const own = { ...wire, exchanges: wire.exchanges.filter(({ chaddr }) => clients.has(chaddr)) };
    const report = await reportOf(stage, name);
    holdAgainstWire(t, report, lanesByServer(own, { [primary.address]: 'primary', [standby.address]: 'standby' }));
    t.same(
      report.failovers.map(({ from, to }) => `${from} → ${to}`),
      ['primary → standby', 'standby → primary'],
    );
    t.same(report.overlaps, []);
  }
});
