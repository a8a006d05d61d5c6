/**
 * Pauses with the real programs: a connected agent is told at once, one that comes later never begins, a killed collector still
 * knows, and events, reports and status say who paused what and why.
 */
import t from 'tap';
import { connectOps } from '../../../collector/ops/client.ts';
import type { Assignment } from '../../../shared/core/assignment.ts';
import { FakeAgent } from '../fake-agent.ts';
import { hotStandby } from '../hot-standby.ts';
import { run, startCollectorProcess } from '../programs.ts';

const main = 'collector/ops/main.ts';
const places = ({ targets }: Assignment): string[] => targets.map(({ server }) => server);

t.test('secs are raised for a while; pause and resume', async (t) => {
  const folder = t.testdir({ 'collector.yaml': hotStandby('corsham', 'leeds') });
  const [config, state] = [`${folder}/collector.yaml`, `${folder}/state`];
  let collector = await startCollectorProcess(config, state);
  t.teardown(() => collector.kill('SIGKILL'));
  const dorawatch = (...args: string[]) => run(main, args, { DORAWATCH_COLLECTOR: collector.address });
  const one = new FakeAgent(collector.address, {});
  const two = new FakeAgent(collector.address, { agent: 'agent-2', site: 'leeds' });
  t.teardown(() => {
    one.close();
    two.close();
  });
  const [first, other] = [await one.assignment(), await two.assignment()];
  t.same(places(first), ['primary', 'standby']);

  const client = connectOps(
    { address: collector.address, source: 'the test' },
    null,
    () => performance.timeOrigin + performance.now(),
  );
  t.teardown(() => client.close());
  const raise = (for_ms: number, group = 'corsham-dhcp') => client.ask('RaiseSecs', { group, for_ms, actor: null });
  const raised = await raise(1_800_000);
  t.ok((raised.until ?? 0) > 0);
  const drilled = await one.assignment(Math.max(first.version, other.version) + 1);
  t.ok(drilled.targets.every(({ raiseSecs }) => raiseSecs));
  t.same(await raise(0), { until: null });
  const calm = await one.assignment(drilled.version + 1);
  t.notOk(calm.targets.some(({ raiseSecs }) => raiseSecs));
  await t.rejects(raise(1_800_001), /30 minutes at a time at most/);
  await t.rejects(raise(1000, 'corsham'), /did you mean "corsham-dhcp"/);

  const told = one.assignment(calm.version + 1);
  const why = ['--reason', 'new switch', '--actor', 'ada', '--ref', 'CHG0012'];
  const paused = await dorawatch(
    'pause',
    '--group',
    'corsham-dhcp',
    '--server',
    'standby',
    '--site',
    'corsham',
    ...why,
  );
  t.match(paused, {
    code: 0,
    stdout: /^Paused; connected agents stop.*\n.*\n.*\n\| corsham-dhcp *\| standby *\| corsham .*new switch/,
  });
  t.same(places(await told), ['primary'], 'pushed while the command was still being answered');
  t.match((await dorawatch('status')).stdout, /\nPaused: server standby at site corsham \(new switch\)\.\n/);

  await dorawatch('pause', '--group', 'corsham-dhcp');
  t.same(places(await two.assignment(calm.version + 2)), []);
  collector.kill('SIGKILL');
  await collector.ended;
  collector = await startCollectorProcess(config, state);
  const back = new FakeAgent(collector.address, { assignmentVersion: 40, epoch: 2 });
  t.teardown(() => back.close());
  const after = await back.assignment();
  t.same(places(after), [], 'a pause outlives kill -9, and an agent that comes later gets it');
  t.ok(after.version > 40);

  const { pauses } = JSON.parse((await dorawatch('pause', '--list', '--json')).stdout);
  t.match(pauses, [
    { server: 'standby', site: 'corsham', actor: 'ada' },
    { group: 'corsham-dhcp', server: null, site: null },
  ]);
  const resumed = await dorawatch('resume', '--group', 'corsham-dhcp', '--json');
  t.same(JSON.parse(resumed.stdout), { pauses: [] }, 'with what lies within it');
  t.same(places(await back.assignment(after.version + 1)), ['primary', 'standby']);

  const events = (await dorawatch('events', '--json')).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.match(events, [
    {
      kind: 'pause',
      server: 'standby',
      site: 'corsham',
      ref: 'CHG0012',
      actor: 'ada',
      text: 'Probing of server standby of group corsham-dhcp at site corsham paused: new switch',
    },
    { kind: 'pause', group: 'corsham-dhcp', text: 'Probing of group corsham-dhcp paused' },
    { kind: 'resume', group: 'corsham-dhcp', text: 'Probing of group corsham-dhcp resumed' },
  ]);
  const report = await dorawatch('report', '--group', 'corsham-dhcp', '--since', '-1h');
  t.match(
    report.stdout,
    /Probing of server standby of group corsham-dhcp at site corsham paused: new switch \(CHG0012, ada\)/,
  );
  t.match(report.stdout, /Probing of group corsham-dhcp resumed/);
});
