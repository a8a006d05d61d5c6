/**
 * Folds old history again: results came that are older than the rows kept. From states kept at a moment before them, beside
 * the live fold, paths and servers go through event time a second time, a slice at a time, with all rows of each slice that
 * the log has by now; when they have come as far as the live ones, their states and conclusions take the live ones' place.
 *
 * It computes and asks; whoever reads the log feeds it, at leisure, since the live fold goes on meanwhile. Rejected: keeping
 * every row for as long as results may come late (a gigabyte a day); restoring a snapshot of all (it would hold what the
 * others found meanwhile).
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { Failover, Finding, Interval, Transition } from '../finding.ts';
import type { BatchEntry, LogEntry } from '../log-entry.ts';
import { addSample, type ClockTrack, forgetSamples, sampleOf } from './clock-track.ts';
import { createEvidence, mergeRows, trimBefore } from './evidence.ts';
import { createBook, type Entry } from './findings-book.ts';
import { advancePath, advanceServer, type FoldContext } from './fold.ts';
import { noteHistory, resumeHistory } from './history-note.ts';
import { isCredible, noteForeign, placement, takeRows } from './intake.ts';
import * as limits from './limits.ts';
import { createFoldNode, type FoldNode, type PathNode, type ServerNode } from './nodes.ts';
import { createPathState } from './path-fold.ts';
import { createServerState } from './server-fold.ts';
import { contextOf, type HistoryNote, pathKey, serverKey, type VerdictState } from './state.ts';
import { tellHistory } from './telling.ts';
import type { FindingChange } from './views.ts';

/** A period of event time, µs: from its first moment to before its last. */
export interface Slice {
  readonly from: number;
  readonly to: number;
}

/** One fold of history. Its driver: while `slice()` asks, `take` what the log has of it, `step` until false; then `finish`. */
export interface HistoryFold {
  /** The period whose batches and clock samples are wanted next, in log order; null: it has caught up, `finish` at once. */
  slice(): Slice | null;
  take(entry: LogEntry): void;
  /** Folds some rows of the slice. @returns false when the slice is done */
  step(): boolean;
  /** Puts what was folded in the live fold's place; waits for a better moment if that is ahead of it. @param told findings on record @returns what changed */
  finish(told: Iterable<Finding>): readonly FindingChange[];
  /** Gives it up: it is due again. */
  abandon(): void;
}

/** The nodes beside the live ones. */
interface Aside {
  readonly note: HistoryNote;
  /** The moment whose states it began from, µs. */
  readonly base: number;
  /** Everything before this moment is folded. */
  at: number;
  slice: Slice | null;
  /** Length of the next slice, µs, and rows of this one. */
  span: number;
  rows: number;
  readonly paths: Map<string, PathNode>;
  readonly servers: Map<string, ServerNode>;
  readonly context: FoldContext;
}

/** Begins to fold what is noted. @param now log time, µs */
export function createHistoryFold(state: VerdictState, now: UnixMicros): HistoryFold {
  const aside = beginAside(state, now);
  return {
    slice: () => nextSlice(state, aside),
    take: (entry) => take(aside, entry),
    step: () => step(aside),
    finish: (told) => finish(state, aside, told),
    abandon: () => resumeHistory(state.history),
  };
}

function beginAside(state: VerdictState, now: number): Aside {
  const { history } = state;
  const due = history.due ?? { from: state.furthest, groups: [], firstAt: now, lastAt: now };
  const own = ({ group }: { readonly group: string }): boolean => due.groups.includes(group);
  const paths = [...state.paths].filter(([, path]) => own(path));
  const servers = [...state.servers].filter(([, server]) => own(server));
  const nodes: FoldNode<unknown>[] = [...paths, ...servers].map(([, node]) => node);
  const from = Math.min(due.from, ...nodes.map((node) => node.dirtyFrom ?? due.from));
  // From here on `dirtyFrom` says what comes while this is folded.
  for (const node of nodes) node.dirtyFrom = null;
  const note = { ...due, from };
  Object.assign(history, { due: null, running: note, begunAt: now });
  const base = state.moments.findLast((moment) => moment <= from - limits.HISTORY_LEAD_US) ?? 0;
  const at = Math.max(base, Math.min(from, history.began));
  const aside = new Map(paths.map(([key, path]) => [key, pathAside(path, base, at)]));
  const clocks = new Map([...state.kept.clocks].map(([agent, track]) => [agent, [...track]]));
  const kept = { stores: new Map(paths.map(([key]) => [key, createEvidence()])), clocks };
  const context = { ...contextOf(state), kept, paths: aside, isFirst: false };
  return {
    note,
    base,
    at,
    slice: null,
    span: limits.SLICE_US,
    rows: 0,
    paths: aside,
    servers: new Map(servers.map(([key, server]) => [key, serverAside(server, base, at)])),
    context,
  };
}

