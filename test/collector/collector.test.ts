/**
 * The collector as a process, an agent's real stream, and the dorawatch command line: a failover goes in as batches and
 * comes out as the table; kill -9 changes nothing.
 */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { batches, FakeAgent } from './fake-agent.ts';
import { type CollectorProcess, run, startCollectorProcess } from './programs.ts';

const example = new URL('../../deploy/hot-standby.yaml', import.meta.url).pathname;

/** Ten minutes ago, on a whole second: the batches lie in the past, as after a short cut of the line. */
const anchorUs = Math.floor(Date.now() / 1000 - 600) * 1e6;

/** The primary stops at 60 s; the standby starts at 111 s and hands back at 200 s; the primary resumes at 201 s. */
const answers = (server: number, second: number): boolean =>
  server === 0 ? second < 60 || second >= 201 : second >= 111 && second < 200;

const moment = (second: number): string => new Date(anchorUs / 1000 + second * 1000).toISOString();

async function ask(collector: CollectorProcess, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run('collector/ops/main.ts', args, { DORAWATCH_COLLECTOR: collector.address });
  if (code !== 0) throw new Error(`dorawatch ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}

t.test('a failover, from batches to the table, and through kill -9', async (t) => {
  const folder = t.testdir();
  const [config, state] = [`${folder}/collector.yaml`, `${folder}/state`];
  copyFileSync(example, config);
  let collector = await startCollectorProcess(config, state);
  t.teardown(() => collector.kill('SIGKILL'));
  const agent = new FakeAgent(collector.address, { anchorUs });
  t.teardown(() => agent.close());
  t.same(
    (await agent.assignment()).targets.map(({ server, ratePerSecond }) => [server, ratePerSecond]),
    [
      ['primary', 10],
      ['standby', 10],
    ],
  );
  await agent.send(batches({ anchorUs, seconds: 260, answers }));
  const group = ['--group', 'corsham-dhcp'];
  await ask(
    collector,
    'mark',
    'Primary server taken down',
    ...group,
    '--at',
    moment(57),
    '--actor',
    'ada',
    '--ref',
    'CHG0012',
  );
  await ask(collector, 'mark', 'Primary is re-enabled', ...group, '--at', moment(195));
  const period = ['--since', moment(30), '--until', moment(300)];
  const table = await ask(collector, 'report', ...group, ...period);
  t.comment(table);
  const report = JSON.parse(await ask(collector, 'report', ...group, ...period, '--json'));

  t.same(
    report.rows.map((row: { text: string }) => row.text),
    [
      'Primary server taken down',
      'Primary stops serving leases',
      'Standby starts serving leases',
      'Primary is re-enabled',
      'Standby stops serving leases',
      'Primary resumes serving leases',
    ],
  );
  t.same(
    report.gaps.map((gap: { duration_ms: number }) => Math.round(gap.duration_ms / 1000)),
    [51, 1],
  );
  t.same(
    report.failovers.map(({ from, to, kind }: Record<string, string>) => [kind, from, to]),
    [
      ['failover', 'primary', 'standby'],
      ['fail-back', 'standby', 'primary'],
    ],
  );
  for (const [row, second] of [
    [1, 60],
    [2, 111],
    [5, 201],
  ] as const) {
    const { earliest, latest } = report.rows[row];
    t.ok(
      earliest <= moment(second).replace('Z', '999Z') && latest >= moment(second),
      `row ${row}: ${earliest} to ${latest}`,
    );
  }
  t.match(report.measured, {
    sites: 1,
    rate_per_second: 10,
    drop_time_ms: 3000,
    exchanges: 2 * 10 * 230,
    unmeasured: 0,
    unsent: 0,
    late: 0,
  });

  const exported = (await ask(collector, 'export', ...period, '--json'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.equal(exported.length, 4600);
  t.same(
    exported.map((row) => row.sent_at),
    exported.map((row) => row.sent_at).sort(),
    'oldest first',
  );
  t.match(
    exported.find((row) => row.outcome === 'dropped'),
    { stage: 'offer', offer_us: null, ack_us: null, total_us: null, released: false },
  );

  const before = await ask(collector, 'events', '--json');
  collector.kill('SIGKILL');
  await collector.ended;
  collector = await startCollectorProcess(config, state);
  t.equal(await ask(collector, 'events', '--json'), before, 'kill -9: the same bytes');
  collector.kill('SIGTERM');
  t.equal((await collector.ended).code, 0, 'SIGTERM closes cleanly');
  collector = await startCollectorProcess(config, state);
  t.equal(await ask(collector, 'events', '--json'), before, 'from the snapshot: the same bytes');
});

t.test('SIGHUP: a bad file is refused whole, a good one reaches every agent', async (t) => {
  const folder = t.testdir();
  const config = `${folder}/collector.yaml`;
  const text = readFileSync(example, 'utf8');
  writeFileSync(config, text);
  const collector = await startCollectorProcess(config, `${folder}/state`);
  t.teardown(() => collector.kill('SIGKILL'));
  const agent = new FakeAgent(collector.address, { assignmentVersion: 7 });
  const stranger = new FakeAgent(collector.address, { agent: 'agent-2', site: 'bath' });
  t.teardown(() => agent.close());
  t.teardown(() => stranger.close());
  const first = await agent.assignment();
  t.equal(first.version, 8, 'versions never fall, not over a restart of the collector either');
  t.match(
    await stranger.refusal(),
    /site "bath" is not in the collector's configuration \(it lists corsham\); add it under "sites:"/,
  );

  writeFileSync(config, `${text}probe: { rate: 4, drop_tme: 3s }\n`);
  collector.kill('SIGHUP');
  const refused = await collector.logged('refused, the old one stays');
  t.match(refused, /probe\.rate.*has no unit/);
  t.match(refused, /did you mean.*drop_time/);

  writeFileSync(config, `${text}  - { name: bath }\nprobe: { rate: 4/s, drop_time: 2s }\n`);
  collector.kill('SIGHUP');
  const second = await agent.assignment(first.version + 1);
  t.match(second, { dropTimeMs: 2000, targets: [{ ratePerSecond: 4 }, { ratePerSecond: 4 }] });
  const guest = new FakeAgent(collector.address, { agent: 'agent-2', site: 'bath' });
  t.teardown(() => guest.close());
  t.equal((await guest.assignment()).targets[0]?.ratePerSecond, 2);
  t.match(await agent.assignment(second.version + 1), { targets: [{ ratePerSecond: 2 }, { ratePerSecond: 2 }] });
});

t.test('what is in the way is named, with what to do', async (t) => {
  const folder = t.testdir({ file: '' });
  const collector = await startCollectorProcess(example, `${folder}/state`);
  t.teardown(() => collector.kill('SIGKILL'));
  const serve = (...args: readonly string[]) => run('collector/main.ts', ['serve', '--http', '127.0.0.1:0', ...args]);
  const cases = {
    missing: [
      serve('--config', `${folder}/none.yaml`, '--state', `${folder}/a`),
      1,
      /cannot read the configuration .*none\.yaml: there is no such file/,
    ],
    locked: [
      serve('--config', example, '--state', `${folder}/state`),
      1,
      /in use by another process; end that one, or give this one a --state/,
    ],
    taken: [
      serve('--config', example, '--state', `${folder}/b`, '--grpc', collector.address),
      1,
      /cannot listen on .*the port is taken by another process/,
    ],
    httpTaken: [
      serve(
        ...['--config', example, '--state', `${folder}/d`, '--grpc', '127.0.0.1:0'],
        ...['--http', collector.http.slice('http://'.length)],
      ),
      1,
      /cannot listen on .*the port is taken by another process \(another collector\?\); end that one or choose another --http/,
    ],
    notADirectory: [
      serve('--config', example, '--state', `${folder}/file`),
      1,
      /cannot be written; give this user the right to/,
    ],
    noState: [serve('--config', example), 2, /required option '--state/],
    badPort: [
      serve('--config', example, '--state', `${folder}/c`, '--grpc', 'here'),
      2,
      /--grpc takes HOST:PORT, not "here"/,
    ],
    badHttp: [
      serve('--config', example, '--state', `${folder}/e`, '--http', '6768'),
      2,
      /--http takes HOST:PORT, or "off", not "6768"/,
    ],
  } as const;
  for (const [name, [result, code, message]] of Object.entries(cases)) {
    const ran = await result;
    t.equal(ran.code, code, name);
    t.match(ran.stderr, message, name);
  }
});
