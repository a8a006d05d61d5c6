/**
 * `dorawatch-agent probe` from its command line: every fault that a server can show against a scripted one, the ordinary
 * case against real Kea, and the text and JSON that scripts read.
 */

import t, { type Test } from 'tap';
import type { Ending } from '../lab/child.ts';
import { startLab } from '../lab/lab.ts';
import { labSkipReason } from '../lab/requirements.ts';
import { TYPESCRIPT } from '../typescript.ts';
import { ABSENT_ADDRESS, networkSkipReason, ProbeNetwork, SERVER_ADDRESS } from './probe-network.ts';

const skip = networkSkipReason();

interface Document {
  readonly due: number;
  readonly sent: number;
  readonly acked: number;
  readonly unsent: Readonly<Record<string, number>>;
  readonly dropped: { readonly offer: number; readonly ack: number };
  readonly [key: string]: unknown;
}

/** The document of a run, its two identities shown to hold. */
function documentOf(t: Test, { stdout, stderr }: Ending): Document {
  t.ok(stdout.startsWith('{'), stderr);
  const document = JSON.parse(stdout) as Document;
  const { due, sent, unsent, acked, dropped } = document;
  t.equal(due, sent + Object.values(unsent).reduce((sum, count) => sum + count, 0), 'due = sent + unsent');
  const rest = ['naked', 'refused', 'unreachable', 'unmeasured'].map((key) => Number(document[key]));
  t.equal(
    sent,
    rest.reduce((sum, count) => sum + count, acked + dropped.offer + dropped.ack),
    'sent = the sum of the outcomes',
  );
  return document;
}

/** Fault, expected figures, exit code, words on standard error. Four exchanges each. */
const FAULTS: readonly (readonly [string, readonly string[], Readonly<Record<string, unknown>>, number, RegExp?])[] = [
  ['none', [], { acked: 4, released: 4 }, 0],
  ['none', ['--keep-leases'], { acked: 4, released: 0 }, 0],
  ['none', ['-i'], { acked: 4, released: 0, kind: 'do' }, 0],
  ['duplicate', [], { acked: 4, duplicates: 7 }, 0],
  ['silent', [], { dropped: { offer: 4, ack: 0 } }, 3, /in a subnet that 10\.71\.0\.2 knows/],
  ['no-ack', [], { dropped: { offer: 0, ack: 4 }, late: 0 }, 3],
  ['nak', [], { naked: 4, released: 0 }, 3],
  ['no-server-id', [], { dropped: { offer: 4, ack: 0 }, malformed: 4 }, 3, /no-server-identifier \(4 times\)/],
  ['truncated', [], { dropped: { offer: 4, ack: 0 }, malformed: 4 }, 3, /too-short/],
  ['wrong-xid', [], { dropped: { offer: 4, ack: 0 }, orphans: 4 }, 3],
  ['wrong-chaddr', [], { dropped: { offer: 4, ack: 0 }, orphans: 4 }, 3],
  ['wrong-source', [], { dropped: { offer: 4, ack: 0 }, foreign: 4 }, 3, /was asked and 10\.71\.0\.3 answered/],
];

t.test('faults', { skip }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  for (const [fault, flags, figures, code, said] of FAULTS)
    await t.test([fault, ...flags].join(' '), async (t) => {
      const server = await network.serve(fault);
      const ended = await network.probe(SERVER_ADDRESS, '-n', '4', '-r', '20', '-d', '0.5', '--json', ...flags);
      await server.stop();
      const document = documentOf(t, ended);
      // The last exchange's second ACK may come after the probe has closed: seven or eight repetitions.
      const { duplicates, ...exact } = figures;
      t.match(document, { due: 4, sent: 4, ...exact });
      t.ok(Number(document['duplicates']) >= Number(duplicates ?? 0));
      t.equal(ended.code, code);
      if (said !== undefined) t.match(ended.stderr, said);
    });
});

t.test('late answers stay drops, and -W waits for them', { skip }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  await network.serve('none', '700');
  const flags = ['-n', '3', '-r', '10', '-d', '0.5', '-W', '1500000', '--json', '--exchanges'];
  const ended = await network.probe(SERVER_ADDRESS, ...flags);
  const document = documentOf(t, ended);
  t.match(document, { dropped: { offer: 3, ack: 0 }, late: 3, acked: 0 });
  const exchanges = document['exchanges'] as readonly { readonly late_us: number; readonly outcome: string }[];
  // The scripted server's timer may fire a millisecond early.
  t.ok(exchanges.every(({ late_us, outcome }) => outcome === 'dropped' && late_us > 690_000));
});

