/**
 * A target of an assignment, ready to be probed: its path, its schedule, and the slower ones of first contact. Pure
 * assembly; what changes nothing in a target keeps its schedule, and what changes anything keeps its identities.
 */
import type { Assignment, Target } from '../../shared/core/assignment.ts';
import type { PathRef } from '../../shared/core/batch.ts';
import { type MonotonicNs, millisecondsToNs, type UnixMicros } from '../../shared/core/units.ts';
import { identitiesNeeded, macBase, macPrefixOctets } from '../core/identity.ts';
import { createPool, type IdentityPool, resizePool } from '../core/identity-pool.ts';
import { type Ipv4, ipv4, parseIpv4, parsePrefix } from '../core/net/ipv4.ts';
import { FIRST_CONTACT_NS, IDENTITIES_MAX, POOLS_MAX } from '../core/probe-limits.ts';
import { packetTemplates } from '../core/probe-packet.ts';
import type { ProbePath } from '../core/probe-path.ts';
import { tagsOf } from '../core/probe-tags.ts';
import { alignedOrigin, createSchedule, type Schedule } from '../core/schedule.ts';

/** One target being probed. */
export interface Lane {
  readonly target: Target;
  /** Everything that shapes the target's packets and times, to tell a changed target from an unchanged one. */
  readonly key: string;
  /** Used once a server of the group has answered; `first` until then. */
  readonly path: ProbePath;
  readonly first: ProbePath;
  readonly schedule: Schedule;
  readonly firstSchedule: Schedule;
  /** False when there is no route: what is due is then counted as unsent. */
  readonly isRouted: boolean;
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
  return JSON.stringify([target, dropTimeMs, clients, release, identify, relayPort, giaddr]);
}

/** Identity pools by server: they outlive a change of rate, so that no identity is in flight twice. */
export type IdentityPools = Map<string, IdentityPool>;

/** Makes a lane. An address that is none (the collector refuses those) leaves the lane without a route. */
export function createLane(fields: LaneFields, pools: IdentityPools): Lane {
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
  const path = createPath(fields, { ref, address: address ?? ipv4(0), relay: relay ?? ipv4(0) }, pools);
  const periodNs = 1e9 / target.ratePerSecond;
  const schedule = { originNs: alignedOrigin(epochStart, anchor, periodNs), periodNs, phase: target.phase };
  // The first DISCOVER of all goes out within one ordinary period; a minute's silence follows it.
  const firstNs = Math.max(FIRST_CONTACT_NS, periodNs);
  return {
    target,
    key: laneKey(fields),
    path,
    first: { ...path, ref: { ...ref, firstContact: true } },
    schedule: createSchedule(schedule, now),
    firstSchedule: createSchedule(
      { originNs: now, periodNs: firstNs, phase: (target.phase * periodNs) / firstNs },
      now,
    ),
    isRouted: address !== undefined && relay !== undefined,
  };
}

interface PathFields {
  readonly ref: PathRef;
  readonly address: Ipv4;
  readonly relay: Ipv4;
}

function createPath(fields: LaneFields, { ref, address, relay }: PathFields, pools: IdentityPools): ProbePath {
  const { assignment, target } = fields;
  const subnet = target.probeSubnet === null ? undefined : parseIpv4(target.probeSubnet);
  const isLink = target.selection === 'link-selection';
  const selection = isLink ? { linkSelection: subnet } : { subnetSelection: subnet };
  const ports = { localPort: 67, serverPort: 67 };
  return {
    ref,
    address,
    sources: target.sources.map(parsePrefix).filter((prefix) => prefix !== undefined),
    kind: target.kind,
    dropTimeNs: millisecondsToNs(assignment.dropTimeMs),
    release: assignment.release,
    pool: poolOf(fields, pools),
    packets: packetTemplates({
      giaddr: relay,
      server: address,
      ...ports,
      ...selection,
      tags: tagsOf(assignment.identify),
    }),
    subnetSelection: isLink ? undefined : subnet,
  };
}

function poolOf({ agent, assignment, target }: LaneFields, pools: IdentityPools): IdentityPool {
  const server = seriesName(target);
  const prefix = macPrefixOctets(assignment.identify.macPrefix);
  const name = [server, ...prefix].join('\u0000');
  const needed = assignment.clients ?? identitiesNeeded(target.ratePerSecond, assignment.dropTimeMs / 1000);
  const count = Math.min(IDENTITIES_MAX, Math.max(1, needed));
  const known = pools.get(name);
  if (known !== undefined) {
    resizePool(known, count);
    return known;
  }
  for (const [other, pool] of pools) if (pools.size >= POOLS_MAX && pool.inFlight === 0) pools.delete(other);
  const pool = createPool(macBase(agent, server, prefix), count, { fixedOctets: prefix.length, bucket: target.bucket });
  pools.set(name, pool);
  return pool;
}

/**
 * Whose identities a target shows: a server's own, and others to it for a sweep, for DISCOVERs alone, and for each interface
 * of the client role. Two targets that shared a pool would resize it under each other.
 */
function seriesName({ group, server, bucket, scopes, kind, interface: on }: Target): string {
  const name = [group, server, bucket ?? ''];
  if (scopes.length > 0) name.push('sweep');
  if (kind === 'do') name.push('do');
  if (on !== null) name.push(on);
  return name.join('\u0000');
}
