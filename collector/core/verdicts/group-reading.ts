/**
 * Reads a group's servers with its mode: when nobody served (gap), when two did that should not (overlap), and when
 * service moved (failover, fail-back). A pure function of the servers' transitions, worked out anew whenever one of them
 * changes: transitions are rare, and a reading that is never updated cannot be updated wrongly.
 *
 * Gaps and overlaps are claimed only where the brackets prove them. At a clean handover the old server's stop and the new
 * one's start touch: in that span there may have been either, or neither, so neither is claimed, and the move says
 * "0 ms" with the uncertainty that it has.
 */
import { milliseconds, unixMicros } from '../../../shared/core/units.ts';
import type { Mode, Role } from '../config/config.ts';
import type { Bracket, Failover, GroupState, Interval, State, Transition } from '../finding.ts';
import { findingId } from './finding-id.ts';

/** A server as its group reads it. */
export interface Member {
  readonly name: string;
  readonly role: Role;
  /** In order; what is older has been forgotten, and shows in the first one's `from`. */
  readonly transitions: readonly Transition[];
  /** The latest moment at which it surely served, µs; −1 never. */
  readonly aliveAt: number;
}

/** What a group's servers amount to. */
export interface GroupReading {
  readonly findings: readonly (Interval | Failover)[];
  readonly state: GroupState;
  readonly since: Bracket | null;
}

type Service = 'serves' | 'silent' | 'unknown';

const service = (state: State): Service =>
  state === 'unknown' ? 'unknown' : state === 'non-serving' ? 'silent' : 'serves';

const width = (b: Bracket): number => b.latest - b.earliest;
const halfSumMs = (a: Bracket, b: Bracket): number => (width(a) + width(b)) / 2000;
const only = ({ at, earliest, latest }: Bracket): Bracket => ({ at, earliest, latest });

interface Walk {
  readonly group: string;
  readonly mode: Mode;
  readonly members: readonly Member[];
  readonly states: State[];
  /** Whether each serves, as last known: being unknown for a while moves nothing and ends nothing. */
  readonly serving: boolean[];
  /** When each that is known silent became so. */
  readonly silentSince: (Transition | null)[];
  readonly findings: (Interval | Failover)[];
  /** The transition that began what is open. */
  gap: Transition | null;
  overlap: Transition | null;
  /** Who served alone last, when it stopped, and who has started beside or after it. */
  holder: number;
  stopped: Bracket | null;
  started: (Transition | null)[];
  state: GroupState;
  since: Bracket | null;
}

function interval(walk: Walk, kind: 'gap' | 'overlap', from: Transition, end: Bracket | null): void {
  if (end && from.latest >= end.earliest) return;
  walk.findings.push({
    kind,
    id: findingId(kind, walk.group, from.id),
    group: walk.group,
    bucket: null,
    start: only(from),
    end: end && only(end),
    durationMs: end && milliseconds((end.at - from.at) / 1000),
    uncertaintyMs: end && milliseconds(halfSumMs(from, end)),
    detectedAt: unixMicros(0),
    late: false,
  });
}

function moved(walk: Walk, to: number, start: Transition): void {
  const from = walk.members[walk.holder] as Member;
  const target = walk.members[to] as Member;
  const stop = walk.stopped ?? start;
  const kind = target.role === 'primary' ? 'fail-back' : 'failover';
  walk.findings.push({
    kind,
    id: findingId(kind, walk.group, from.name, target.name, start.id),
    group: walk.group,
    bucket: null,
    from: from.name,
    to: target.name,
    start: only(start),
    gapMs: milliseconds(stop.latest < start.earliest ? (start.at - stop.at) / 1000 : 0),
    uncertaintyMs: milliseconds(halfSumMs(stop, start)),
    detectedAt: unixMicros(0),
    late: false,
  });
}

/** Who holds the service: it moves when another serves and the holder is known not to. Equals hold it together. */
function move(walk: Walk, server: number, change: Transition): void {
  if (walk.mode !== 'hot-standby') return;
  if (walk.serving[server]) walk.started[server] = change;
  else if (server === walk.holder) walk.stopped = only(change);
  if (walk.holder >= 0 && walk.serving[walk.holder]) return;
  const next = walk.serving.indexOf(true);
  if (next < 0) return;
  const start = walk.started[next];
  if (walk.holder >= 0 && next !== walk.holder && start) moved(walk, next, start);
  walk.holder = next;
  walk.stopped = null;
}

/** Begins a gap or an overlap that is known to be one now, at the last of the moments that made it. */
function begin(walk: Walk, change: Transition): void {
  const services = walk.states.map(service);
  if (services.every((s) => s === 'silent') && !walk.gap) {
    walk.gap = walk.silentSince.reduce((latest, own) => (own && (!latest || own.at > latest.at) ? own : latest), null);
  }
  const both = walk.mode === 'hot-standby' && services.filter((s) => s === 'serves').length > 1;
  if (both && !walk.overlap) walk.overlap = change;
}

