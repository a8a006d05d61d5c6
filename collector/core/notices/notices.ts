/**
 * Notices: what is found out about the things that sites depend on, beside the question who serves. A pure fold over the log
 * like the verdicts, and beside them: nothing here changes a path's or a server's state.
 *
 * Every kind (kinds.ts) puts what a batch shows on tracks, by event time; what a track says is read from all of its observations.
 * So the notices are a function of the set of results, whatever their order, and what comes late needs no second fold.
 */
import { isServerPath, type ResultBatch } from '../../../shared/core/batch.ts';
import { OUTCOMES, STAGES } from '../../../shared/core/outcome.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { BatchEntry, LogEntry } from '../log-entry.ts';
import type { ClockTrack } from '../verdicts/clock-track.ts';
import { isCredible, type Placement, placement } from '../verdicts/intake.ts';
import type { FindingChange } from '../verdicts/views.ts';
import { noteExchange, pathOf } from './answering.ts';
import { aroundOf } from './around.ts';
import { KINDS } from './kinds.ts';
import * as limits from './limits.ts';
import type { Kind, Place, Seen, Taken } from './notice-kind.ts';
import { addRules, rulesAt, rulesOf } from './rules.ts';
import {
  indexPath,
  keyOf,
  kindNamed,
  type Node,
  type NoticesSnapshot,
  type NoticesState,
  nodeAt,
  noticesSnapshot,
  restoreNotices,
} from './state.ts';
import { tellTrack } from './telling.ts';
import { addSeen, readingOf, sayings, shorten } from './track.ts';
import { type NoticesView, noticesView } from './view.ts';

export interface Notices {
  /** Folds one entry, in log order. @param clocks the agents' clocks as the log has told them so far @returns what it changed */
  apply(entry: LogEntry, clocks: ReadonlyMap<string, ClockTrack>): readonly FindingChange[];
  /** What stands now, without any clock. */
  view(): NoticesView;
  snapshot(): NoticesSnapshot;
}

/** @param from a snapshot; absent: nothing was read yet */
export function createNotices(from?: NoticesSnapshot): Notices {
  const state = restoreNotices(from);
  return {
    apply: (entry, clocks) => {
      if (entry.kind === 'config') addRules(state.rules, rulesOf(entry.config, entry.receivedAt));
      return entry.kind === 'batch' ? applyBatch(state, entry, clocks.get(entry.batch.agent) ?? []) : [];
    },
    view: () => noticesView(state),
    snapshot: () => noticesSnapshot(state),
  };
}

function applyBatch(state: NoticesState, entry: BatchEntry, clock: ClockTrack): readonly FindingChange[] {
  const { batch, receivedAt } = entry;
  const at = placement(batch, clock);
  const end = Math.min(at.place(batch.completeThroughUs), receivedAt);
  const isFar = clock.length === 0 && Math.abs(receivedAt - end) > limits.UNMEASURED_MAX_US;
  if (isFar || !isCredible(entry, at)) {
    state.counts = { ...state.counts, unplaced: state.counts.unplaced + 1 };
    return [];
  }
  state.furthest.set(batch.site, Math.max(state.furthest.get(batch.site) ?? 0, end));
  const isShownNew = noteShown(state, batch);
  if (isShownNew) for (const node of state.nodes.values()) if (HANG_ON_SHOWN.has(node.kind)) readAgain(state, node);
  noteOrdinary(state, batch, at);
  for (const kind of KINDS) kind.observe(seenOf(state, kind, batch, at));
  return tellPending(state, isShownNew ? null : batch.site, receivedAt);
}

/** Kinds that ask whether an identifier was shown. */
const HANG_ON_SHOWN: ReadonlySet<string> = new Set(['rogue', 'expectation']);

const readAgain = (state: NoticesState, node: Node): void => {
  node.reading = null;
  state.pending.add(keyOf(node.kind, node.place));
};

/** The identifiers of expected answers. @returns whether one is new */
function noteShown({ shown }: NoticesState, { sightings, paths }: ResultBatch): boolean {
  const before = shown.size;
  for (const { path, expected, serverIdentifier, source } of sightings) {
    if (!expected || paths[path]?.interface !== null || shown.size >= limits.IDENTIFIERS_MAX) continue;
    shown.add(source);
    if (serverIdentifier !== null) shown.add(serverIdentifier);
  }
  return shown.size > before;
}

const ACKED = OUTCOMES.indexOf('acked');
const UNMEASURED = OUTCOMES.indexOf('unmeasured');
const ACK_STAGE = STAGES.indexOf('ack');

