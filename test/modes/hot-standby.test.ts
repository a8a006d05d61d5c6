/**
 * A hot-standby pair's whole life on real Kea: killed, taken over, brought back (with the second gap, while it fetches leases
 * and keeps its partner silent), and a planned maintenance. The capture is the truth.
 */
import t from 'tap';
import { pause } from '../lab/child.ts';
import { labSkipReason } from '../lab/requirements.ts';
import { layOtherLeases, SLOW_SYNC } from './leases.ts';
import { pairStory, QUIET_MS } from './pair-story.ts';
import { askedGroupOf, setStage, yamlOf } from './stage.ts';
import { endStory, holdAgainstWire, lanesByServer, reportOf } from './verdict.ts';

const GROUP = 'corsham-dhcp';

t.test('hot-standby: failure, second gap, maintenance', { skip: labSkipReason(), timeout: 300_000 }, async (t) => {
  const stage = await setStage(t, {
    lab: { pair: { mode: 'hot-standby', settings: SLOW_SYNC } },
    prepare: layOtherLeases,
    yaml: (lab) => yamlOf(askedGroupOf(lab, GROUP, 'hot-standby', 'standby')),
  });
  const { lab } = stage;
  await pause(QUIET_MS);

  await pairStory(stage);

  const wire = await endStory(t, stage);
  t.comment((await stage.programs.ops('report', '--group', GROUP, '--since', '-30m')).stdout);
  const report = await reportOf(stage, GROUP);
  const { primary, standby } = lab.network;
  const [, second] = holdAgainstWire(
    t,
    report,
    lanesByServer(wire, { [primary.address]: 'primary', [standby.address]: 'standby' }),
  );
  const moves = report.failovers.map(({ from, to }) => `${from} → ${to}`);
  const away = ['primary → standby', 'standby → primary'];
  t.same(moves, [...away, ...away], 'there and back, twice');
  t.same(
    report.failovers.map(({ planned }) => planned !== null),
    [false, false, true, true],
    "the second time in maintenance, by Kea's own word",
  );
  t.ok((second?.durationUs ?? 0) > 1_000_000, `the second gap, at the fail-back, took ${second?.durationUs} µs`);
  t.same(report.overlaps, [], 'at no handover do both serve');
});
