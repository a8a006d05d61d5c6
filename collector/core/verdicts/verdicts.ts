/**
 * Verdicts: the detector as a pure fold over the log. One entry in, the findings that it changed out. Nothing but the
 * entries is read: no clock, no store, no randomness, so a restart or a second collector concludes the same.
 *
 * An entry is first taken in (rows placed on the collector's clock and merged into their paths), then paths, servers and
 * groups are brought as far as the watermarks allow. Results that come late are folded in from a checkpoint; while a
 * backlog streams in this is put off (by log time, so that it stays a function of the log) until it is complete.
 */
import { isServerPath } from '../../../shared/core/batch.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { BatchEntry, ClockEntry, ConfigEntry, LogEntry, PauseEntry } from '../log-entry.ts';
import { withPause } from '../pauses.ts';
import { addSample, type ClockTrack, isMeasured, sampleOf } from './clock-track.ts';
import { mergeRows } from './evidence.ts';
import { advancePath, advanceServer, type FoldContext, reach, refoldPath, refoldServer } from './fold.ts';
import { bucketsAsked } from './group-state.ts';
import { retellGroup } from './group-telling.ts';
import { createHistoryFold, type HistoryFold } from './history-fold.ts';
import { isHistoryDue, isHistoryPending, noteHistory } from './history-note.ts';
import { isCredible, noteForeign, type Placement, placement, takeRows } from './intake.ts';
import * as limits from './limits.ts';
import { type AgentNode, oldest, type PathNode, type ServerNode, soil } from './nodes.ts';
import { siteSince } from './paused.ts';
import { readView } from './reading.ts';
import { leaveOut, reclock, takeBack } from './reclock.ts';
import { coverPause, coverSite } from './site-telling.ts';
import { restoreState, stateSnapshot, type VerdictsSnapshot } from './snapshot.ts';
import * as states from './state.ts';
import { addRegime } from './stops.ts';
import { serversOf, tell, tellSites } from './telling.ts';
import { oldestHistory, trimMoments, trimState } from './trim.ts';
import type { FindingChange, VerdictsView } from './views.ts';

export type { VerdictsSnapshot } from './snapshot.ts';

/** The fold. */
export interface Verdicts {
  /** The agents' clocks as the log has told them so far, by agent. */
  readonly clocks: ReadonlyMap<string, ClockTrack>;
  /** How far event time is: the furthest that any agent's batches are complete through, µs; 0: nothing came yet. */
  readonly furthest: number;
  /** Folds one entry, in log order. @returns what it changed, in order; usually nothing */
  apply(entry: LogEntry): readonly FindingChange[];
  /** Whether results have come that are older than the rows kept, and it is time to fold history again. @param now log time, or later */
  isHistoryDue(now: UnixMicros): boolean;
  /** Begins that: whoever reads the log feeds it, while entries are applied here as ever. One at a time. */
  foldHistory(now: UnixMicros): HistoryFold;
  /** Everything needed to go on from here: restoring it and applying the rest of the log equals applying the whole log. */
  snapshot(): VerdictsSnapshot;
  /** The current states, without any clock; see `overlay` for what is shown live. */
  view(): VerdictsView;
}

/** @returns a fold that has read nothing yet */
export const createVerdicts = (): Verdicts => verdictsOf(states.createState());

/** @returns the fold as it was, or null when the snapshot is of another version (fold the log from its start then) */
export function restoreVerdicts(snapshot: VerdictsSnapshot): Verdicts | null {
  const state = restoreState(snapshot);
  return state && verdictsOf(state);
}

const verdictsOf = (state: states.VerdictState): Verdicts => ({
  clocks: state.kept.clocks,
  get furthest() {
    return state.furthest;
  },
  apply: (entry) => applyEntry(state, entry),
  isHistoryDue: (now) => isHistoryDue(state, now),
  foldHistory: (now) => createHistoryFold(state, now),
  snapshot: () => stateSnapshot(state),
  view: () => readView(state),
});

function applyEntry(state: states.VerdictState, entry: LogEntry): readonly FindingChange[] {
  if (entry.kind === 'batch') return applyBatch(state, entry);
  if (entry.kind === 'clock') applyClock(state, entry);
  if (entry.kind === 'loss') states.noteLoss(state, entry);
  if (entry.kind === 'config') return applyConfig(state, entry);
  if (entry.kind === 'pause') applyPause(state, entry);
  if (entry.kind === 'quiet') return applyQuiet(state, entry.receivedAt);
  return [];
}

