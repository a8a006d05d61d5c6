/**
 * Reads a group's servers with its mode: when nobody served (gap), when two did that should not (overlap), and when
 * service moved (failover, fail-back). A pure function of the servers' transitions, worked out anew whenever one of them
 * changes: transitions are rare, and a reading that is never updated cannot be updated wrongly.
 *
 * Gaps and overlaps are claimed only where the brackets prove them. At a clean handover the old server's stop and the new
 * one's start touch: in that span there may have been either, or neither, so neither is claimed, and the move says
 * "0 ms" with the uncertainty that it has. In load balancing each bucket's clients are walked by themselves.
 */
import { milliseconds, unixMicros } from '../../../shared/core/units.ts';
import type { Mode } from '../config/config.ts';
import type { Bracket, Failover, GroupState, Interval, State, Transition } from '../finding.ts';
import { findingId } from './finding-id.ts';
import {
  dutyOf,
  halfState,
  halvesOf,
  isOfHalf,
  isShared,
  type Post,
  type Seat,
  service,
  serviceOf,
  wholeState,
} from './group-state.ts';

/** A server as its group reads it; in load balancing, as one bucket's clients see it. */
export interface Member extends Post {
  readonly name: string;
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
  /** Whether an overlap may be beginning somewhere that no later exchange has proven: read again as results come. */
  readonly mayOverlap: boolean;
}

const width = (b: Bracket): number => b.latest - b.earliest;
const halfSumMs = (a: Bracket, b: Bracket): number => (width(a) + width(b)) / 2000;
const only = ({ at, earliest, latest }: Bracket): Bracket => ({ at, earliest, latest });

interface Walk {
  readonly group: string;
  readonly mode: Mode;
  /** In load balancing: whose clients; null otherwise. */
  readonly bucket: number | null;
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
}

/** One bucket's findings have other identifiers than the other's, though one server's silence may begin both. */
const nameIn = ({ group, bucket }: Walk): readonly (string | number)[] => (bucket === null ? [group] : [group, bucket]);

const seatsOf = ({ members, states }: Walk): readonly Seat[] =>
  members.map(({ role, bucket }, i) => ({ role, bucket, state: states[i] ?? 'unknown' }));

function interval(walk: Walk, kind: 'gap' | 'overlap', from: Transition, end: Bracket | null): void {
  if (end && from.latest >= end.earliest) return;
  walk.findings.push({
    kind,
    id: findingId(kind, ...nameIn(walk), from.id),
    group: walk.group,
    bucket: walk.bucket,
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
  const kind = dutyOf(walk.mode, target) === 'serves' ? 'fail-back' : 'failover';
  walk.findings.push({
    kind,
    id: findingId(kind, ...nameIn(walk), from.name, target.name, start.id),
    group: walk.group,
    bucket: walk.bucket,
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
  if (isShared(walk.mode, walk.bucket)) return;
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
  const services = seatsOf(walk).map((seat) => serviceOf(walk.mode, seat));
  if (services.every((s) => s === 'silent') && !walk.gap) {
    walk.gap = walk.silentSince.reduce((latest, own) => (own && (!latest || own.at > latest.at) ? own : latest), null);
  }
  const both = !isShared(walk.mode, walk.bucket) && services.filter((s) => s === 'serves').length > 1;
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

/** Whether two that serve have done so beyond doubt: the one that was there first was alive after the other's start. */
function proven(walk: Walk, start: Transition): boolean {
  const serving = walk.members.filter((_, i) => service(walk.states[i] as State) === 'serves');
  return serving.every((member) => member.aliveAt > start.latest);
}

function walkOf(group: string, mode: Mode, bucket: number | null, members: readonly Member[]): Walk {
  const states = members.map((m): State => m.transitions[0]?.from ?? 'unknown');
  return {
    group,
    mode,
    bucket,
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
  };
}

const stateOf = (walk: Walk): GroupState => halfState(walk.mode, walk.bucket, seatsOf(walk));

/** Reads a group from its servers' transitions. @param members in the configuration's order */
export function readGroup(group: string, mode: Mode, members: readonly Member[]): GroupReading {
  const walks = halvesOf(mode, members).map((half) =>
    walkOf(
      group,
      mode,
      half,
      members.filter((member) => isOfHalf(member, half)),
    ),
  );
  const changes = walks.flatMap((walk) =>
    walk.members.flatMap((m, server) => m.transitions.map((change) => ({ walk, server, change }))),
  );
  changes.sort((a, b) => a.change.at - b.change.at || a.server - b.server);
  let state = wholeState(walks.map(stateOf));
  let since: Bracket | null = null;
  for (const { walk, server, change } of changes) {
    take(walk, server, change);
    const now = wholeState(walks.map(stateOf));
    if (now === state) continue;
    state = now;
    since = only(change);
  }
  for (const walk of walks) finish(walk);
  const mayOverlap = walks.some((walk) => stateOf(walk) === 'overlap');
  return { findings: walks.flatMap(({ findings }) => findings), state, since, mayOverlap };
}

/** What is open at the end. */
function finish(walk: Walk): void {
  if (walk.gap) interval(walk, 'gap', walk.gap, null);
  if (walk.overlap && proven(walk, walk.overlap)) interval(walk, 'overlap', walk.overlap, null);
}