/** Ends what a server that is known to have changed ends. */
function end(walk: Walk, change: Transition): void {
  const serving = walk.serving.filter(Boolean).length;
  if (walk.gap && serving > 0) {
    interval(walk, 'gap', walk.gap, change);
    walk.gap = null;
  }
  if (walk.overlap && serving < 2) {
    interval(walk, 'overlap', walk.overlap, change);
    walk.overlap = null;
  }
}

/** Takes in one server's transition. What it was before it became unknown is what it is compared with. */
function take(walk: Walk, server: number, change: Transition): void {
  walk.states[server] = change.to;
  const now = service(change.to);
  const turned = now !== 'unknown' && (now === 'serves') !== walk.serving[server];
  if (now === 'silent' && (turned || !walk.silentSince[server])) walk.silentSince[server] = change;
  if (now === 'serves') walk.silentSince[server] = null;
  if (turned) walk.serving[server] = now === 'serves';
  if (turned) end(walk, change);
  begin(walk, change);
  if (turned) move(walk, server, change);
}

/** State of a hot-standby pair; the standby's silence is by design. */
function hotStandby(members: readonly Pick<Member, 'role'>[], states: readonly State[]): GroupState {
  const primary = states[members.findIndex((m) => m.role === 'primary')] ?? 'unknown';
  const others = states.filter((_, i) => members[i]?.role !== 'primary').map(service);
  const standby: Service = others.includes('serves') ? 'serves' : others.includes('unknown') ? 'unknown' : 'silent';
  const own = service(primary);
  if (own === 'unknown') return 'unknown';
  if (own === 'serves' && standby === 'serves') return 'overlap';
  if (own === 'serves') return primary === 'degraded' ? 'degraded' : 'normal';
  if (standby === 'serves') return others.length > 0 && states.includes('degraded') ? 'degraded' : 'failed-over';
  return standby === 'silent' ? 'gap' : 'unknown';
}

/** State of equals: all needed, so one that does not serve is a degraded group, and none that does is a gap. */
function independent(states: readonly State[]): GroupState {
  const services = states.map(service);
  if (services.length === 0 || services.every((s) => s === 'unknown')) return 'unknown';
  if (services.every((s) => s === 'silent')) return 'gap';
  if (services.includes('silent') || states.includes('degraded'))
    return services.includes('serves') ? 'degraded' : 'unknown';
  return services.includes('unknown') ? 'unknown' : 'normal';
}

/** @returns the state that the servers' states amount to, before any look at single sites */
export const groupState = (
  mode: Mode,
  members: readonly Pick<Member, 'role'>[],
  states: readonly State[],
): GroupState => (mode === 'hot-standby' ? hotStandby(members, states) : independent(states));

/** Whether two that serve have done so beyond doubt: the one that was there first was alive after the other's start. */
function proven(walk: Walk, start: Transition): boolean {
  const serving = walk.members.filter((_, i) => service(walk.states[i] as State) === 'serves');
  return serving.every((member) => member.aliveAt > start.latest);
}

/** Reads a group from its servers' transitions. @param members in the configuration's order */
export function readGroup(group: string, mode: Mode, members: readonly Member[]): GroupReading {
  const states = members.map((m): State => m.transitions[0]?.from ?? 'unknown');
  const walk: Walk = {
    group,
    mode,
    members,
    states,
    serving: states.map((state) => service(state) === 'serves'),
    silentSince: members.map(() => null),
    findings: [],
    gap: null,
    overlap: null,
    holder: states.map(service).indexOf('serves'),
    stopped: null,
    started: members.map(() => null),
    state: groupState(mode, members, states),
    since: null,
  };
  const changes = members.flatMap((m, server) => m.transitions.map((change) => ({ server, change })));
  changes.sort((a, b) => a.change.at - b.change.at || a.server - b.server);
  for (const { server, change } of changes) {
    take(walk, server, change);
    const state = groupState(mode, members, states);
    if (state !== walk.state) {
      walk.state = state;
      walk.since = only(change);
    }
  }
  if (walk.gap) interval(walk, 'gap', walk.gap, null);
  const unproven = walk.overlap !== null && !proven(walk, walk.overlap);
  if (walk.overlap && !unproven) interval(walk, 'overlap', walk.overlap, null);
  return { findings: walk.findings, state: walk.state, since: walk.since };
}

/** @returns true while an overlap may be beginning that no later exchange has proven: read again as results come */
export const overlapOpen = (reading: GroupReading): boolean => reading.state === 'overlap';
