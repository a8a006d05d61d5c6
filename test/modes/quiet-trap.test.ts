/**
 * The trap of quiet sites, on a real pair: with Kea's default of ten unacked clients the standby waits for an eleventh that
 * has asked in vain, and at night there is none. Probes do not count (their `secs` is 0), so dorawatch must call it an open gap that
 * grows, as long as it lasts; when people come, perfdhcp in their place, the standby takes over and the gap has an end.
 */
import t from 'tap';
import { pause } from '../lab/child.ts';
import { command } from '../lab/command.ts';
import { labSkipReason } from '../lab/requirements.ts';
import { groupOf, setStage, yamlOf } from './stage.ts';
import { endStory, holdAgainstWire, lanesByServer, reportOf } from './verdict.ts';

const GROUP = 'corsham-dhcp';
interface Status {
  readonly groups: readonly { readonly state: string; readonly open_gap_ms: number | null }[];
}

/** perfdhcp needs port 67 of an address of its own. */
const CLIENTS_ADDRESS = '10.77.0.11';
const NIGHT_MS = 14_000;

t.test('a standby that waits for clients is an open gap', { skip: labSkipReason(), timeout: 300_000 }, async (t) => {
  const stage = await setStage(t, {
    lab: { pair: { mode: 'hot-standby', settings: { 'max-unacked-clients': 10 } } },
    yaml: (lab) => yamlOf(groupOf(lab, GROUP, 'hot-standby', 'standby')),
  });
  const { lab, events, programs } = stage;
  await pause(3_000);
  await lab.primary.kill();
  await events.next({ kind: 'gap' });
  const lengths: number[] = [];
  for (const _ of [1, 2]) {
    await pause(NIGHT_MS / 2);
    t.match((await reportOf(stage, GROUP)).gaps.at(-1), { end: null }, 'the report has an open gap');
    const { groups } = await programs.json<Status>('status');
    t.match(groups[0], { state: 'gap' });
    lengths.push(groups[0]?.open_gap_ms ?? 0);
  }
  const table = await programs.ops('report', '--group', GROUP, '--since', '-30m');
  t.match(table.stdout, /gap: no server serving for .* so far/, 'and so says its table');
  t.comment((await programs.ops('status')).stdout);
  t.equal((await lab.standby.haState())?.state, 'hot-standby', 'the standby has not taken over');
  const unacked = JSON.stringify(await lab.standby.command('status-get'));
  t.match(unacked, /"communication-interrupted":true/, 'though it has lost its partner');
  t.match(unacked, /"unacked-clients":0/, 'and no probe counts as a client in need');
  const [before = 0, after = 0] = lengths;
  t.ok(before > 1_000 && after > before + NIGHT_MS / 2 - 1_000, `status: ${before} ms, and later ${after} ms`);

  command('ip', ['-n', lab.site.namespace, 'addr', 'add', `${CLIENTS_ADDRESS}/24`, 'dev', lab.site.interface]);
  // From its second second on, and for half a minute, each client says how long it has been asking.
  const people = ['-4', '-l', CLIENTS_ADDRESS, '-r', '10', '-R', '30', '-Y', '1', '-y', '30'];
  const morning = lab.run(lab.site, 'perfdhcp', [
    ...people,
    '-b',
    'mac=02:00:00:00:03:00',
    lab.network.standby.address,
  ]);
  await events.next({ kind: 'failover' });
  await morning.stop('SIGINT');
  lab.primary.start();
  await events.next({ kind: 'fail-back' });
  await pause(4_000);

  const wire = await endStory(t, stage);
  t.comment((await programs.ops('report', '--group', GROUP, '--since', '-30m')).stdout);
  const probes = { ...wire, exchanges: wire.exchanges.filter(({ chaddr }) => !chaddr.startsWith('02:00:00:00:03')) };
  const { primary, standby } = lab.network;
  const lanes = lanesByServer(probes, { [primary.address]: 'primary', [standby.address]: 'standby' });
  holdAgainstWire(t, await reportOf(stage, GROUP), lanes);
});