/** Notes how the site's ordinary exchanges fared, and reads again what hangs on that. */
function noteOrdinary(state: NoticesState, batch: ResultBatch, at: Placement): void {
  const { paths, results, site } = batch;
  const names = paths.map((ref) => (isServerPath(ref) ? pathOf(ref.group, site, ref.server, ref.bucket) : null));
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const noted = new Set<string>();
  results.path.forEach((path, row) => {
    const [ref, name, outcome] = [paths[path], names[path], results.outcome[row]];
    if (!ref || !name || outcome === UNMEASURED || (outcome !== ACKED && ref.firstContact)) return;
    const moment = at.place(results.sentUs[row] ?? 0);
    // Twenty a second of one slot say the same.
    const same = `${path} ${outcome} ${results.stage[row]} ${Math.floor(moment / limits.SLOTS_US[0])}`;
    if (noted.has(same)) return;
    noted.add(same);
    const offered = noteExchange(
      state.answering,
      name,
      moment,
      'offer',
      outcome === ACKED || results.stage[row] === ACK_STAGE,
    );
    const acked = ref.kind === 'dora' ? noteExchange(state.answering, name, moment, 'ack', outcome === ACKED) : 0;
    const slotUs = Math.max(offered, acked);
    if (slotUs === 0) return;
    indexPath(state, name);
    from = Math.min(from, moment - 2 * slotUs);
    to = Math.max(to, moment + 2 * slotUs);
  });
  if (to > from) reconsider(state, site, from, to);
}

/** Unanswered exchanges of a span may mean something else now, and what changed in it or soon after be known more narrowly. */
function reconsider(state: NoticesState, site: string, from: number, to: number): void {
  for (const key of [...(state.bySite.get(site) ?? []), ...(state.bySite.get('') ?? [])]) {
    const node = state.nodes.get(key);
    if (node && (hasUnanswered(node, from, to) || hasTold(node, from, to))) readAgain(state, node);
  }
}

const hasTold = ({ told }: Node, from: number, to: number): boolean =>
  told.some(({ at, notice }) => at >= from && notice.earliest <= to);

function hasUnanswered({ seen }: Node, from: number, to: number): boolean {
  for (let i = seen.length - 1; i >= 0; i--) {
    const one = seen[i];
    if (one === undefined || one.at < from) return false;
    if (one.at <= to && one.isUnanswered === true) return true;
  }
  return false;
}

function seenOf(state: NoticesState, kind: Kind<unknown, unknown>, batch: ResultBatch, at: Placement): Seen {
  const { agent, epoch, sequence } = batch;
  return {
    batch,
    place: at.place,
    rules: (moment) => rulesAt(state.rules, moment),
    add: (place, { us, index, value, afterUs, isUnanswered }) => {
      const moment = Math.round(at.place(us));
      const name = `${agent} ${epoch} ${sequence} ${index}`;
      const one = { at: moment, knownAt: moment + afterUs, name, value, ...(isUnanswered && { isUnanswered }) };
      put(state, kind, place, one);
    },
  };
}

type One = Parameters<typeof addSeen>[2] & Partial<Taken<unknown>>;

function put(state: NoticesState, kind: Kind<unknown, unknown>, place: Place, one: One): void {
  const node = nodeAt(state, kind, place, limits.ROGUES_PER_SITE);
  if (node === null) {
    state.counts = { ...state.counts, shed: state.counts.shed + 1 };
    return;
  }
  node.exchanges++;
  if (one.isUnanswered !== true) node.answered++;
  const around = aroundOf(state, node);
  const before = node.seen.length;
  if (!addSeen(node, kind, one, around)) state.counts = { ...state.counts, tooLate: state.counts.tooLate + 1 };
  state.kept += node.seen.length - before;
  state.pending.add(keyOf(node.kind, node.place));
  bound(state, node, kind);
}

/** A track's share of what is kept, and all of them together. */
function bound(state: NoticesState, node: Node, kind: Kind<unknown, unknown>): void {
  const share = Math.floor(limits.OBSERVATIONS_KEPT / state.nodes.size);
  const most = Math.min(limits.OBSERVATIONS_MOST, Math.max(limits.OBSERVATIONS_LEAST, share));
  if (node.seen.length > most * 1.25) state.kept -= shorten(node, kind, most, aroundOf(state, node));
}

/** Tells what has changed on the tracks that something new was put on, and on those that wait for time to pass at a site (null: at all). */
function tellPending(state: NoticesState, site: string | null, at: UnixMicros): readonly FindingChange[] {
  const changes: FindingChange[] = [];
  for (const key of state.pending) {
    const node = state.nodes.get(key);
    const kind = node === undefined ? null : kindNamed(node.kind);
    if (!node || kind === null) {
      state.pending.delete(key);
      continue;
    }
    if (site !== null && node.place.site !== null && node.place.site !== site) continue;
    const around = aroundOf(state, node);
    if (kind.isPending?.(readingOf(node, kind, around).state)) {
      // What it waits for may have come.
      node.reading = null;
    } else state.pending.delete(key);
    changes.push(...tellTrack(node, sayings(node, kind, around), at));
  }
  return changes;
}
