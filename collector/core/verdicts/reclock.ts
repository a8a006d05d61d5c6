/**
 * An agent's first batches may come before its clock was ever measured: placed by a guess, they would stand as far off as
 * the clock is wrong. With the first sample of an epoch they are moved to where they belong, and folded again.
 *
 * Rejected: holding batches back until the first sample. An agent that never measures would be held for ever, and the
 * present is known a second later than it need be.
 */
import type { ResultBatch } from '../../../shared/core/batch.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';
import { AHEAD_MAX_US } from '../limits.ts';
import { type ClockSample, type ClockTrack, isMeasured, offsetAt } from './clock-track.ts';
import { type BatchName, type Evidence, mergeRows, takeOut } from './evidence.ts';
import { noteHistory } from './history-note.ts';
import { AGENTS_MAX } from './limits.ts';
import { type AgentNode, oldest, soil } from './nodes.ts';
import { cover } from './site-coverage.ts';
import { serverKey, silenceLimit, siteNode, type VerdictState } from './state.ts';
import { oldestHistory } from './trim.ts';

interface Moved {
  /** Earliest moment that a row was moved from or to, µs; infinite when none was. */
  first: number;
  /** How far they were moved at most, µs. */
  shift: number;
}

/** Moves what was placed by a guess, now that an epoch of its agent has its first sample. @param at log time */
export function reclock(state: VerdictState, agent: AgentNode, track: ClockTrack, at: UnixMicros): void {
  let shift = 0;
  for (const key of agent.paths) {
    const [path, store] = [state.paths.get(key), state.kept.stores.get(key)];
    const server = path && state.servers.get(serverKey(path));
    if (!path || !store || !server) continue;
    const moved = moveRows(store, agent.agent, track);
    shift = moved.shift || shift;
    const from = Math.min(moved.first, (agent.guessedFrom ?? moved.first) + Math.min(0, moved.shift));
    if (from < Math.max(oldest(path), oldest(server))) noteHistory(state.history, path.group, from, at);
    soil(path, moved.first);
    soil(server, moved.first);
  }
  if (shift !== 0) moveCoverage(state, agent, shift);
  agent.guessedFrom = null;
}

function moveRows(store: Evidence, agent: string, track: ClockTrack): Moved {
  const guessed = new Map<number, BatchName>();
  store.batches.forEach((name, i) => {
    if (name.agent === agent && name.guessed) guessed.set(store.firstBatch + i, name);
  });
  const moved: Moved = { first: Number.POSITIVE_INFINITY, shift: 0 };
  if (guessed.size === 0) return moved;
  for (const [batch, rows] of takeOut(store, new Set(guessed.keys()))) {
    const { guessed: guess, ...name } = guessed.get(batch) as BatchName;
    if (!guess) continue;
    const [low, high] = [guess.from, guess.to].map((moment) => offsetAt(track, name.epoch, moment));
    const { offset, error } = low as NonNullable<typeof low>;
    const shift = Math.round(guess.offset - offset);
    const sent = rows.sent.map((moment) => moment + shift);
    const again = isMeasured(track, name.epoch) ? {} : { guessed: { ...guess, offset } };
    const wider = Math.max(error, high?.error ?? 0);
    mergeRows(store, { ...rows, sent }, { ...name, error: wider, ...again });
    if (shift === 0 && wider === name.error) continue;
    moved.first = Math.min(moved.first, sent[0] as number, rows.sent[0] as number);
    if (Math.abs(shift) > Math.abs(moved.shift)) moved.shift = shift;
  }
  return moved;
}

/** What only guessed batches have covered is moved with them. */
function moveCoverage(state: VerdictState, { agent, epoch, site }: AgentNode, shift: number): void {
  const node = state.sites.get(site);
  const own = (name: string): boolean => name.startsWith(`${agent}/${epoch}/`);
  const spans = node?.coverage.filter(({ first, last }) => own(first) && own(last)) ?? [];
  if (!node) return;
  node.coverage = node.coverage.filter((span) => !spans.includes(span));
  for (const span of spans) {
    cover(node.coverage, { ...span, from: span.from + shift, to: span.to + shift }, silenceLimit(state));
  }
}

/** Remembers a batch that a guess placed where it cannot be: the log has it, and the first sample of its epoch says where it belongs. */
export function leaveOut(state: VerdictState, batch: ResultBatch): void {
  const { leftOut } = state.history;
  const { agent, epoch, sequence, site, anchor, fromUs, completeThroughUs } = batch;
  const name = `${agent}/${epoch}/${sequence}`;
  const known = leftOut[agent];
  const before = known?.epoch === epoch ? known : null;
  if (before === null && Object.keys(leftOut).length >= AGENTS_MAX) return;
  const [from, to] = [anchor + fromUs - batch.dropTimeUs, anchor + Math.max(fromUs, completeThroughUs)];
  leftOut[agent] = {
    epoch,
    site,
    groups: [...new Set([...(before?.groups ?? []), ...batch.paths.map(({ group }) => group)])],
    from: Math.min(from, before?.from ?? from),
    to: Math.max(to, before?.to ?? to),
    first: before && before.from <= from ? before.first : name,
    last: before && before.to >= to ? before.last : name,
  };
}

/** Now that the clock of an epoch is measured, what was left out is history, and its site was heard of then. @param at log time */
export function takeBack(state: VerdictState, agent: string, { epoch, offset }: ClockSample, at: UnixMicros): void {
  const left = state.history.leftOut[agent];
  if (left?.epoch !== epoch) return;
  delete state.history.leftOut[agent];
  const [from, to] = [left.from - offset, left.to - offset];
  if (to > at + AHEAD_MAX_US || from < oldestHistory(state)) return;
  for (const group of left.groups) noteHistory(state.history, group, from, at);
  state.history.began = Math.min(state.history.began || from, from);
  const site = siteNode(state, left.site);
  cover(site.coverage, { from, to, first: left.first, last: left.last }, silenceLimit(state));
  site.filledLate = true;
}
