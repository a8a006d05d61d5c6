/**
 * The whole agent beside a real collector, in surroundings that are wrong: its port is another program's, a server has no
 * route, the wall clock goes back an hour, a stranger answers. Nothing that was measured is lost or believed wrongly.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openInbox } from '../../collector/io/inbox.ts';
import { TYPESCRIPT } from '../typescript.ts';
import { networkSkipReason, ProbeNetwork, SERVER_ADDRESS } from './probe-network.ts';
import { folder, runFlags, startCollector } from './run-fixture.ts';

const skip = networkSkipReason();

t.test('port 67 held by a real server of this host; a place without a route; an hour back', { skip }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  await network.serve('none');
  const place = folder(t);
  const dnsmasq = network.command(
    ...['dnsmasq', '--no-daemon', '--port=0', '--conf-file=/dev/null', '--dhcp-authoritative'],
    ...['--dhcp-range=10.71.0.200,10.71.0.210', `--dhcp-leasefile=${place}/leases`, '--user=root'],
  );
  await dnsmasq.waitForOutput(/DHCP/, 10_000);
  const collector = await startCollector(network, place);
  const step = join(place, 'step');
  const args = [TYPESCRIPT, '--import', './test/agent/wall-clock-step.ts', 'agent/main.ts'];
  const start = () =>
    network.command('env', `STEP_FILE=${step}`, process.execPath, ...args, ...runFlags(join(place, 'agent')));
  const first = start();
  await first.waitForOutput(/connected to the collector/, 20_000);
  const probed = await network.probe(SERVER_ADDRESS, '-n', '3', '-r', '10', '--json');
  t.match(JSON.parse(probed.stdout), { acked: 3 });
  t.equal(probed.stderr.match(/held by another program/g)?.length, 1);
  // In mid-run the wall clock goes back; then the agent starts anew on that clock.
  writeFileSync(step, '');
  await first.waitForOutput(/no route to 192\.0\.2\.1/, 20_000);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  const ended = await first.stop('SIGTERM');
  t.equal(ended.code, 0);
  const said = ended.stdout + ended.stderr;
  t.equal(said.match(/port 67 is held by another program/g)?.length, 1, 'said once');
  t.equal(said.match(/"level":50/g), null, 'no error is logged');
  const second = start();
  await second.waitForOutput(/connected to the collector/, 20_000);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  await second.stop('SIGTERM');
  await collector.stop('SIGTERM');
  await dnsmasq.stop('SIGTERM');

  const inbox = await openInbox(join(place, 'collector', 'log'));
  t.teardown(() => inbox.close());
  const epochs = new Map<number, number[]>();
  let [answered, rows, unsent, sentBefore] = [0, 0, 0, 0];
  let offsets: number[] = [];
  for await (const { entry } of inbox.read(1)) {
    if (entry.kind === 'clock') offsets = [...offsets, entry.offsetUs];
    if (entry.kind !== 'batch') continue;
    const { batch } = entry;
    epochs.set(batch.epoch, [...(epochs.get(batch.epoch) ?? []), batch.sequence]);
    rows += batch.results.path.length;
    answered += batch.results.totalUs.filter((us) => us >= 0 && us < 1e6).length;
    unsent += batch.counts.reduce((sum, counts) => sum + counts.unsentSendError, 0);
    t.ok(
      batch.results.sentUs.every((us) => us >= 0 && us < 60e6),
      'times are monotonic microseconds since the start',
    );
    sentBefore = Math.max(sentBefore, ...batch.results.sentUs);
  }
  const [one = 0, two = 0] = [...epochs.keys()];
  t.equal(epochs.size, 2);
  t.ok(two > one, 'the epoch rises although the clock fell');
  for (const sequences of epochs.values())
    t.strictSame(
      [...sequences].sort((a, b) => a - b),
      sequences.map((_, index) => index + 1),
      'nothing is lost',
    );
  t.ok(rows > 50 && answered === rows, `${answered} of ${rows} answered, each under a second`);
  t.ok(unsent > 0, 'what has no route is unsent, and counted');
  t.ok(Math.abs((offsets.at(-1) ?? 0) + 3_600e6) < 5e6, 'the second start knows that its clock is an hour behind');
  t.ok(Math.abs(offsets[0] ?? 3_600e6) < 5e6, 'the first, an anchor that was right');
});

t.test('an answer from a server that was not asked is named, and proves nothing', { skip }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  await network.serve('wrong-source');
  const place = folder(t);
  const collector = await startCollector(network, place);
  const agent = network.run(network.agent, 'agent/main.ts', runFlags(join(place, 'agent')));
  await agent.waitForOutput(/one was asked and 10\.71\.0\.3 answered/, 20_000);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  const status = network.run(network.agent, 'collector/ops/main.ts', ['status', '--json']);
  const [group] = JSON.parse((await status.ended).stdout).groups;
  t.match(group.servers[0], { name: 'one', state: 'unknown', last_served_at: null });
  await agent.stop('SIGTERM');
  await collector.stop('SIGTERM');
});
