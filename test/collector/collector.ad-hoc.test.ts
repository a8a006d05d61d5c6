/**
 * Ad-hoc exchanges at the collector, with agents that a test plays: one that is too old, one that answers, one that says no, and one
 * whose line breaks while somebody waits.
 */
import t, { type Test } from 'tap';
import type { AdHocResult, Frame } from '../../shared/core/ad-hoc.ts';
import { ipv4 } from '../../shared/core/net/ipv4.ts';
import { microseconds, unixMicros } from '../../shared/core/units.ts';
import type { AdHocAsk } from '../../shared/wire/ad-hoc-codec.ts';
import { dhcpVectors } from '../vectors/vectors.ts';
import { FakeAgent } from './fake-agent.ts';
import { hotStandby } from './hot-standby.ts';
import { type CollectorProcess, type Ran, run, startCollectorProcess } from './programs.ts';
import { screenOf, Terminal } from './terminal.ts';

const anchorUs = Math.floor(Date.now() / 1000 - 60) * 1e6;
/** The agent's clock is this far ahead. */
const OFFSET_US = 250_000;

/** An agent of a site that has its assignment; gone when the test ends. */
async function agentOf(t: Test, { address }: CollectorProcess, hello: ConstructorParameters<typeof FakeAgent>[1]) {
  const agent = new FakeAgent(address, { anchorUs, ...hello });
  t.teardown(() => agent.close());
  await agent.assignment();
  return agent;
}

/** The request with this number. */
const requestOf = (agent: FakeAgent, number: number): Promise<AdHocAsk> =>
  agent.hear((message) => (message.kind === 'ad-hoc-request' && message.request === number ? message : null));

const frame = (direction: Frame['direction'], afterUs: number, message: Uint8Array): Frame => ({
  ...{ direction, isUnexpected: false, at: unixMicros(anchorUs + OFFSET_US + afterUs), message },
  ...{ source: ipv4(0x0a4d0102), sourcePort: 67, destination: ipv4(0x0a4d000a), destinationPort: 67 },
});

async function stage(t: Test) {
  const folder = t.testdir({ 'collector.yaml': hotStandby('corsham', 'leeds') });
  const collector = await startCollectorProcess(`${folder}/collector.yaml`, `${folder}/state`);
  t.teardown(() => collector.kill('SIGKILL'));
  const env = { DORAWATCH_COLLECTOR: collector.address };
  const ops = (...args: string[]): Promise<Ran> => run('collector/ops/main.ts', args, env);
  return { collector, env, ops, agent: await agentOf(t, collector, { agent: 'able' }) };
}

const OFFER = dhcpVectors().find(({ name }) => /kea.*OFFER/i.test(name))?.packet ?? new Uint8Array();
const RESULT: AdHocResult = {
  ...{ kind: 'exchange', outcome: 'dropped', stage: 'ack', released: false, stamped: 'kernel', shedFrames: 0 },
  ...{ offerUs: microseconds(1500), ackUs: null, totalUs: null },
  frames: [frame('sent', 0, Uint8Array.of(1)), frame('received', 1500, OFFER)],
};

t.test('on a terminal: a word while it takes long, colour, and no line too wide', async (t) => {
  const { env, ops, agent } = await stage(t);
  const args = ['probe', '--site', 'corsham', 'standby', '--hex'];
  const terminal = new Terminal('collector/ops/main.ts', args, { columns: 80, env });
  const { request } = await requestOf(agent, 1);
  await terminal.until((lines) => lines.some((line) => /^waiting for the agent of corsham: \d+ s/.test(line)));
  agent.tell({ kind: 'ad-hoc-answer', request, result: RESULT });
  t.equal(await terminal.ended, 3);
  const { lines } = screenOf(terminal.output);
  t.same(
    lines.filter((line) => /waiting for/.test(line)),
    [],
    'which is gone then',
  );
  t.ok(terminal.output.includes('\u001b[31mNot answered\u001b[39m: no ACK within 3000 ms'));
  t.same(
    lines.filter((line) => line.length > 80),
    [],
  );
  const names = await ops('complete', 'agents');
  t.equal(names.stdout, 'able\n', 'and --agent can be completed');
});

t.test('asked, answered, refused, cut off, too old', async (t) => {
  const { collector, ops, agent } = await stage(t);
  const probe = (...args: string[]): Promise<Ran> => ops('probe', ...args);
  await agentOf(t, collector, { agent: 'older', site: 'leeds', features: [] });
  await agent.send([], { offsetUs: OFFSET_US, errorUs: 200 });

  const asking = probe('--site', 'corsham', 'standby', '--wait', '250ms', '--json');
  const { request, asked } = await requestOf(agent, 1);
  t.same(asked, { group: 'corsham-dhcp', server: 'standby', bucket: null, kind: 'dora', dropTimeMs: 250 });
  agent.tell({ kind: 'ad-hoc-answer', request, result: RESULT });
  const answered = await asking;
  t.equal(answered.code, 3, answered.stderr);
  t.match(JSON.parse(answered.stdout), {
    ...{ agent: 'able', site: 'corsham', server: 'standby', answered: false, outcome: 'dropped', stage: 'ack' },
    ...{ offer_us: 1500, ack_us: null, clock_offset_us: OFFSET_US, clock_error_us: 200 },
    messages: [
      { direction: 'sent', at: new Date(anchorUs / 1000).toISOString().replace('Z', '000Z'), problem: /ends before/ },
      { direction: 'received', elapsed_us: 1500, message_type: 'OFFER', source: '10.77.1.2', header: { op: 2 } },
    ],
  });

  const refusing = probe('--site', 'corsham', 'standby');
  await requestOf(agent, 2);
  agent.tell({ kind: 'ad-hoc-answer', request: 2, result: { kind: 'refusal', text: 'no route to anywhere' } });
  const refused = await refusing;
  t.equal(refused.code, 1);
  t.match(refused.stderr, /agent able at site corsham made no exchange: no route to anywhere/);

  const waiting = probe('--site', 'corsham', 'primary');
  await requestOf(agent, 3);
  agent.close();
  const lost = await waiting;
  t.equal(lost.code, 1);
  t.match(lost.stderr, /the connection of agent able at site corsham was lost before it answered; dorawatch agents/);

  const older = await probe('--site', 'leeds', 'primary');
  t.equal(older.code, 1);
  t.match(older.stderr, /agent older \(version 0\.1\.0\) is too old: it does not know ad-hoc exchanges/);
  const wrong = await probe('primary');
  t.equal(wrong.code, 2, 'without a site');
  t.match(wrong.stderr, /required option '--site <name>' not specified/);
});
