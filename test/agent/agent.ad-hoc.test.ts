/**
 * Exchanges on request, between real programs: what a person sees of a server that answers, that answers nonsense, that others
 * answer for and that is not there; when an agent says no; and that none of it is stored.
 */
import { join } from 'node:path';
import t from 'tap';
import type { Ending, LabChild } from '../lab/child.ts';
import { command } from '../lab/command.ts';
import { networkSkipReason, OTHER_ADDRESS, ProbeNetwork, SERVER_ADDRESS } from './probe-network.ts';
import { folder, runFlags, startCollector } from './run-fixture.ts';

const skip = networkSkipReason();

/** Two programs that probe and one server that does as it is told; `asking` runs the command. */
async function stage(t: { teardown: (end: () => unknown) => void }) {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  const place = folder(t);
  const [, server] = await Promise.all([startCollector(network, place), network.serve('none')]);
  const agent = network.run(network.agent, 'agent/main.ts', runFlags(join(place, 'agent')));
  await agent.waitForOutput(/assignment \d+: 2 targets/, 60_000);
  const ops = (...args: string[]): Promise<Ending> => network.run(network.agent, 'collector/ops/main.ts', args).ended;
  const probe = (...args: string[]): Promise<Ending> => ops('probe', '--site', 'corsham', ...args);
  return { network, server, agent, ops, probe };
}

/** Another server in its place. */
async function instead(network: ProbeNetwork, server: LabChild, ...fault: string[]): Promise<LabChild> {
  await server.stop('SIGKILL');
  return network.serve(...fault);
}

const heads = ({ stdout }: Ending): readonly string[] =>
  stdout.split('\n').flatMap((line) => /^[→←] +[\d.]+ ms {2}(\S+)/.exec(line)?.[1] ?? []);

t.test('every kind of answer is shown, the seventh in a minute is refused', { skip }, async (t) => {
  const { network, server, probe } = await stage(t);
  // A kernel complains once a second to a host, and the agent's own probes would have it all.
  command('ip', ['netns', 'exec', network.server, 'sysctl', '-qw', 'net.ipv4.icmp_ratelimit=0']);
  const whole = await probe('one');
  t.equal(whole.code, 0, whole.stderr);
  t.same(heads(whole), ['DISCOVER', 'OFFER', 'REQUEST', 'ACK', 'RELEASE']);
  t.match(whole.stdout, new RegExp(`54 DHCP Server Id +${SERVER_ADDRESS}`));
  t.match(whole.stdout, /Answered: ACK [\d.]+ ms after the DISCOVER .* was given for 1h 0m 0s and has been released\./);

  let other = await instead(network, server, 'truncated');
  const nonsense = await probe('one', '--kind', 'do');
  t.equal(nonsense.code, 3, 'not answered');
  t.same(heads(nonsense), ['DISCOVER', 'malformed']);
  t.match(
    nonsense.stdout,
    /siaddr .*\n.*giaddr .*\n.*chaddr .*\n +sname +cut short: 00/,
    'what there is of it is shown',
  );
  t.match(nonsense.stdout, /malformed +it ends before its options begin \(at octet 100\)/);

  other = await instead(network, other, 'wrong-source');
  const stranger = await probe(SERVER_ADDRESS, '--json');
  t.equal(stranger.code, 3);
  const { outcome, stage: at, messages } = JSON.parse(stranger.stdout);
  t.match(
    { outcome, at, messages },
    {
      outcome: 'dropped',
      at: 'offer',
      messages: [
        { direction: 'sent', message_type: 'DISCOVER', unexpected: false },
        { direction: 'received', message_type: 'OFFER', unexpected: true, source: OTHER_ADDRESS },
      ],
    },
  );

  await other.stop('SIGKILL');
  const refused = await probe('g/one');
  t.equal(refused.code, 3, 'an outcome, and no refusal');
  t.match(refused.stdout, /Not answered: ICMP port unreachable\. The host 10\.71\.0\.2 lives/);

  const lost = await probe('lost');
  t.equal(lost.code, 1);
  t.match(lost.stderr, /made no exchange: this host has no route to 192\.0\.2\.1 \(lost\)/);

  await network.serve('none');
  for (let more = 0; more < 2; more += 1) t.equal((await probe('one')).code, 0);
  const seventh = await probe('one');
  t.equal(seventh.code, 1);
  t.match(seventh.stderr, /has asked one often enough for now; it may be asked again in \d+ s/);
});

t.test('one at a time; nothing while paused; none of it is stored', { skip }, async (t) => {
  const { network, server, agent, ops, probe } = await stage(t);
  const stored = async (): Promise<readonly { outcome: string; total_us: number | null }[]> =>
    (await ops('export', '--since', '-10m', '--json')).stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  for (let tries = 0; (await stored()).length < 10; tries += 1) if (tries > 60) throw new Error('nothing is stored');
  await instead(network, server, 'none', '700');
  const [slow, beside] = await Promise.all([probe('one', '--wait', '5s'), probe('one', '--wait', '5s')]);
  const [first, second] = slow.code === 0 ? [slow, beside] : [beside, slow];
  t.equal(first.code, 0, first.stderr);
  t.match(first.stdout, /Answered: ACK 1[4-9]\d\d\.\d{3} ms/, 'longer than probes wait');
  t.equal(second.code, 1, 'the other is refused');
  t.match(second.stderr, /is busy with another such exchange, with one; try again when that has ended/);

  t.equal((await ops('pause', '--server', 'one', '--actor', 'ada', '--reason', 'new switch')).code, 0);
  const paused = await probe('one');
  t.equal(paused.code, 1);
  t.match(
    paused.stderr,
    /probing of server one of group g was paused .* ago by ada \(new switch\); to go on: dorawatch resume --group g --server one/,
  );

  await agent.stop();
  const gone = await probe('g/lost');
  t.equal(gone.code, 1);
  t.match(gone.stderr, /no agent of site corsham is connected: agent-\w+ was last heard .* ago; dorawatch agents/);
  const slowest = Math.max(...(await stored()).map(({ total_us }) => total_us ?? 0));
  t.ok(slowest > 0 && slowest < 1e6, `none of those stored took longer than the drop time: ${slowest} µs`);
});
