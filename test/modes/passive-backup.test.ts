/**
 * Passive-backup on real Kea: the backup keeps a copy and never answers. A failure is a gap until the primary is back, and
 * nothing is ever called a failover; a planned maintenance is refused by Kea, and changes nothing.
 */
import t from 'tap';
import { pause } from '../lab/child.ts';
import { labSkipReason } from '../lab/requirements.ts';
import { groupOf, setStage, yamlOf } from './stage.ts';
import { endStory, holdAgainstWire, lanesByServer, reportOf } from './verdict.ts';

const GROUP = 'corsham-dhcp';
const QUIET_MS = 2_500;

t.test('passive-backup: failure is a gap, return its end', { skip: labSkipReason(), timeout: 300_000 }, async (t) => {
  const stage = await setStage(t, {
    lab: { pair: { mode: 'passive-backup' } },
    yaml: (lab) => yamlOf(groupOf(lab, GROUP, 'passive-backup', 'backup')),
  });
  const { lab, events, programs } = stage;
  await pause(QUIET_MS);
  await t.rejects(
    lab.primary.command('ha-maintenance-start'),
    'Kea knows no maintenance without a partner that takes over',
  );
  await t.rejects(lab.standby.command('ha-maintenance-start'), /backup/);

  await lab.primary.kill();
  await events.next({ kind: 'gap' });
  // Longer than a takeover would take, were there one.
  await pause(lab.timers.maxResponseDelayMs + 6_000);
  t.equal((await lab.standby.haState())?.state, 'backup');
  await programs.waitForGroupState('gap', 10_000);
  lab.primary.start();
  await events.next({ kind: 'transition', server: 'primary', to: 'serving', site: null });
  await programs.waitForGroupState('normal', 30_000);
  await pause(QUIET_MS);

  const wire = await endStory(t, stage);
  t.comment((await programs.ops('report', '--group', GROUP, '--since', '-30m')).stdout);
  const report = await reportOf(stage, GROUP);
  const { primary, standby } = lab.network;
  holdAgainstWire(t, report, lanesByServer(wire, { [primary.address]: 'primary', [standby.address]: 'backup' }));
  t.same(report.failovers, [], 'nothing moved anywhere');
  t.equal(report.gaps.length, 1, 'one gap');
  t.same(report.overlaps, []);
});
