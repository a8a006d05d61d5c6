/** `dorawatch import perfdhcp` as a process: offline, and into a collector that is killed in between. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { loopLog } from '../core/import/perfdhcp-log.ts';
import { type Ran, run, startCollectorProcess } from '../programs.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const example = `${root}deploy/hot-standby.yaml`;
const main = 'collector/ops/main.ts';
const at = (clock: string): number => Date.parse(`2021-02-09T${clock}Z`) / 1000;

const text = loopLog({
  servers: {
    primary: [0, at('11:35:58'), at('11:44:07')],
    standby: [at('11:36:42'), at('11:43:58')],
  },
  fromS: at('11:29:46'),
  untilS: at('11:47:30'),
  count: 100,
  rate: 10,
  pauseS: 0,
  startupS: 0.08,
  offerS: 0.01,
  ackS: 0.09,
  waitS: 0,
  style: '1.8',
});

t.test('offline', async (t) => {
  const log = `${t.testdir()}/loop.log`;
  writeFileSync(log, text);
  const args = [
    'import',
    'perfdhcp',
    '--group',
    'drill',
    `primary=${log}`,
    `standby=${log}`,
    '--offline',
    '--tz',
    'Europe/London',
  ];

  await t.test('the table', async (t) => {
    const { code, stdout, stderr } = await run(main, args);
    t.equal(code, 0);
    t.equal(stderr, '');
    for (const line of [
      /drill \(hot-standby\), 2021-02-09 11:29:46 to 11:4\d:\d\d/,
      /\| Primary stops serving leases +\| 11:3[56]:\d\d +\| - +\| ± \d+\.\ds/,
      /gap: no server serving for \d+\.\ds/,
      /Standby starts serving leases +\| 11:36:\d\d/,
      /failover: primary → standby, \d+\.\ds without service/,
      /Primary resumes serving leases +\| 11:44:\d\d/,
      /Measured from 1 site at 10\/s per server, drop time 3s/,
    ])
      t.match(stdout, line);
  });

  await t.test('Markdown and JSON', async (t) => {
    t.match((await run(main, [...args, '--format', 'md'])).stdout, /^\*\*drill \(hot-standby\).*\n\n\| Event/);
    const json = JSON.parse((await run(main, [...args, '--format', 'json'])).stdout);
    t.equal(
      Object.keys(json).join(' '),
      'group mode since until rows gaps overlaps failovers measured availability planned',
    );
    t.match(json.rows[0], {
      kind: 'transition',
      server: 'primary',
      to: 'non-serving',
      detected_at: null,
      elapsed_ms: null,
    });
    t.match(json.rows[0].at, /^2021-02-09T11:3\d:\d\d\.\d{6}Z$/);
    t.equal(json.measured.sites, 1);
  });

  await t.test('what cannot be read is named with its place, and the rest is imported', async (t) => {
    const broken = `${t.testdir()}/broken.log`;
    writeFileSync(
      broken,
      `${text}2021-02-09 11:50:00 - primary\r\nRunning: perfdhcp -r 10 -n 100 192.0.2.1\nsent pack`,
    );
    const { code, stdout, stderr } = await run(main, [...args.slice(0, 4), `primary=${broken}`, '--offline']);
    t.equal(code, 0);
    t.match(stderr, /broken\.log:\d+: expected a report after this line .*; this run is left out/);
    t.match(stdout, /Primary stops serving leases/);
  });

  await t.test('bad arguments', async (t) => {
    const to = (...more: string[]): Promise<Ran> => run(main, ['import', 'perfdhcp', '--group', 'drill', ...more]);
    const absent = await to('primary=/nowhere/loop.log', '--offline');
    t.equal(absent.code, 1);
    t.match(absent.stderr, /cannot read \/nowhere\/loop\.log: there is no such file/);
    t.equal((await to('--offline')).code, 2);
    t.match(await to('loop.log', '--offline'), { code: 2, stderr: /expected NAME=FILE, found "loop\.log"/ });
    t.match(await to(`primary=${log}`, '--tz', 'Nowhere/Land', '--offline'), { code: 2, stderr: /not a time zone/ });
    t.match(await to(`primary=${log}`, '--format', 'md'), { code: 2, stderr: /--offline/ });
  });
});

t.test('into a collector', async (t) => {
  const state = `${t.testdir()}/state`;
  const log = `${state}.log`;
  writeFileSync(log, text);
  const servers = [`primary=${log}`, `standby=${log}`];
  let collector = await startCollectorProcess(example, state);
  t.teardown(() => collector.kill('SIGKILL'));
  const dorawatch = (...args: string[]): Promise<Ran> => run(main, args, { DORAWATCH_COLLECTOR: collector.address });
  const reported = (): Promise<Ran> =>
    dorawatch('report', '--group', 'drill', '--since', '2021-02-09', '--format', 'json');

  t.match(await dorawatch('import', 'perfdhcp', '--group', 'drill', ...servers), {
    code: 0,
    stdout: /Imported \d\d+ runs into drill; they show 4 transitions/,
  });
  const first = await reported();
  t.equal(first.code, 0);
  const offline = JSON.parse(
    (await run(main, ['import', 'perfdhcp', '--group', 'drill', ...servers, '--offline', '--json'])).stdout,
  );
  t.same(
    { ...JSON.parse(first.stdout), since: null },
    { ...offline, since: null },
    'the report is the one that --offline prints',
  );

  const again = await dorawatch('import', 'perfdhcp', '--group', 'drill', ...servers, '--json');
  t.match(JSON.parse(again.stdout), { stored: 0, transitions: 4 }, 'the same file twice is once');
  t.equal((await reported()).stdout, first.stdout);

  t.match(await dorawatch('import', 'perfdhcp', '--group', 'corsham-dhcp', ...servers), {
    code: 2,
    stderr: /agents probe the group "corsham-dhcp"/,
  });
  t.match((await dorawatch('events', '--group', 'drill')).stdout, /Standby starts serving leases/);
  t.notMatch((await dorawatch('events', '--group', 'corsham-dhcp')).stdout, /Standby starts/);
  t.notMatch((await dorawatch('status')).stdout, /drill/);
  t.equal(
    (await dorawatch('report', '--group', 'drlil', '--since', '2021-02-09')).code,
    2,
    'an unknown group stays unknown',
  );

  const marked = await dorawatch('mark', 'Primary taken down', '--group', 'drill', '--at', '2021-02-09T11:30:15Z');
  t.equal(marked.code, 0, marked.stderr);
  const withMark = await reported();
  t.match(
    JSON.parse(withMark.stdout).rows[0],
    { kind: 'mark', text: 'Primary taken down' },
    "a mark stands in the import's report",
  );

  collector.kill('SIGKILL');
  await collector.ended;
  collector = await startCollectorProcess(example, state);
  t.equal((await reported()).stdout, withMark.stdout, 'a kill loses nothing');
  collector.kill('SIGTERM');
  t.equal((await collector.ended).code, 0);
  collector = await startCollectorProcess(example, state);
  t.equal((await reported()).stdout, withMark.stdout, 'nor does a restart from the snapshot');
  t.match(JSON.parse((await dorawatch('import', 'perfdhcp', '--group', 'drill', ...servers, '--json')).stdout), {
    stored: 0,
  });
});