t.test('a server that is slow is answered in full by the drop time, not by the end of sending', { skip }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  await network.serve('none', '400');
  const ended = await network.probe(SERVER_ADDRESS, '-n', '3', '-r', '100', '-R', '10', '-d', '3', '-W', '3', '--json');
  t.match(documentOf(t, ended), { acked: 3 });
  t.equal(ended.code, 0);
  t.match(ended.stderr, /-W 3 is 3 microseconds/);
});

t.test('too few identities: what finds none is unsent', { skip }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  await network.serve('silent');
  const ended = await network.probe(SERVER_ADDRESS, '-n', '10', '-r', '50', '-R', '2', '-d', '1', '--json');
  t.match(documentOf(t, ended), { due: 10, sent: 2, unsent: { no_identity: 8 } });
  t.equal(ended.code, 3);
  t.match(ended.stderr, /-R 2 is fewer/);
});

t.test('places that cannot be reached', { skip }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  const closed = await network.probe(SERVER_ADDRESS, '-n', '3', '-r', '10', '--json');
  t.match(documentOf(t, closed), { refused: 3 });
  t.match(closed.stderr, /port closed/);
  const absent = await network.probe(ABSENT_ADDRESS, '-n', '2', '-r', '10', '-d', '5', '--json');
  t.match(documentOf(t, absent), { unreachable: 2 }, 'nobody answers ARP');
  const routeless = await network.probe('192.0.2.1');
  t.equal(routeless.code, 1);
  t.match(routeless.stderr, /no route to 192\.0\.2\.1/);
  const local = await network.probe(SERVER_ADDRESS, '-l', '192.0.2.9');
  t.equal(local.code, 1);
  t.match(local.stderr, /-l 192\.0\.2\.9/);
});

t.test('port 67 held by another program is fine, and said once', { skip }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  await network.serve('none');
  const holder = network.run(network.agent, 'test/agent/port-holder.ts', []);
  await holder.waitForOutput(/holding/, 20_000);
  const ended = await network.probe(SERVER_ADDRESS, '-n', '3', '-r', '10', '--json');
  t.match(documentOf(t, ended), { acked: 3 });
  t.equal(ended.stderr.match(/held by another program/g)?.length, 1);
});

t.test('SIGINT ends a run that has no end, with a report', { skip }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  await network.serve('none', '100');
  const child = network.run(network.agent, 'agent/main.ts', [
    'probe',
    SERVER_ADDRESS,
    '-r',
    '10',
    '-t',
    '1',
    '-x',
    'e',
  ]);
  await child.waitForOutput(/^sent: \d+\/\d+; received: \d+\/\d+; drops: \d+\/\d+; rejected: 0\/0$/m, 20_000);
  const ended = await child.stop('SIGINT');
  t.equal(ended.code, 0, 'all in flight were answered');
  t.match(ended.stdout, /Exit reason: interrupted/);
  t.match(ended.stdout, /drops ratio: 0 %/);
});

t.test('without CAP_NET_RAW it says what to do', { skip }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  const child = network.run(network.agent, 'test/agent/without-capabilities.ts', ['probe', SERVER_ADDRESS]);
  const ended = await child.ended;
  t.equal(ended.code, 1);
  t.match(
    ended.stderr,
    /CAP_NET_RAW is missing[\s\S]*setcap cap_net_raw,cap_net_bind_service\+ep[\s\S]*AmbientCapabilities/,
  );
});

t.test('real Kea: the command that this comes from just works', { skip: labSkipReason() }, async (t) => {
  const lab = await startLab({ size: 'small', timers: 'short' });
  t.teardown(() => lab.close());
  const probe = (...args: readonly string[]) =>
    lab.run(lab.site, process.execPath, [TYPESCRIPT, 'agent/main.ts', 'probe', ...args], { cwd: process.cwd() }).ended;
  const { primary, standby } = lab.network;
  const text = await probe(primary.address, '-n', '20', '-r', '10', '-R', '100', '-d', '3', '-W', '3');
  t.equal(text.code, 0, text.stderr);
  t.match(text.stdout, /\*\*\*Statistics for: REQUEST-ACK\*\*\*\nsent packets: 20\nreceived packets: 20\ndrops: 0\n/);
  const json = documentOf(
    t,
    await probe(primary.address, '-n', '10', '-r', '10', '--json', '--exchanges', '-o', '60,646f7261'),
  );
  t.match(json, { acked: 10, released: 10 });
  t.equal((json['exchanges'] as readonly unknown[]).length, 10);
  const silent = documentOf(t, await probe(standby.address, '-n', '5', '-r', '10', '--json'));
  t.match(silent, { dropped: { offer: 5, ack: 0 } }, 'a standby is silent');
});
