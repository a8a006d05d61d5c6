/**
 * A target of an assignment, ready to be probed: its path, its schedule, and the slower ones of first contact. Pure
 * assembly; what changes nothing in a target keeps its schedule, and what changes anything keeps its identities.
 */
import { type Assignment, identitiesOf, type Target } from '../../shared/core/assignment.ts';
import type { PathRef } from '../../shared/core/batch.ts';
import { type Ipv4, ipv4, noAddress, parseIpv4, parsePrefix } from '../../shared/core/net/ipv4.ts';
import { type Milliseconds, type MonotonicNs, millisecondsToNs, type UnixMicros } from '../../shared/core/units.ts';
import { macBase, macPrefixOctets } from '../core/identity.ts';
import { createPool, type IdentityPool, resizePool } from '../core/identity-pool.ts';
import { createTrace, type PacketTrace } from '../core/packet-trace.ts';
import { FIRST_CONTACT_NS, IDENTITIES_MAX, POOLS_MAX } from '../core/probe-limits.ts';
import { packetTemplates } from '../core/probe-packet.ts';
import { ANYBODY, type ProbePath } from '../core/probe-path.ts';
import { tagsOf } from '../core/probe-tags.ts';
import { alignedOrigin, createSchedule, type Schedule } from '../core/schedule.ts';
import { createSweep, currentPath, type Sweep } from '../core/sweep.ts';
import { type LaneMemory, sameRef, seriesName, sweepPosition, waitingOf } from './lane-memory.ts';

/** One target being probed. */
export interface Lane {
  readonly target: Target;
  /** Everything that shapes the target's packets and times, to tell a changed target from an unchanged one. */
  readonly key: string;
  /** What must have answered once for `path` to be used: the group, or (client role) whoever is on the interface. */
  readonly contact: string;
  /** Used once that is so; `first` until then. */
  readonly path: ProbePath;
  readonly first: ProbePath;
  readonly schedule: Schedule;
  readonly firstSchedule: Schedule;
  /** False when there is no route: what is due is then counted as unsent. */
  readonly isRouted: boolean;
  /** Quiet until first contact: another lane asks this server already. */
  readonly isBeside: boolean;
  /** A sweep's subnets; `path` and `first` are then never sent on. */
  readonly sweep: Sweep | undefined;
}

/** What a lane is made from. */
export interface LaneFields {
  readonly agent: string;
  readonly assignment: Assignment;
  readonly target: Target;
  /** The relay address towards this target, undefined without a route. */
  readonly giaddr: string | undefined;
  readonly epochStart: MonotonicNs;
  readonly anchor: UnixMicros;
  readonly now: MonotonicNs;
}

/** Everything in the assignment that this target's packets and times depend on. */
export function laneKey({ assignment, target, giaddr }: Pick<LaneFields, 'assignment' | 'target' | 'giaddr'>): string {
  const { dropTimeMs, clients, release, identify, relayPort } = assignment;
  return JSON.stringify([
    target,
    dropTimeMs,
    clients,
    release,
    identify,
    relayPort,
    giaddr,
    isBeside(assignment, target),
  ]);
}

/** True when an earlier target asks the same server in the same way, as DORAs beside DOs: one of them is enough to be heard. */
function isBeside({ targets }: Assignment, target: Target): boolean {
  const way = ({ group, server, bucket, interface: on }: Target): string => JSON.stringify([group, server, bucket, on]);
  return targets.find((other) => other.scopes.length === 0 && way(other) === way(target)) !== target;
}

/**
 * When a lane's exchanges are due; undefined while it keeps quiet. Until some server of the group has answered, nobody knows
 * what they make of our subnets: one lane asks each of them, and a sweep would only fill their error logs.
 */
export function scheduleOf(lane: Lane, isContacted: boolean): Schedule | undefined {
  const { target, sweep, schedule, firstSchedule } = lane;
  if (target.scopes.length > 0) return isContacted && sweep !== undefined ? schedule : undefined;
  if (isContacted) return schedule;
  return lane.isBeside ? undefined : firstSchedule;
}

/** The path of the exchange that is due. */
export function pathOf({ sweep, path, first }: Lane, isContacted: boolean): ProbePath {
  if (sweep !== undefined) return currentPath(sweep);
  return isContacted ? path : first;
}

