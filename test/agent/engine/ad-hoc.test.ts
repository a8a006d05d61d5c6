/** Exchanges on request: whom an agent asks and as whom, what it says no to, and what its asker is told. */
import t from 'tap';
import type { Ending } from '../../../agent/core/exchange.ts';
import { takeIdentity } from '../../../agent/core/identity-pool.ts';
import { createTrace, keepPacket } from '../../../agent/core/packet-trace.ts';
import { discoverPacket } from '../../../agent/core/probe-packet.ts';
import type { ProbePath } from '../../../agent/core/probe-path.ts';
import { AdHocExchanges, type Present } from '../../../agent/engine/ad-hoc.ts';
import { createLaneMemory } from '../../../agent/engine/lane-memory.ts';
import { createLane } from '../../../agent/engine/target.ts';
import type { AdHocRequest } from '../../../shared/core/ad-hoc.ts';
import { ANONYMOUS, type Assignment, PLAIN_TARGET, type Target } from '../../../shared/core/assignment.ts';
import type { UnsentCause } from '../../../shared/core/outcome.ts';
import { milliseconds, unixMicros } from '../../../shared/core/units.ts';
import { at, exchangeOn } from '../probe-fixture.ts';

const ANCHOR = unixMicros(1_700_000_000_000_000);
const TARGET: Target = {
  ...{ group: 'g', server: 's', address: '10.77.1.2', sources: [], bucket: null, kind: 'dora', ratePerSecond: 10 },
  ...{ phase: 0, ...PLAIN_TARGET },
};
const REQUEST: AdHocRequest = { group: 'g', server: 's', bucket: null, kind: 'dora', dropTimeMs: milliseconds(500) };

const assignmentOf = (targets: readonly Target[]): Assignment => ({
  ...{ version: 1, targets, dropTimeMs: milliseconds(3000), clients: null, release: 'always', relayAddress: null },
  ...{ identify: ANONYMOUS, relayPort: false },
});

/** An agent that probes these, its engine in the test's hands. */
function agentOf(targets: readonly Target[], giaddr: string | null = '10.77.0.10') {
  const memory = createLaneMemory();
  const assignment = assignmentOf(targets);
  const times = { epochStart: at(0), anchor: ANCHOR, now: at(0) };
  const lanes = targets.map((target) =>
    createLane({ agent: 'a', assignment, target, giaddr: giaddr ?? undefined, ...times }, memory),
  );
  let now = 0;
  const clock = { monotonic: () => at(now), wall: () => ANCHOR };
  const exchanges = new AdHocExchanges({ agent: 'a', clock, anchor: ANCHOR, epochStart: at(0), memory });
  const begun: ProbePath[] = [];
  let cause: UnsentCause | undefined;
  const begin = (path: ProbePath): UnsentCause | undefined => {
    begun.push(path);
    if (cause === 'send_error') exchanges.onSendError(path, 'network is down');
    return cause;
  };
  const present: Present = { engine: { begin, turn: () => undefined }, lanes, assignment };
  const end = (ending: Ending = { outcome: 'acked', stage: 'ack' }, path = begun.at(-1)): void => {
    if (path !== undefined) exchanges.onEnding(exchangeOn(path, now), ending, true);
  };
  return {
    ...{ lanes, begun, end },
    ask: (fields: Partial<AdHocRequest> = {}) => exchanges.ask({ ...REQUEST, ...fields }, present),
    fail: (next: UnsentCause | undefined) => (cause = next),
    wait: (ms: number) => (now += ms),
  };
}

t.test('the lane of the server, with an identity of its own that is always the same', async (t) => {
  const agent = agentOf([{ ...TARGET, scopes: ['10.80.1.0/24'] }, TARGET]);
  const own = agent.lanes[1]?.path;
  const mac = ({ pool }: ProbePath) => takeIdentity(pool, at(0))?.chaddr ?? new Uint8Array();
  const ours = Array.from({ length: own?.pool.count ?? 0 }, () => (own === undefined ? '' : mac(own).join()));
  const told = agent.ask({ kind: 'do' });
  const [path] = agent.begun;
  if (path === undefined || own === undefined) throw new Error('nothing was begun');
  t.match(path, { kind: 'do', dropTimeNs: 500e6, release: 'always', ref: { giaddr: '10.77.0.10', kind: 'do' } });
  t.equal(path.packets, own.packets, 'the same packets');
  const asked = mac(path);
  t.equal(asked.length, 6);
  t.notOk(ours.includes(asked.join()), `none of the ${ours.length} that probes have`);
  const packet = discoverPacket(path.packets, { xid: 5, secs: 0, identity: { chaddr: asked } });
  if (path.trace !== undefined)
    keepPacket(path.trace, packet, { direction: 'sent', isUnexpected: false, atNs: at(2), isStamped: false });
  agent.end({ outcome: 'acked', stage: 'offer', offerNs: 1_499_600, totalNs: 1_499_600 });
  t.match(await told, {
    ...{ kind: 'exchange', outcome: 'acked', offerUs: 1500, ackUs: null, released: true, stamped: 'user' },
    frames: [{ direction: 'sent', at: ANCHOR + 2000, destinationPort: 67 }],
  });
  agent.ask();
  t.equal(agent.begun[1]?.pool.base.join(), path.pool.base.join(), 'and for another kind of exchange too');
});

t.test('nobody is asked who is not assigned, in relay role and as such', async (t) => {
  const agent = agentOf([
    { ...TARGET, scopes: ['10.80.1.0/24'] },
    { ...TARGET, server: 'c', interface: 'eth0' },
  ]);
  for (const fields of [{}, { server: 'c' }, { group: 'h' }, { bucket: 1 }])
    t.match(await agent.ask(fields), { kind: 'refusal', text: /is not among what this agent probes now/ });
  t.match(await agentOf([TARGET], null).ask(), { text: 'this host has no route to 10.77.1.2 (s)' });
  t.same(agent.begun, []);
});

t.test('one at a time; what cannot be sent says why, and leaves room for the next', async (t) => {
  const agent = agentOf([TARGET]);
  const first = agent.ask();
  t.match(await agent.ask(), { text: /busy with another such exchange, with s/ });
  agent.end(undefined, agent.lanes[0]?.path);
  agent.end({ outcome: 'dropped', stage: 'offer' }, { ...(agent.begun[0] as ProbePath), trace: createTrace() });
  agent.end();
  t.match(await first, { outcome: 'acked' }, 'only its own exchange ends it');
  agent.fail('send_error');
  t.match(await agent.ask(), { text: 'nothing could be sent to 10.77.1.2: network is down' });
  agent.fail('no_identity');
  t.match(await agent.ask(), { text: /still rests/ });
  agent.fail(undefined);
  const next = agent.ask();
  agent.end();
  t.match(await next, { kind: 'exchange' });
});

t.test('no longer than ten seconds are waited for, and no more than six a minute are made', async (t) => {
  const agent = agentOf([TARGET]);
  for (let turn = 0; turn < 6; turn += 1) {
    const told = agent.ask({ dropTimeMs: milliseconds(60_000) });
    agent.end();
    await told;
    agent.wait(1000);
  }
  t.equal(agent.begun[0]?.dropTimeNs, 10e9);
  t.match(await agent.ask(), { text: 'this agent has asked s often enough for now; it may be asked again in 54 s' });
  agent.wait(54_000);
  void agent.ask();
  t.equal(agent.begun.length, 7);
});
