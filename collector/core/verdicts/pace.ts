/**
 * How fast a pool is answered, held against what is usual for it: blocks of some seconds, judged by their majority, against
 * a long memory of their medians. A pool is slow when a few blocks in a row are far over the usual by a factor and by an
 * amount; then nothing is learnt from them, or what is slow would soon be usual.
 *
 * The usual is a high quantile of the memory and not its middle: a server without its partner (no lease update to wait for)
 * is faster for hours, and must not seem slow when the partner is back. Whether one answer is slow is decided on its path,
 * whose distance is known, and written beside the row; a server only counts sites. Rejected: a limit in ms (a WAN is not a
 * rack); a server's own median (it moves when a near site falls silent).
 */
import { addBin, ageHabit, type Bins, createHabit, type Habit, learn, quantileOf } from './habit.ts';
import * as limits from './limits.ts';

export const PACE_STAGES = ['offer', 'ack'] as const;
type Stage = 0 | 1;
const STAGES: readonly Stage[] = [0, 1];

/** What a row's remarks say of its pace, by stage: far over the usual of its path; over what is no longer slow. */
const OVER = [2, 4] as const;
const LONG = [8, 16] as const;

/** Blocks in a row of one kind. */
export interface Streak {
  count: number;
  /** The block before them began, and the first of them ended, µs: the bracket of the change. */
  earliest: number;
  latest: number;
}

/** Plain JSON. Pairs are by stage, arrays in them by site. */
export interface Pace {
  /** The block being filled: when it and the one before began (sent time, µs; −1 before any), and its answered exchanges. */
  from: number;
  before: number;
  all: number;
  bins: [Bins, Bins];
  seen: number[];
  over: [number[], number[]];
  long: [number[], number[]];
  habits: [Habit, Habit];
  /** Latencies (µs) over which an answer is far over the usual, and at which it no longer is; 0: not known yet. */
  bounds: [number, number];
  eases: [number, number];
  overs: [Streak, Streak];
  clears: [Streak, Streak];
  /** Latencies of the blocks of `overs`. */
  overBins: [Bins, Bins];
  /** How many sites the last block was slow at, and was answered at. */
  sites: [number, number];
  /** Which stage is slow, and since when; null: neither. */
  slow: { stage: Stage; from: number } | null;
}

const noStreak = (): Streak => ({ count: 0, earliest: -1, latest: -1 });

/** @returns the pace of a pool that has seen nothing */
export const createPace = (): Pace => ({
  from: -1,
  before: -1,
  all: 0,
  bins: [{}, {}],
  seen: [],
  over: [[], []],
  long: [[], []],
  habits: [createHabit(), createHabit()],
  bounds: [0, 0],
  eases: [0, 0],
  overs: [noStreak(), noStreak()],
  clears: [noStreak(), noStreak()],
  overBins: [{}, {}],
  sites: [0, 0],
  slow: null,
});

/** Adds a site. */
export function addPaceSite({ seen, over, long }: Pace): void {
  for (const column of [seen, ...over, ...long]) column.push(0);
}

function beginBlock(pace: Pace, at: number): void {
  pace.before = pace.from;
  pace.from = at;
  pace.all = 0;
  pace.bins = [{}, {}];
  for (const column of [pace.seen, ...pace.over, ...pace.long]) column.fill(0);
}

/** After a stop or a silence pace is judged anew; what is usual stays. */
export function resetPace(pace: Pace): void {
  beginBlock(pace, -1);
  pace.before = -1;
  pace.overs = [noStreak(), noStreak()];
  pace.clears = [noStreak(), noStreak()];
  pace.overBins = [{}, {}];
  pace.slow = null;
}

/** What is to be remarked of an answer on its path. @param us latency by stage, µs; −1 none */
export function paceRemarks({ bounds, eases }: Pace, us: readonly [number, number]): number {
  let remarks = 0;
  for (const stage of STAGES) {
    if (bounds[stage] === 0) continue;
    if (us[stage] > bounds[stage]) remarks |= OVER[stage];
    if (us[stage] > eases[stage]) remarks |= LONG[stage];
  }
  return remarks;
}

/** Counts one answer. @returns true when a block has ended, so that `slow` may be another */
export function countPace(
  pace: Pace,
  site: number,
  sent: number,
  remarks: number,
  us: readonly [number, number],
): boolean {
  const isFull = pace.from >= 0 && pace.all >= limits.PACE_EXCHANGES && sent - pace.from >= limits.PACE_US;
  if (isFull) endBlock(pace, sent);
  if (isFull || pace.from < 0) beginBlock(pace, sent);
  pace.all++;
  pace.seen[site] = (pace.seen[site] as number) + 1;
  for (const stage of STAGES) {
    if (us[stage] < 0) continue;
    if (pace.all <= limits.PACE_SKETCHED) addBin(pace.bins[stage], us[stage], 1);
    if (remarks & OVER[stage]) bump(pace.over[stage], site);
    if (remarks & LONG[stage]) bump(pace.long[stage], site);
  }
  return isFull;
}