/** Makes a lane. An address that is none (the collector refuses those) leaves the lane without a route. */
export function createLane(fields: LaneFields, memory: LaneMemory): Lane {
  const { target, giaddr, epochStart, anchor, now } = fields;
  const address = parseIpv4(target.address);
  const relay = giaddr === undefined ? undefined : parseIpv4(giaddr);
  const ref: PathRef = {
    group: target.group,
    server: target.server,
    address: target.address,
    bucket: target.bucket,
    giaddr: giaddr ?? '0.0.0.0',
    kind: target.kind,
    firstContact: false,
    scope: null,
    interface: target.interface,
  };
  const refOf = (each: PathRef): PathRef => sameRef(memory, each);
  const path = createPath(fields, { ref: refOf(ref), address: address ?? ipv4(0), relay: relay ?? ipv4(0) }, memory);
  const position = sweepPosition(memory, seriesName(target));
  const periodNs = 1e9 / target.ratePerSecond;
  const schedule = { originNs: alignedOrigin(epochStart, anchor, periodNs), periodNs, phase: target.phase };
  // The first DISCOVER of all goes out within one ordinary period; a minute's silence follows it.
  const firstNs = Math.max(FIRST_CONTACT_NS, periodNs);
  return {
    target,
    key: laneKey(fields),
    contact: contactOf(target),
    path,
    first: { ...path, ref: refOf({ ...ref, firstContact: true }) },
    isBeside: isBeside(fields.assignment, target),
    sweep: createSweep(target.scopes, { path, position, refOf }),
    schedule: createSchedule(schedule, now),
    firstSchedule: createSchedule(
      { originNs: now, periodNs: firstNs, phase: (target.phase * periodNs) / firstNs },
      now,
    ),
    isRouted: address !== undefined && relay !== undefined,
  };
}

/** An answer on a local link says nothing of whether the servers know this agent's own subnet, nor the other way round. */
export function contactOf({ group, interface: on }: Pick<Target, 'group' | 'interface'>): string {
  return on === null ? group : `${group} ${on}`;
}

interface PathFields {
  readonly ref: PathRef;
  readonly address: Ipv4;
  readonly relay: Ipv4;
}

function createPath(fields: LaneFields, { ref, address, relay }: PathFields, memory: LaneMemory): ProbePath {
  const { assignment, target, now } = fields;
  // A sweep's packets need the place for a subnet; each of its paths puts its own there.
  const subnet = target.scopes.length > 0 ? noAddress : parseIpv4(target.probeSubnet ?? '');
  const isLink = target.selection === 'link-selection';
  const selection = isLink ? { linkSelection: subnet } : { subnetSelection: subnet };
  const isClient = target.interface !== null;
  const isPortFresh = assignment.relayPort && !isClient;
  const ports = { localPort: isClient ? 68 : 67, serverPort: 67, relayPort: isPortFresh, broadcast: isClient };
  return {
    ref,
    address,
    sources: isClient ? ANYBODY : target.sources.map(parsePrefix).filter((prefix) => prefix !== undefined),
    kind: target.kind,
    dropTimeNs: millisecondsToNs(assignment.dropTimeMs),
    release: assignment.release,
    pool: poolOf(fields, memory.pools, {
      series: seriesName(target),
      count: Math.min(IDENTITIES_MAX, identitiesOf(assignment, target)),
    }),
    packets: packetTemplates({
      giaddr: relay,
      server: address,
      ...ports,
      ...selection,
      tags: tagsOf(assignment.identify),
    }),
    isPortFresh,
    subnetSelection: isLink ? undefined : subnet,
    waiting: waitingOf(memory, target, { sinceNs: now, beganNs: now }),
  };
}

interface PoolFields {
  readonly series: string;
  readonly count: number;
}

function poolOf(
  { agent, assignment, target }: Pick<LaneFields, 'agent' | 'assignment' | 'target'>,
  pools: LaneMemory['pools'],
  { series, count }: PoolFields,
): IdentityPool {
  const prefix = macPrefixOctets(assignment.identify.macPrefix);
  const name = [series, ...prefix].join('\u0000');
  const known = pools.get(name);
  if (known !== undefined) {
    resizePool(known, count);
    return known;
  }
  for (const [other, pool] of pools) if (pools.size >= POOLS_MAX && pool.inFlight === 0) pools.delete(other);
  const pool = createPool(macBase(agent, series, prefix), count, { fixedOctets: prefix.length, bucket: target.bucket });
  pools.set(name, pool);
  return pool;
}

/** What is asked of a lane's server beside its schedule. */
export interface AdHocFields extends Pick<LaneFields, 'agent' | 'assignment'> {
  readonly kind: Target['kind'];
  readonly dropTimeMs: Milliseconds;
}

/**
 * The path of one exchange that somebody asked for: the lane's own in all that the server sees but the client, which is another
 * identity than any that the schedule uses, and always the same one.
 */
export function adHocPath(lane: Lane, asked: AdHocFields, memory: LaneMemory): ProbePath & { trace: PacketTrace } {
  const { target, path } = lane;
  const series = `${seriesName(target)}\u0000ad-hoc`;
  return {
    ...path,
    ref: { ...path.ref, kind: asked.kind, firstContact: false },
    kind: asked.kind,
    dropTimeNs: millisecondsToNs(asked.dropTimeMs),
    pool: poolOf({ ...asked, target }, memory.pools, { series, count: 1 }),
    waiting: undefined,
    trace: createTrace(),
  };
}