function applyClock(state: states.VerdictState, entry: ClockEntry): void {
  const { clocks } = state.kept;
  const track = clocks.get(entry.agent) ?? [];
  if (clocks.size >= limits.AGENTS_MAX && !clocks.has(entry.agent)) return;
  clocks.set(entry.agent, track);
  const isFirst = !isMeasured(track, entry.epoch);
  const sample = sampleOf(entry);
  addSample(track, sample);
  const agent = state.agents.get(entry.agent);
  if (isFirst && agent && agent.guessedFrom !== null) reclock(state, agent, track, entry.receivedAt);
  // After what is moved: this is placed already.
  if (isFirst) takeBack(state, entry.agent, sample, entry.receivedAt);
}

function applyConfig(state: states.VerdictState, { config, receivedAt }: ConfigEntry): readonly FindingChange[] {
  state.config = config;
  state.limit = null;
  addRegime(state.regimes, states.settingsNow(state), receivedAt);
  const changes: FindingChange[] = [];
  for (const group of config.groups) {
    const node = states.groupNode(state, group.name, group);
    for (const { name, address, role } of group.servers) {
      for (const bucket of bucketsAsked(group.mode, role)) {
        const own = states.serverNode(state, { group: group.name, server: name, bucket, address });
        own.address = address;
        own.role = role;
      }
    }
    changes.push(...retellGroup(node, serversOf(state, node), false, receivedAt));
  }
  return changes;
}

function applyPause(state: states.VerdictState, entry: PauseEntry): void {
  const before = state.regimes.at(-1)?.paused ?? [];
  const after = withPause(before, entry).slice(-limits.PAUSES_KEPT);
  addRegime(state.regimes, states.settingsNow(state), entry.receivedAt, after);
  for (const [name, site] of state.sites) {
    const since = siteSince(before, state.config, name);
    if (since === null || siteSince(after, state.config, name) !== null) continue;
    coverPause(site, since, entry.receivedAt, siteLimit(state, site.firstContact));
  }
}

function applyBatch(state: states.VerdictState, entry: BatchEntry): readonly FindingChange[] {
  const { batch, receivedAt } = entry;
  const at = placement(batch, state.kept.clocks.get(batch.agent) ?? []);
  const agent = isCredible(entry, at) ? states.agentNode(state, batch) : null;
  if (!agent) {
    if (at.guessed) leaveOut(state, batch);
    state.refused++;
    return [];
  }
  takeIn(state, entry, at, agent);
  addRegime(state.regimes, states.settingsNow(state), receivedAt);
  const context = states.contextOf(state);
  const late = bringUp(state, context, entry, agent);
  const changes = tell(state, late, receivedAt);
  changes.push(...tellSites(state, batch.site, isSettled(state, agent), receivedAt));
  trimState(state);
  trimMoments(state);
  return changes;
}

/** Event time goes on though nobody reports. */
function applyQuiet(state: states.VerdictState, at: UnixMicros): readonly FindingChange[] {
  if (state.agents.size === 0) return [];
  state.furthest = Math.max(state.furthest, at);
  const context = states.contextOf(state);
  bringUpSilent(state, context);
  bringUpServers(state, context, new Set());
  return [...tell(state, new Set(), at), ...tellSites(state, '', true, at)];
}

/** Merges a batch's rows, and notes how far its agent is. */
function takeIn(state: states.VerdictState, { batch, receivedAt }: BatchEntry, at: Placement, agent: AgentNode): void {
  const isNewest = batch.epoch === agent.epoch && batch.sequence === agent.highest;
  const found = batch.paths.map((ref) => (isServerPath(ref) ? states.pathNode(state, batch, ref, isNewest) : null));
  found.forEach((path, i) => {
    if (path) noteForeign(batch, i, at, path.path.foreign);
  });
  const frozen = oldestHistory(state);
  const intakes = found.map(
    (f) => f && { foreign: f.path.foreign, notBefore: historyBefore(f.path, f.server), oldest: frozen },
  );
  const taken = takeRows(batch, at, intakes);
  state.tooLate += taken.tooLate;
  const { agent: name, epoch, sequence } = batch;
  found.forEach((f, i) => {
    const rows = taken.rows[i];
    if (!f) return;
    if (!agent.paths.includes(f.key)) agent.paths.push(f.key);
    const early = taken.history[i] as number;
    if (Number.isFinite(early)) {
      noteHistory(state.history, f.path.group, early, receivedAt);
      begin(state, early);
      if (at.guessed) agent.guessedFrom = Math.min(agent.guessedFrom ?? early, early);
    }
    if (!rows || rows.sent.length === 0) return;
    const { error, guessed } = at;
    const first = mergeRows(f.store, rows, {
      agent: name,
      epoch,
      sequence,
      error,
      dropUs: batch.dropTimeUs,
      ...(guessed && { guessed }),
    });
    begin(state, first);
    if (guessed) agent.guessedFrom = Math.min(agent.guessedFrom ?? first, first);
    state.rowsKept += rows.sent.length;
    soil(f.path, first);
    soil(f.server, first);
  });
  agent.watermark = Math.max(agent.watermark, Math.min(at.place(batch.completeThroughUs), receivedAt));
  agent.lastReceivedAt = receivedAt;
  agent.loopDelayMaxUs = batch.loopDelayMaxUs;
  state.furthest = Math.max(state.furthest, agent.watermark);
  const site = states.siteNode(state, batch.site);
  if (at.place(batch.completeThroughUs) >= frozen)
    coverSite(site, { kind: 'batch', receivedAt, batch }, at.place, siteLimit(state, site.firstContact));
}

