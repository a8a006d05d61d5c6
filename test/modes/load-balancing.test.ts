/**
 * A load-balancing pair's life on real Kea, read by bucket: each server's own clients and the other's. Whose client is whose
 * is taken from the wire, by who was answered while all was well, so that no hash judges itself. A takeover is a failover of
 * one bucket; the survivor's own bucket never flaps.
 */
import t from 'tap';
import type { Captured } from '../lab/capture.ts';
import { pause } from '../lab/child.ts';
import { labSkipReason } from '../lab/requirements.ts';
import { layOtherLeases, SLOW_SYNC } from './leases.ts';
import { restartInMaintenance, startMaintenance } from './maintenance.ts';
import { groupOf, setStage, yamlOf } from './stage.ts';
import { endStory, holdAgainstWire, type Lane, reportOf } from './verdict.ts';

const GROUP = 'corsham-dhcp';
const QUIET_MS = 2_500;

/** Each server's exchanges by bucket: 0 the primary's clients, 1 the secondary's. Before `untilUs` the pair was well. */
function lanesByBucket(
  wire: Captured,
  servers: readonly { readonly name: string; readonly address: string }[],
  untilUs: number,
): Lane[] {
  return servers.flatMap(({ name, address }, own) => {
    const exchanges = wire.exchanges.filter((each) => each.server === address);
    const mine = new Set(
      exchanges.filter(({ ackUs }) => ackUs !== undefined && ackUs < untilUs).map(({ chaddr }) => chaddr),
    );
    return [0, 1].map((bucket) => ({
      server: name,
      bucket,
      exchanges: exchanges.filter(({ chaddr }) => mine.has(chaddr) === (bucket === own)),
    }));
  });
}

t.test(
  'load-balancing: failure, second gap, maintenance, by bucket',
  { skip: labSkipReason(), timeout: 300_000 },
  async (t) => {
    const stage = await setStage(t, {
      lab: { pair: { mode: 'load-balancing', settings: SLOW_SYNC } },
      prepare: layOtherLeases,
      yaml: (lab) => yamlOf(groupOf(lab, GROUP, 'load-balancing', 'secondary')),
    });
    const { lab, events, programs } = stage;
    await pause(QUIET_MS);

    await lab.primary.kill();
    await events.next({ kind: 'gap', bucket: 0 });
    await events.next({ kind: 'failover', bucket: 0 });
    await programs.waitForGroupState('failed-over', 20_000);
    await pause(QUIET_MS);
    lab.primary.start();
    await events.next({ kind: 'fail-back', bucket: 0 });
    await lab.settled();
    await pause(QUIET_MS);

    await startMaintenance(lab, lab.primary);
    await events.next({ kind: 'failover', bucket: 1 });
    await pause(QUIET_MS);
    await restartInMaintenance(lab, lab.primary);
    await events.next({ kind: 'fail-back', bucket: 1 });
    await pause(QUIET_MS);

    const wire = await endStory(t, stage);
    t.comment((await programs.ops('report', '--group', GROUP, '--since', '-30m')).stdout);
    const report = await reportOf(stage, GROUP);
    const { primary, standby } = lab.network;
    const servers = [
      { name: 'primary', address: primary.address },
      { name: 'secondary', address: standby.address },
    ];
    const killed = lab.events.all.find(({ deed, part }) => deed === 'killed' && part === 'primary')?.beforeUs ?? 0;
    const [, second] = holdAgainstWire(t, report, lanesByBucket(wire, servers, killed));
    t.ok((second?.durationUs ?? 0) > 1_000_000, `the second gap, at the fail-back, took ${second?.durationUs} µs`);
    t.same(report.overlaps, [], 'no bucket is ever served by both');
  },
);