/** A node as it was at a moment: as it began, when there is no state of then. */
function asideOf<S>(node: FoldNode<S>, initial: S, base: number, at: number): FoldNode<S> {
  const kept = node.bases.find((own) => own.at === base);
  const state = kept ? (JSON.parse(kept.state) as S) : initial;
  return { ...createFoldNode(state), frontier: at, checkpoints: [], book: createBook() };
}

const pathAside = (path: PathNode, base: number, at: number): PathNode => ({
  ...path,
  ...asideOf(path, createPathState(path.site), base, at),
  foreign: [],
});

const serverAside = (server: ServerNode, base: number, at: number): ServerNode => ({
  ...server,
  paths: [...server.paths],
  ...asideOf(server, createServerState(), base, at),
});

/** How far the live fold has come with all of these nodes, and before which moment it has no rows. */
function live(state: VerdictState, aside: Aside): { reached: number; rowsFrom: number } {
  let reached = state.furthest;
  let rowsFrom = 0;
  for (const [, { frontier, checkpoints }] of [
    ...keyed(state.paths, aside.paths),
    ...keyed(state.servers, aside.servers),
  ]) {
    if (frontier === 0) continue;
    reached = Math.min(reached, frontier);
    rowsFrom = Math.max(rowsFrom, checkpoints[0]?.at ?? 0);
  }
  return { reached, rowsFrom };
}

const keyed = <N>(all: ReadonlyMap<string, N>, some: ReadonlyMap<string, unknown>): [string, N][] =>
  [...all].filter(([key]) => some.has(key));

function nextSlice(state: VerdictState, aside: Aside): Slice | null {
  const { reached, rowsFrom } = live(state, aside);
  // What is left is short, and the live fold has its rows.
  if (reached - aside.at <= limits.BASE_US && aside.at >= rowsFrom && aside.slice !== null) return null;
  if (reached <= aside.at) return null;
  const slice = { from: aside.at, to: Math.min(reached, aside.at + aside.span) };
  aside.slice = slice;
  aside.rows = 0;
  for (const track of aside.context.kept.clocks.values()) forgetSamples(track, slice.from - limits.SLICE_US);
  return slice;
}

function take(aside: Aside, entry: LogEntry): void {
  if (entry.kind === 'batch') takeBatch(aside, entry);
  if (entry.kind !== 'clock') return;
  const { clocks } = aside.context.kept;
  const track: ClockTrack = clocks.get(entry.agent) ?? [];
  clocks.set(entry.agent, track);
  addSample(track, sampleOf(entry), Number.POSITIVE_INFINITY);
}

function takeBatch(aside: Aside, entry: BatchEntry): void {
  const { batch } = entry;
  const { context, paths, slice } = aside;
  const { agent, epoch, sequence, dropTimeUs: dropUs } = batch;
  const found = batch.paths.map((ref) => paths.get(pathKey(ref, batch.site)) ?? null);
  if (slice === null || found.every((path) => path === null)) return;
  const at = placement(batch, context.kept.clocks.get(agent) ?? []);
  if (!isCredible(entry, at)) return;
  found.forEach((path, i) => {
    if (path) noteForeign(batch, i, at, path.foreign);
  });
  const { from, to: before } = slice;
  const intakes = found.map((path) => path && { foreign: path.foreign, notBefore: from, oldest: from, before });
  const { rows } = takeRows(batch, at, intakes);
  batch.paths.forEach((ref, i) => {
    const [path, own] = [found[i], rows[i]];
    const store = context.kept.stores.get(pathKey(ref, batch.site));
    if (!path || !own || !store || own.sent.length === 0) return;
    path.firstContact = ref.firstContact;
    mergeRows(store, own, { agent, epoch, sequence, error: at.error, dropUs });
    aside.rows += own.sent.length;
  });
}