const bump = (column: number[], at: number): void => {
  column[at] = (column[at] as number) + 1;
};

/** Sites most of whose answers were so. */
const sitesWith = ({ seen }: Pace, column: readonly number[]): number =>
  column.reduce((sum, count, site) => sum + (count * 2 > (seen[site] as number) ? 1 : 0), 0);

function endBlock(pace: Pace, now: number): void {
  const seen = pace.seen.reduce((sum, count) => sum + Math.min(1, count), 0);
  for (const stage of STAGES) {
    const over = sitesWith(pace, pace.over[stage]);
    const isOver = over * 2 > seen;
    if (isOver) pace.sites = [over, seen];
    lengthen(pace.overs[stage], isOver, pace.before < 0 ? pace.from : pace.before, now);
    if (!isOver) pace.overBins[stage] = {};
    else for (const [bin, count] of Object.entries(pace.bins[stage])) add(pace.overBins[stage], bin, count);
    const isLong = sitesWith(pace, pace.long[stage]) * 2 > seen;
    lengthen(pace.clears[stage], !isLong, pace.before < 0 ? pace.from : pace.before, now);
    const isFrozen = pace.slow !== null && now - pace.slow.from < limits.PACE_FROZEN_US;
    if (!isFrozen && (!isOver || pace.slow !== null)) remember(pace, stage, now);
  }
  judge(pace);
}

const add = (bins: Bins, bin: string, count: number): void => {
  bins[bin] = (bins[bin] ?? 0) + count;
};

function lengthen(streak: Streak, goesOn: boolean, earliest: number, latest: number): void {
  if (!goesOn) Object.assign(streak, noStreak());
  else if (streak.count++ === 0) Object.assign(streak, { earliest, latest });
}

/** Learns the block's median, and from that the bounds. */
function remember(pace: Pace, stage: Stage, now: number): void {
  const median = quantileOf(pace.bins[stage], 0.5);
  if (median === null) return;
  const habit = pace.habits[stage];
  ageHabit(habit, now);
  learn(habit, median, Math.min(now - pace.from, limits.PACE_SPAN_MAX_US) / 60e6);
  if (habit.weight < limits.PACE_WARM_MIN) return;
  const usual = quantileOf(habit.bins, limits.PACE_QUANTILE) ?? 0;
  const [factor, more] = habit.weight < limits.PACE_GROWN_MIN ? limits.PACE_OVER_YOUNG : limits.PACE_OVER;
  pace.bounds[stage] = Math.round(Math.max(usual * factor, usual + more));
  pace.eases[stage] = Math.round(Math.max(usual * limits.PACE_EASE[0], usual + limits.PACE_EASE[1]));
}

function judge(pace: Pace): void {
  const { overs, clears, slow } = pace;
  if (slow !== null) {
    if (clears[slow.stage].count >= limits.PACE_BLOCKS) pace.slow = null;
    return;
  }
  const stage: Stage = excess(pace, 1) >= excess(pace, 0) ? 1 : 0;
  if (overs[stage].count >= limits.PACE_BLOCKS) pace.slow = { stage, from: overs[stage].latest };
}

/** How far over the usual a stage is, as a factor; 0 while it is not, or not for long enough. */
function excess({ overs, overBins, habits }: Pace, stage: Stage): number {
  if (overs[stage].count < limits.PACE_BLOCKS) return 0;
  return (quantileOf(overBins[stage], 0.5) ?? 0) / Math.max(1, quantileOf(habits[stage].bins, 0.5) ?? 1);
}

/** The figures of what is slow: medians (µs), now and usually, and over how long the first is. */
export interface PaceFigures {
  readonly stage: (typeof PACE_STAGES)[number];
  readonly now: number;
  readonly usual: number;
  readonly spanUs: number;
}

/** @param now µs @returns the figures of a stage's blocks that were over; null while it is not slow */
export function paceFigures({ slow, overBins, overs, habits }: Pace, now: number): PaceFigures | null {
  if (slow === null) return null;
  const { stage } = slow;
  const median = quantileOf(overBins[stage], 0.5);
  const usual = quantileOf(habits[stage].bins, 0.5);
  if (median === null || usual === null) return null;
  return { stage: PACE_STAGES[stage], now: median, usual, spanUs: now - overs[stage].earliest };
}
