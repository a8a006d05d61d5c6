/**
 * `dorawatch probe` on a real pair: what the command shows is what was on the wire, the wire has exactly these packets more, and the
 * collector's stored exchanges have none of them. The capture is the truth.
 */
import t from 'tap';
import { startCapture } from '../lab/capture.ts';
import { command } from '../lab/command.ts';
import { startLab } from '../lab/lab.ts';
import { labSkipReason } from '../lab/requirements.ts';
import { type Printed, Programs, SITE } from './programs.ts';

const DORA = ['DISCOVER', 'OFFER', 'REQUEST', 'ACK', 'RELEASE'];

interface Message {
  readonly direction: string;
  readonly message_type: string;
  readonly problem: string | null;
  readonly elapsed_us: number;
  readonly header: { readonly xid: string; readonly chaddr: string; readonly yiaddr: string; readonly secs: number };
  readonly options: readonly { readonly code: number; readonly name: string; readonly fault: string | null }[];
}

const typesOf = ({ stdout }: Printed): readonly string[] =>
  stdout.split('\n').flatMap((line) => /^[→←] +[\d.]+ ms {2}(\S+)/.exec(line)?.[1] ?? []);

t.test(
  'an exchange on request, and nothing of it in what is stored',
  { skip: labSkipReason(), timeout: 180_000 },
  async (t) => {
    const lab = await startLab({ size: 'small', timers: 'short', wanDelayMs: 0, startServers: 'no' });
    t.teardown(() => lab.close());
    await lab.startPair();
    const capture = await startCapture(lab);
    const programs = new Programs(lab, { ratePerSecond: 10 });
    programs.startCollector();
    await programs.collector.waitForOutput(/collector ready/, 30_000);
    programs.startAgent();
    await programs.waitForGroupState('normal', 60_000);
    const probe = (...args: string[]): Promise<Printed> => programs.ops('probe', '--site', SITE, ...args);
    const { primary } = lab.network;
    // A kernel complains once a second to a host, and the agent's own probes would have it all.
    command('ip', ['netns', 'exec', primary.namespace, 'sysctl', '-qw', 'net.ipv4.icmp_ratelimit=0']);

    const whole = await probe('primary');
    t.equal(whole.code, 0, whole.stderr);
    t.same(typesOf(whole), DORA);
    t.match(whole.stdout, /Answered: ACK .* was given for .* and has been released\./);
    t.notMatch(whole.stdout, /malformed|Unassigned/);

    const hex = await probe('corsham-dhcp/primary', '--hex');
    t.same(typesOf(hex), DORA);
    t.equal(hex.stdout.match(/^ {4}00e0 .* 63 82 53 63 {2}\|/gm)?.length, 5, 'a dump of each message');

    const json = await probe(primary.address, '--json');
    const { answered, messages } = JSON.parse(json.stdout) as { answered: boolean; messages: readonly Message[] };
    t.equal(answered, true);
    t.same(
      messages.map(({ message_type }) => message_type),
      DORA,
    );
    t.same(
      messages.flatMap(({ options }) => options.filter(({ fault }) => fault !== null)),
      [],
    );
    t.equal(messages[0]?.header.secs, 0);

    await lab.primary.kill();
    const dead = await probe('primary');
    t.equal(dead.code, 3);
    t.match(
      dead.stdout,
      /Not answered: ICMP port unreachable\. The host .* lives, and nothing listens on its port 67\./,
    );

    await programs.agent.stop();
    const nobody = await probe('standby');
    t.equal(nobody.code, 1);
    t.match(nobody.stderr, /no agent of site corsham is connected: agent-\w+ was last heard/);

    const wire = await capture.stop();
    t.equal(wire.droppedByKernel, 0);
    const client = messages[0]?.header.chaddr;
    const own = wire.packets.filter(({ chaddr }) => chaddr === client);
    t.same(
      own.map(({ message }) => message),
      [...DORA, ...DORA, ...DORA, 'DISCOVER'],
      'on the wire are three exchanges with a RELEASE each, a DISCOVER, and nothing else of this client',
    );
    const seen = own.filter(({ xid }) => xid === Number(messages[0]?.header.xid));
    t.same(
      seen.map(({ message, yiaddr }) => [message, yiaddr]),
      messages.map(({ message_type, header }) => [message_type, header.yiaddr]),
      'and they are what was shown',
    );
    const stored = (await programs.ops('export', '--since', '-30m', '--json')).stdout.trim().split('\n').length;
    t.equal(stored, wire.exchanges.length - 4, `of ${wire.exchanges.length} exchanges all but these four are stored`);
  },
);