function step(aside: Aside): boolean {
  const { slice, context, rows } = aside;
  if (slice === null || aside.at >= slice.to) return false;
  const steps = Math.max(1, Math.ceil(rows / limits.STEP_ROWS));
  const to = Math.min(slice.to, aside.at + Math.ceil((slice.to - slice.from) / steps));
  for (const [key, path] of aside.paths) {
    const server = aside.servers.get(serverKey(path));
    if (server) advancePath(context, path, server, key, to);
  }
  for (const server of aside.servers.values()) advanceServer(context, server, to);
  aside.at = to;
  if (to < slice.to) return true;
  for (const store of context.kept.stores.values()) trimBefore(store, to);
  const span = rows === 0 ? limits.SLICE_US : (aside.span * limits.SLICE_ROWS) / rows;
  aside.span = Math.min(limits.SLICE_US, Math.max(limits.BASE_US, span));
  return false;
}

function finish(state: VerdictState, aside: Aside, told: Iterable<Finding>): readonly FindingChange[] {
  const { base, note } = aside;
  if (aside.at < live(state, aside).rowsFrom) {
    resumeHistory(state.history);
    return [];
  }
  const found = recordOf(told, note, base);
  const reached = new Map<string, number>();
  for (const [key, own] of [...aside.paths, ...aside.servers]) {
    const node = state.paths.get(key) ?? state.servers.get(key);
    if (!node) continue;
    reached.set(key, node.frontier);
    takeOver(state, aside, node, own, found.by.get(key));
  }
  const context = contextOf(state);
  for (const [key, path] of keyed(state.paths, aside.paths)) {
    const server = state.servers.get(serverKey(path));
    if (server) advancePath(context, path, server, key, reached.get(key) ?? 0);
  }
  for (const [key, server] of keyed(state.servers, aside.servers)) {
    advanceServer(context, server, reached.get(key) ?? 0);
  }
  state.history.running = null;
  return tellHistory(state, note, { base, older: found.ofGroups });
}

interface OnRecord {
  readonly by: ReadonlyMap<string, Entry<Transition>[]>;
  readonly ofGroups: readonly (Interval | Failover)[];
}

/** What is on record of the groups since the base: nodes remember less far back. */
function recordOf(told: Iterable<Finding>, { groups }: HistoryNote, base: number): OnRecord {
  const by = new Map<string, Entry<Transition>[]>();
  const ofGroups: (Interval | Failover)[] = [];
  for (const finding of told) {
    if (finding.group === null || !groups.includes(finding.group)) continue;
    if (finding.kind === 'transition' || finding.kind === 'disagreement') {
      const { decided = -1, group, server, site } = finding;
      if (decided < base || server === null) continue;
      const key =
        site === null ? serverKey({ ...finding, group, server }) : pathKey({ ...finding, group, server }, site);
      by.set(key, [...(by.get(key) ?? []), { decided, finding }]);
    } else if ('start' in finding && finding.start.at >= base) ofGroups.push(finding);
  }
  return { by, ofGroups };
}

/** One node aside takes the live one's place, which then goes on to where it was from the rows it has. */
function takeOver(
  state: VerdictState,
  { base, note }: Aside,
  node: PathNode | ServerNode,
  own: PathNode | ServerNode,
  onRecord: readonly Entry<Transition>[] = [],
): void {
  const { book, dirtyFrom } = node;
  // Came meanwhile, perhaps after its slice was read.
  if (dirtyFrom !== null && dirtyFrom < own.frontier) noteHistory(state.history, node.group, dirtyFrom, note.lastAt);
  book.replaced = [...onRecord, ...book.kept.filter(({ decided }) => decided >= base), ...(book.replaced ?? [])];
  book.kept = [...book.kept.filter(({ decided }) => decided < base), ...own.book.kept];
  book.made.push(...own.book.kept.map(({ finding }) => finding.id));
  const bases = [...node.bases.filter(({ at }) => at <= base), ...own.bases];
  Object.assign(node, { state: own.state, frontier: own.frontier, rows: 0, dirtyFrom: null, bases });
  node.checkpoints = [{ at: own.frontier, state: JSON.stringify(own.state) }];
}
