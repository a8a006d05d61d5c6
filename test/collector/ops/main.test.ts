/** The dorawatch command as a process: what it prints, what it refuses, and its exit codes. */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { TYPESCRIPT } from '../../typescript.ts';
import { batches, FakeAgent } from '../fake-agent.ts';
import { type Ran, run, startCollectorProcess } from '../programs.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const example = `${root}deploy/hot-standby.yaml`;
const main = 'collector/ops/main.ts';

/** Of a healthy pair. */
const seconds = 30;

/** The keys of the contract, in their order. */
const keys = (value: object): string => Object.keys(value).join();

/** What was published stands first and in its order; main.contract.test names what follows it. */
const published = (t: Test, value: object, list: string): boolean => t.equal(keys(value).slice(0, list.length), list);

t.test('with a collector', async (t) => {
  const collector = await startCollectorProcess(example, `${t.testdir()}/state`);
  t.teardown(() => collector.kill('SIGKILL'));
  // They ended just now: taken when the collector listens, which may be long after the test began.
  const anchorUs = Math.floor(Date.now() / 1000 - seconds - 4) * 1e6;
  const agent = new FakeAgent(collector.address, { anchorUs });
  t.teardown(() => agent.close());
  const dorawatch = (...args: string[]): Promise<Ran> => run(main, args, { DORAWATCH_COLLECTOR: collector.address });
  const json = async (...args: string[]) => JSON.parse((await dorawatch(...args, '--json')).stdout);
  await agent.assignment();
  await agent.send(batches({ anchorUs, seconds, answers: (server) => server === 0 }));

  // At once: the agent says nothing more, and is taken for silent on a machine that is slow to start programs.
  const [status, table, served] = await Promise.all([
    json('status'),
    dorawatch('status', '--exit-code'),
    json('sites'),
  ]);

  await t.test('status', async (t) => {
    const { groups } = status;
    published(t, groups[0], 'name,mode,state,since,sites,servers');
    const [primary, standby] = groups[0].servers;
    published(t, primary, 'name,address,role,state,expected,since,last_served_at,reason,sites,drop_ratio,latency_us');
    t.match(primary, {
      state: 'serving',
      expected: 'serving',
      reason: 'answered',
      drop_ratio: 0,
      sites: { serving: 1, unknown: 0 },
    });
    t.ok(Math.abs(primary.latency_us.offer_p50 - 21_000) < 21_000 * 0.02, 'a quantile is true to 2 %');
    t.match(standby, { expected: 'silent', drop_ratio: 1, last_served_at: null, latency_us: { offer_p50: null } });
    const { stdout, code } = table;
    t.match(stdout, /corsham-dhcp \(hot-standby\): normal since/);
    t.match(stdout, /standing by \(last served never\)/);
    t.equal(code, 0);
    t.notMatch(stdout, '\u001b[', 'no colour in a pipe');
  });

  await t.test('sites and agents', async (t) => {
    const { sites } = served;
    published(t, sites[0], 'site,group,served_by,state,since,last_ack_at,agent_state,reason');
    t.match(sites[0], { site: 'corsham', served_by: ['primary'], state: 'served', agent_state: 'connected' });
    t.same(await json('sites', '--unserved'), { sites: [] });
    t.equal((await dorawatch('sites', '--unserved')).stdout, 'No site is unserved.\n');
    const { agents } = await json('agents');
    const order =
      'id,site,version,connected,last_seen,clock_offset_us,clock_error_us,backlog_batches,assignment_version,loop_delay_max_ms,refused_batches,lost_batches,lost_exchanges,throttled,trouble';
    published(t, agents[0], order);
    t.match(agents[0], {
      id: 'agent-1',
      site: 'corsham',
      version: '0.1.0',
      connected: true,
      clock_offset_us: 0,
      clock_error_us: 200,
    });
  });

  await t.test('mark, and events with --follow', async (t) => {
    const follower = spawn(
      process.execPath,
      [TYPESCRIPT, main, 'events', '--follow', '--json', '--collector', collector.address],
      {
        cwd: root,
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    t.teardown(() => follower.kill('SIGKILL'));
    const events = createInterface({ input: follower.stdout })[Symbol.asyncIterator]();
    const next = async () => JSON.parse((await events.next()).value);
    const first = await next();
    t.match(first, { kind: 'transition', server: 'primary', from: 'unknown', to: 'serving' });
    published(
      t,
      first,
      'id,kind,at,earliest,latest,detected_at,group,server,site,bucket,from,to,reason,text,actor,ref,late',
    );
    const mark = await json(
      'mark',
      'drill begins',
      '--at',
      '2026-03-01T11:30:15Z',
      '--ref',
      'CHG0012',
      '--site',
      'corsham',
    );
    t.match(mark, {
      kind: 'mark',
      at: '2026-03-01T11:30:15.000000Z',
      text: 'drill begins',
      ref: 'CHG0012',
      site: 'corsham',
      group: null,
    });
    let heard = await next();
    while (heard.kind !== 'mark') heard = await next();
    t.same(heard, mark, 'the follower hears of it as the marker did');
  });

  await t.test('export as CSV has the same exchanges as JSON', async (t) => {
    const csv = (await dorawatch('export', '--since', '-1h', '--csv')).stdout.trim().split('\r\n');
    const lines = (await dorawatch('export', '--since', '-1h', '--json')).stdout.trim().split('\n');
    t.equal(csv.length, lines.length + 1);
    t.equal(csv[0], keys(JSON.parse(lines[0] ?? '')));
    t.equal(
      csv[1],
      Object.values(JSON.parse(lines[0] ?? ''))
        .map((value) => value ?? '')
        .join(),
    );
  });

  await t.test('keep says what is there of a period, and --list what has been kept', async (t) => {
    t.equal((await dorawatch('keep', '--list')).stdout, 'No period is kept.\n');
    const period = ['--since', '2020-01-02T00:00:00Z', '--until', '2020-01-03T00:00:00Z'];
    t.match((await dorawatch('keep', ...period)).stdout, /^Kept for ever: 2020-01-0.*nothing of it is stored/);
    t.match((await dorawatch('keep', '--since', '-1h', '--until', '-0h')).stdout, /, \d+ batches, \d+ kB so far\.\n$/);
    const { periods } = JSON.parse((await dorawatch('keep', '--list', '--json')).stdout);
    t.equal(periods.length, 2);
    t.same(periods[0], { since: '2020-01-02T00:00:00.000000Z', until: '2020-01-03T00:00:00.000000Z' });
    t.match((await dorawatch('keep', '--list')).stdout, /^\| Kept from .*\n.*\n\| 2020-01-0/);
  });

  await t.test('wrong arguments are 2, and the message says what would be right', async (t) => {
    const cases: [string[], RegExp][] = [
      [
        ['report', '--group', 'corsham', '--since', '-1h'],
        /there is no group "corsham"; did you mean "corsham-dhcp"\?/,
      ],
      [['report', '--group', 'corsham-dhcp', '--since', 'noon'], /"noon" is not a time; expected RFC 3339/],
      [['report', '--since', '-1h'], /required option '--group/],
      [['events', '--group', 'corsham'], /there is no group "corsham"; did you mean "corsham-dhcp"\?/],
      [['mark', ''], /a mark needs a text/],
      [['mark', 'x', '--server', 'primry'], /there is no server "primry"; did you mean "primary"\?/],
      [['export', '--since', '-1h'], /choose one of --json and --csv/],
      [['status', '--colector', 'x:1'], /unknown option '--colector'/],
      [['status', '--collector', 'nowhere'], /expected HOST:PORT/],
      [['import'], /Usage: dorawatch import/],
      [['imprt'], /unknown command 'imprt'/],
      [['keep'], /keep needs --since and --until; --list shows what is kept/],
      [['keep', '--since', '-1h', '--until', '-2h'], /the period ends before it begins/],
      [['pause'], /pause needs --group, --server or --site; --all if everything is meant/],
      [['pause', '--all', '--site', 'corsham'], /--all is everything/],
      [['pause', '--list', '--all'], /--list shows every pause/],
      [['pause', '--group', 'corsham'], /no group "corsham"; did you mean "corsham-dhcp"/],
      [['resume', '--all'], /nothing is paused anywhere/],
      [['keep', '--list', '--since', '-1h'], /--list shows every period; it goes without --since/],
    ];
    const ran = await Promise.all(cases.map(([args]) => dorawatch(...args)));
    cases.forEach(([args, message], index) => {
      t.equal(ran[index]?.code, 2, args.join(' '));
      t.match(ran[index]?.stderr, message);
    });
  });
});

t.test('without a collector: 1, where it looked, and what to do', async (t) => {
  const named = await run(main, ['status'], { DORAWATCH_COLLECTOR: '127.0.0.1:9' });
  t.equal(named.code, 1);
  t.match(
    named.stderr,
    /cannot reach the collector at 127\.0\.0\.1:9 \(DORAWATCH_COLLECTOR\)[\s\S]*dorawatch-collector serve[\s\S]*--collector HOST:PORT/,
  );
  t.match((await run(main, ['events', '--collector', '127.0.0.1:9'])).stderr, /at 127\.0\.0\.1:9 \(--collector\)/);
});

t.test('every help has examples', async (t) => {
  const commands = [
    'status',
    'top',
    'sites',
    'events',
    'mark',
    'agents',
    'export',
    'report',
    'keep',
    'pause',
    'resume',
  ];
  const ran = await Promise.all(commands.map((command) => run(main, [command, '--help'])));
  commands.forEach((command, index) => {
    t.equal(ran[index]?.code, 0, command);
    t.match(ran[index]?.stdout, new RegExp(`Examples:\\n  dorawatch ${command}`));
  });
});
