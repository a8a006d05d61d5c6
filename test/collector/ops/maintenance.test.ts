/**
 * Maintenance with the real programs: begun, ended, listed with the file's windows and when they are next; a killed collector still
 * knows; status, events and reports say what was planned; check-config says it before.
 */
import t from 'tap';
import { hotStandby } from '../hot-standby.ts';
import { run, startCollectorProcess } from '../programs.ts';

const main = 'collector/ops/main.ts';
const WINDOWS = `maintenance:
  - { group: corsham-dhcp, server: standby, days: [sun], from: 02:00, until: 04:00, zone: Europe/London, reason: patches }
  - { site: leeds, from: 2099-12-05 22:00, for: 8h, zone: Europe/London, ref: CHG0042 }
  - { site: leeds, from: 2001-12-05 22:00, for: 8h, zone: UTC }
`;

t.test('maintenance', async (t) => {
  const folder = t.testdir({ 'collector.yaml': hotStandby('corsham', 'leeds') + WINDOWS });
  const [config, state] = [`${folder}/collector.yaml`, `${folder}/state`];

  const checked = await run('collector/main.ts', ['check-config', config]);
  t.match(
    checked.stdout,
    /\nMaintenance of server standby of group corsham-dhcp, every Sunday 02:00 to 04:00 \(Europe\/London\): patches; (next|now) \d{4}-\d\d-\d\d 02:00 to 04:00 \(Europe\/London\)\.\n/,
  );
  t.match(
    checked.stdout,
    /\nMaintenance at site leeds, once: planned maintenance; next 2099-12-05 22:00 to 2099-12-06 06:00 /,
  );
  t.match(checked.stdout, /it is over \(UTC\)\.\n/);

  let collector = await startCollectorProcess(config, state);
  t.teardown(() => collector.kill('SIGKILL'));
  const dorawatch = (...args: string[]) =>
    run(main, args, { DORAWATCH_COLLECTOR: collector.address, TZ: 'Europe/London' });
  const listed = async () => JSON.parse((await dorawatch('maintenance', 'list', '--json')).stdout).maintenance;

  t.match(await listed(), [
    { active: false, schedule: /^every Sunday/, period: { source: 'file', server: 'standby', text: 'patches' } },
    { schedule: null, period: { since: '2099-12-05T22:00:00.000000Z', until: '2099-12-06T06:00:00.000000Z' } },
  ]);

  const about = ['--group', 'corsham-dhcp', '--reason', 'Kea 3.0', '--actor', 'ada', '--ref', 'CHG0012'];
  const begun = await dorawatch('maintenance', 'start', ...about);
  t.match(begun, {
    code: 0,
    stdout:
      /^Maintenance of group corsham-dhcp until \d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?: Kea 3\.0 \(CHG0012, ada\) \(2 h, for want of --for or --until\)\n.*\n.*\n\| corsham-dhcp *\| all *\| all *\| yes /,
  });
  const again = JSON.parse(
    (await dorawatch('maintenance', 'start', '--group', 'corsham-dhcp', '--for', '5h', '--json')).stdout,
  );
  t.match(again.changed, [{ active: true, period: { source: 'person', text: 'Kea 3.0', ref: 'CHG0012' } }]);
  t.equal((await listed()).filter(({ active }: { active: boolean }) => active).length, 1, 'the same again is one');

  collector.kill('SIGKILL');
  await collector.ended;
  collector = await startCollectorProcess(config, state);
  t.match(
    (await dorawatch('status')).stdout,
    /\nMaintenance of group corsham-dhcp until \d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?: Kea 3\.0 \(CHG0012, ada\)\n/,
    'it outlives kill -9',
  );
  const status = JSON.parse((await dorawatch('status', '--json')).stdout);
  t.match(status.groups[0].maintenance, [{ source: 'person', server: null, actor: 'ada' }]);

  const refusals: [string[], RegExp][] = [
    [['start'], /maintenance needs --group, --server or --site/],
    [['start', '--all', '--for', '1h', '--until', '+2h'], /give one/],
    [['stop', '--site', 'leeds'], /no maintenance at site leeds was started by a person/],
  ];
  for (const [args, problem] of refusals)
    t.match(await dorawatch('maintenance', ...args), { code: 2, stderr: problem });

  const ended = await dorawatch('maintenance', 'stop', '--group', 'corsham-dhcp', '--actor', 'bob');
  t.match(ended, { code: 0, stdout: /^Ended: Maintenance of group corsham-dhcp: Kea 3\.0 \(CHG0012, ada\)\n/ });
  const rows = (await dorawatch('events', '--json')).stdout.trim().split('\n');
  t.match(
    rows.map((row) => JSON.parse(row)),
    [
      { kind: 'maintenance-start', text: 'Maintenance of group corsham-dhcp begins, for 2h: Kea 3.0', ref: 'CHG0012' },
      { kind: 'maintenance-start', text: 'Maintenance of group corsham-dhcp begins, for 5h' },
      { kind: 'maintenance-stop', text: 'Maintenance of group corsham-dhcp ends', actor: 'bob' },
    ],
  );
  const report = await dorawatch('report', '--group', 'corsham-dhcp', '--since', '-1h');
  t.match(report.stdout, /Maintenance of group corsham-dhcp begins, for 2h: Kea 3\.0 \(CHG0012, ada\)/);
  t.match(report.stdout, /\nPlanned \d{4}-\d\d-\d\d .* of group corsham-dhcp: Kea 3\.0 \(CHG0012, ada\)\n/);
});
