/** Lanes: what a new assignment changes, and what it must not. */
import t from 'tap';
import { clientIdOf } from '../../../agent/core/identity.ts';
import { takeIdentity } from '../../../agent/core/identity-pool.ts';
import { bucketOf } from '../../../agent/core/load-balancing-hash.ts';
import { advance } from '../../../agent/core/sweep.ts';
import { createLaneMemory, endDrills, type LaneMemory } from '../../../agent/engine/lane-memory.ts';
import { createLane, laneKey, pathOf, scheduleOf } from '../../../agent/engine/target.ts';
import { ANONYMOUS, type Assignment, PLAIN_TARGET, type Target } from '../../../shared/core/assignment.ts';
import { milliseconds, unixMicros } from '../../../shared/core/units.ts';
import { at } from '../probe-fixture.ts';

const TARGET: Target = {
  group: 'corsham',
  server: 'primary',
  address: '10.77.1.2',
  sources: [],
  bucket: null,
  kind: 'dora',
  ratePerSecond: 10,
  phase: 0,
  ...PLAIN_TARGET,
};
const SCOPES = ['10.80.1.0/24', '10.80.2.0/24', '10.80.3.0/24'];

const assignmentOf = (targets: readonly Target[], fields: Partial<Assignment> = {}): Assignment => ({
  version: 1,
  targets,
  dropTimeMs: milliseconds(3000),
  clients: null,
  release: 'always',
  relayAddress: null,
  identify: ANONYMOUS,
  relayPort: false,
  ...fields,
});

/** The lane of a target, alone in its assignment unless `assignment` says otherwise. */
function laneOf(memory: LaneMemory, target: Target, fields: Partial<Assignment> = {}, ms = 0) {
  const assignment = assignmentOf([target], fields);
  const times = { epochStart: at(0), anchor: unixMicros(1_700_000_000_000_000), now: at(ms) };
  return createLane({ agent: 'agent', assignment, target, giaddr: '10.77.0.10', ...times }, memory);
}

/** All identities of a target, as MACs. */
function macsOf(target: Partial<Target>, fields: Partial<Assignment> = {}): readonly string[] {
  const { pool } = laneOf(createLaneMemory(), { ...TARGET, ...target }, fields).path;
  const taken = Array.from({ length: pool.count }, () => takeIdentity(pool, at(0))?.chaddr ?? new Uint8Array(0));
  return taken.map((chaddr) => Buffer.from(chaddr).toString('hex'));
}

t.test(
  'identities: the same whatever the count, rate and subnet; others for a sweep, for DOs and for a bucket',
  async (t) => {
    const macs = macsOf({});
    t.equal(macs.length, 31);
    t.same(macsOf({}, { clients: 5 }), macs.slice(0, 5));
    t.same(macsOf({ ratePerSecond: 1 }), macs.slice(0, 4));
    t.same(macsOf({ probeSubnet: '10.80.0.0', selection: 'subnet-selection', raiseSecs: true }), macs);
    const others = [{ scopes: SCOPES }, { kind: 'do' as const }, { bucket: 0 }, { bucket: 1 }, { interface: 'eth0' }];
    const all = [macs, ...others.map((other) => macsOf(other))].flat();
    t.equal(new Set(all).size, 31 * 6);
    for (const bucket of [0, 1])
      for (const mac of macsOf({ bucket })) {
        const chaddr = new Uint8Array(Buffer.from(mac, 'hex'));
        t.equal(bucketOf(chaddr, clientIdOf(chaddr)), bucket);
      }
    const prefixed = macsOf({}, { identify: { ...ANONYMOUS, macPrefix: '02:00:5e' } });
    t.ok(prefixed.every((mac) => mac.startsWith('02005e')));
    t.equal(prefixed[0]?.slice(6), macs[0]?.slice(6));
  },
);

t.test('a sweep keeps quiet until first contact, and goes on where it was when its rate changes', async (t) => {
  const memory = createLaneMemory();
  const target = { ...TARGET, scopes: SCOPES };
  const lane = laneOf(memory, target);
  t.equal(scheduleOf(lane, false), undefined);
  t.ok(scheduleOf(lane, true));
  const first = pathOf(lane, true);
  t.equal(first.ref.scope, SCOPES[0]);
  t.equal(first.ref.firstContact, false);
  if (lane.sweep !== undefined) advance(lane.sweep);
  const slower = laneOf(memory, { ...target, ratePerSecond: 1 });
  t.equal(pathOf(slower, true).ref.scope, SCOPES[1]);
  for (let turn = 0; turn < 2; turn += 1) if (slower.sweep !== undefined) advance(slower.sweep);
  t.equal(pathOf(slower, true).ref, first.ref, 'what is known by a path stays known');
  t.equal(pathOf(slower, true).pool, first.pool);
});

t.test('a target whose subnets are none says nothing, rather than ask for another', async (t) => {
  const lane = laneOf(createLaneMemory(), { ...TARGET, scopes: ['nowhere'] });
  t.equal(scheduleOf(lane, true), undefined);
});

t.test('until first contact one lane asks a server, in each bucket', async (t) => {
  const targets: readonly Target[] = [
    { ...TARGET, kind: 'do', bucket: 0 },
    { ...TARGET, kind: 'do', bucket: 1 },
    { ...TARGET, bucket: 0 },
    { ...TARGET, scopes: SCOPES, bucket: 0 },
  ];
  const assignment = assignmentOf(targets);
  const asks = targets.map(
    (target) => scheduleOf(laneOf(createLaneMemory(), target, { targets }), false) !== undefined,
  );
  t.same(asks, [true, true, false, false]);
  const dora = targets[2] ?? TARGET;
  const alone = laneKey({ assignment: assignmentOf([dora]), target: dora, giaddr: undefined });
  t.not(laneKey({ assignment, target: dora, giaddr: undefined }), alone, 'left alone, its lane is made anew');
});

t.test('secs are raised in a drill alone, from its beginning, over changes of the rate', async (t) => {
  const memory = createLaneMemory();
  t.equal(laneOf(memory, TARGET).path.waiting, undefined);
  const raised = { ...TARGET, raiseSecs: true };
  const lane = laneOf(memory, raised, {}, 5000);
  t.equal(lane.path.waiting?.sinceNs, at(5000));
  t.equal(laneOf(memory, { ...raised, ratePerSecond: 1 }, {}, 9000).path.waiting, lane.path.waiting);
  t.equal(lane.first.waiting, lane.path.waiting);
  endDrills(memory, [TARGET]);
  t.equal(laneOf(memory, raised, {}, 60_000).path.waiting?.sinceNs, at(60_000), 'another drill begins anew');
});
