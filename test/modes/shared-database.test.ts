/**
 * A hot-standby pair whose leases are in one MariaDB, as with the team whose failover test this comes from: the pair's own failure and
 * return, then the database's, which no failover helps against. HA is as that team has it (leases synchronised and updates
 * sent, though both share the database); that Kea waits for a lost database instead of ending is Kea's recommendation.
 * DORAWATCH_LONG=1 adds the database stopped without that: both servers end, and must be started again.
 */
import t, { type Test } from 'tap';
import { pause } from '../lab/child.ts';
import { labSkipReason } from '../lab/requirements.ts';
import { OTHERS, SLOW_SYNC } from './leases.ts';
import { pairStory, QUIET_MS } from './pair-story.ts';
import { groupOf, type Stage, setStage, yamlOf } from './stage.ts';
import { endStory, holdAgainstWire, lanesByServer, reportOf } from './verdict.ts';

const GROUP = 'corsham-dhcp';
/** Ask again twice a second, for as long as it takes. */
const PATIENT = { 'max-reconnect-tries': 1_000, 'reconnect-wait-time': 500, 'on-fail': 'stop-retry-exit' } as const;

const yaml = (lab: Stage['lab']): string => yamlOf(groupOf(lab, GROUP, 'hot-standby', 'standby'));

/** Rows of other clients, for a returning server to read through. */
function fillTable({ lab }: Stage): void {
  const columns = 'address, hwaddr, client_id, valid_lifetime, expire, subnet_id, state';
  const mac = "UNHEX(CONCAT('02bb00', LPAD(HEX(seq), 6, '0')))";
  const row = `INET_ATON('10.77.200.0') + seq, ${mac}, UNHEX(CONCAT('01', HEX(${mac}))), 4000000, '2037-01-01', 1, 0`;
  lab.database.sql(`INSERT INTO lease4 (${columns}) SELECT ${row} FROM seq_1_to_${OTHERS};`);
}

const primaryStops = { kind: 'transition', server: 'primary', site: null, to: 'non-serving' } as const;
const primaryServes = { kind: 'transition', server: 'primary', site: null, to: 'serving' } as const;

t.test('a pair with a shared database, and the database', { skip: labSkipReason(), timeout: 400_000 }, async (t) => {
  const stage = await setStage(t, {
    lab: { pair: { mode: 'hot-standby', settings: SLOW_SYNC }, leases: PATIENT },
    yaml,
  });
  const { lab, events, programs } = stage;
  fillTable(stage);
  await pause(QUIET_MS);
  await pairStory(stage);

  // Reads go on and writes fail, as on a database that has failed over and is not yet promoted.
  lab.database.sql('SET GLOBAL read_only = 1');
  t.equal((await events.next(primaryStops)).reason, 'nak', 'a database that takes no writes: OFFER, then NAK');
  await pause(QUIET_MS);
  lab.database.sql('SET GLOBAL read_only = 0');
  await events.next(primaryServes);
  await pause(QUIET_MS);

  await lab.database.stop();
  t.equal((await events.next(primaryStops)).reason, 'no-offer', 'no database: silence, from a server that lives');
  // Longer than a takeover takes.
  await pause(lab.timers.maxResponseDelayMs + QUIET_MS);
  await programs.waitForGroupState('gap', 10_000);
  for (const server of [lab.primary, lab.standby]) t.ok(server.isRunning, `${server.name} waits for it`);
  t.equal((await lab.primary.haState())?.state, 'hot-standby', 'and Kea calls itself well all the while');
  await lab.database.start();
  await events.next(primaryServes);
  await pause(QUIET_MS);

  const wire = await endStory(t, stage);
  t.comment((await programs.ops('report', '--group', GROUP, '--since', '-30m')).stdout);
  const report = await reportOf(stage, GROUP);
  const { primary, standby } = lab.network;
  holdAgainstWire(t, report, lanesByServer(wire, { [primary.address]: 'primary', [standby.address]: 'standby' }));
  t.same(report.overlaps, []);
});

/** The long form alone has it: a skip would read as something that this machine cannot do. */
const isLong = process.env['DORAWATCH_LONG'] === '1';
if (isLong) t.test('servers that end with their database', { skip: labSkipReason(), timeout: 300_000 }, serversEnd);

async function serversEnd(t: Test): Promise<void> {
  const stage = await setStage(t, { lab: { pair: { mode: 'hot-standby' }, leases: {} }, yaml });
  const { lab, events, programs } = stage;
  await pause(QUIET_MS);
  await lab.database.stop();
  await events.next(primaryStops);
  await pause(QUIET_MS);
  for (const server of [lab.primary, lab.standby]) t.notOk(server.isRunning, `${server.name} has ended`);
  await lab.database.start();
  await pause(QUIET_MS);
  await programs.waitForGroupState('gap', 10_000);
  await lab.startPair();
  await events.next(primaryServes);
  await programs.waitForGroupState('normal', 30_000);
  await pause(QUIET_MS);
  const wire = await endStory(t, stage);
  const { primary, standby } = lab.network;
  const lanes = lanesByServer(wire, { [primary.address]: 'primary', [standby.address]: 'standby' });
  holdAgainstWire(t, await reportOf(stage, GROUP), lanes);
}