/** Rows sent before this moment are not folded in from the rows kept. */
const historyBefore = (path: PathNode, server: ServerNode): number =>
  Math.max(oldest(path), oldest(server), server.frontier - limits.LATE_KEPT_US);

function begin({ history }: states.VerdictState, sent: number): void {
  if (history.began === 0 || sent < history.began) history.began = sent;
}

const siteLimit = (state: states.VerdictState, firstContact: boolean): number =>
  Math.max(states.silenceLimit(state), firstContact ? limits.SILENCE_FIRST_CONTACT_US : 0);

/** Nothing of an agent is missing: no hole in its batches, and none of a backlog left to come. */
const isSettled = (state: states.VerdictState, agent: AgentNode): boolean =>
  states.isWhole(agent) && agent.watermark >= state.furthest - states.silenceLimit(state);

/** Brings every node as far as the watermarks allow. @returns the groups in which history was folded again */
function bringUp(
  state: states.VerdictState,
  context: FoldContext,
  { batch, receivedAt }: BatchEntry,
  agent: AgentNode,
): Set<string> {
  const late = new Set<string>();
  const settled = isSettled(state, agent);
  const groups = new Set(batch.paths.map((path) => path.group));
  for (const name of groups) {
    const group = state.groups.get(name);
    if (!group || (!settled && receivedAt - group.refoldedAt < limits.REFOLD_US)) continue;
    if (isHistoryPending(state.history, name, receivedAt)) continue;
    if (refold(state, context, name)) {
      late.add(name);
      group.refoldedAt = receivedAt;
    }
  }
  for (const key of agent.paths) {
    const path = state.paths.get(key);
    if (path) bringUpPath(state, context, path, key);
  }
  if (context.furthest - state.scannedAt >= limits.SCAN_US) bringUpSilent(state, context);
  bringUpServers(state, context, new Set(batch.paths.map((path) => states.serverKey(path))));
  return late;
}

/** @param asked servers that have something new; the others only when they are overdue */
function bringUpServers(state: states.VerdictState, context: FoldContext, asked: ReadonlySet<string>): void {
  const overdue = context.furthest - states.silenceLimit(state);
  for (const [key, server] of state.servers) {
    if (server.paths.length === 0 || (!asked.has(key) && server.frontier >= overdue)) continue;
    const agents = server.paths.flatMap((name) => {
      const path = state.paths.get(name);
      return path && states.isWatched(state, path.site) ? path.agents : [];
    });
    advanceServer(context, server, reach(context, agents, context.settings(server, context.furthest).silenceUs));
  }
}

/** Paths whose agents have not been heard of: event time goes on without them. */
function bringUpSilent(state: states.VerdictState, context: FoldContext): void {
  state.scannedAt = context.furthest;
  const overdue = context.furthest - states.silenceLimit(state);
  for (const [key, path] of state.paths) if (path.frontier < overdue) bringUpPath(state, context, path, key);
}

function bringUpPath(state: states.VerdictState, context: FoldContext, path: PathNode, key: string): void {
  const server = state.servers.get(states.serverKey(path));
  if (server)
    advancePath(
      context,
      path,
      server,
      key,
      reach(context, path.agents, context.settings(path, context.furthest).silenceUs),
    );
}

/** Folds what is dirty in a group again. */
function refold(state: states.VerdictState, context: FoldContext, group: string): boolean {
  let any = false;
  for (const [key, path] of state.paths) {
    const server = state.servers.get(states.serverKey(path));
    if (path.group !== group || path.dirtyFrom === null || !server) continue;
    refoldPath(context, path, server, key);
    any = true;
  }
  for (const server of state.servers.values()) {
    if (server.group !== group || server.dirtyFrom === null) continue;
    refoldServer(context, server);
    any = true;
  }
  return any;
}
