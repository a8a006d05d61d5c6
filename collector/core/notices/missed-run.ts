/**
 * Runs of unanswered exchanges of one place, and when one is long enough to mean something: at least three in a row, spread over
 * time, and more where exchanges were lost before. The verdict fold's rule in small: what is asked once in minutes has no
 * history to estimate from, so a clean past is assumed and outweighed by the real one.
 */
import { FALL_LEAST, MERE_LOSS_LN, PAST_EXCHANGES, PRIOR_EXCHANGES, RUN_REMEMBERED } from './limits.ts';
import type { Observation } from './notice-kind.ts';

/** One unanswered exchange that counts. Moments in µs. */
export interface Missed {
  readonly at: number;
  readonly name: string;
  readonly decided: number;
  readonly reason: string;
  readonly server: string | null;
  /** The spread (µs) that a run with it must have. */
  readonly spreadUs: number;
}

/** Plain JSON; never altered in place. */
export interface RunState {
  readonly word: 'unknown' | 'serving' | 'non-serving';
  /** When the word became true, µs. */
  readonly since: number | null;
  readonly lastAnswered: number | null;
  /** When anything was last learned, µs. */
  readonly learnedAt: number | null;
  /** The run, up to a bound, and how long it is. */
  readonly missed: readonly Missed[];
  readonly count: number;
  /** First and number of the answered since it is non-serving, and the last missed before them. */
  readonly rising: { readonly at: number; readonly name: string; readonly count: number } | null;
  readonly lastMissed: number;
  /** Of the exchanges before the run: how many there were, and were lost. */
  readonly past: number;
  readonly lost: number;
}

export const NO_RUN: RunState = {
  word: 'unknown',
  since: null,
  lastAnswered: null,
  learnedAt: null,
  missed: [],
  count: 0,
  rising: null,
  lastMissed: 0,
  past: 0,
  lost: 0,
};

export function withMissed(state: RunState, missed: Missed): RunState {
  const run = state.missed.length < RUN_REMEMBERED ? [...state.missed, missed] : state.missed;
  const { at } = missed;
  return { ...state, missed: run, count: state.count + 1, rising: null, lastMissed: at, learnedAt: at };
}

/** An answered exchange ends the run; the past is halved when it is long, so that it stays the recent one. */
export function withAnswered(state: RunState, { at, name }: Observation<unknown>): RunState {
  const long = state.past > PAST_EXCHANGES;
  const past = (long ? state.past / 2 : state.past) + state.count + 1;
  // What was a finding is no loss.
  const lost = (long ? state.lost / 2 : state.lost) + (state.word === 'non-serving' ? 0 : state.count);
  const run = { missed: [], count: 0, past, lost, lastAnswered: at, learnedAt: at };
  if (state.word !== 'non-serving') return { ...state, ...run, word: 'serving', since: state.since ?? at };
  return {
    ...state,
    ...run,
    rising: { at: state.rising?.at ?? at, name: state.rising?.name ?? name, count: (state.rising?.count ?? 0) + 1 },
  };
}

/** How many unanswered in a row are no mere loss. */
function needed({ past, lost }: RunState): number {
  const loss = Math.min(0.9, (lost + 1) / (past + PRIOR_EXCHANGES));
  return Math.max(FALL_LEAST, Math.ceil(MERE_LOSS_LN / Math.log(loss)));
}

/** Whether the run says that the place is not served. @param leastSpreadUs how long it must have gone on */
export function isFallen(state: RunState, leastSpreadUs: number): boolean {
  const [first] = state.missed;
  if (first === undefined || state.count < needed(state)) return false;
  const spread = Math.max(leastSpreadUs, ...state.missed.map(({ spreadUs }) => spreadUs));
  return state.lastMissed - first.at >= spread;
}

/** Between which moments it stopped: the first few unanswered may have been lost, if any were before. */
export function fallBracket({ missed, lastAnswered, lost, past }: RunState): {
  readonly earliest: number;
  readonly latest: number;
} {
  const skipped = lost === 0 ? 0 : Math.ceil(MERE_LOSS_LN / Math.log(Math.min(0.9, lost / Math.max(1, past)))) - 1;
  const first = missed[0]?.at ?? 0;
  const latest = missed[Math.min(skipped, missed.length - 1)]?.at ?? first;
  return { earliest: lastAnswered ?? first, latest };
}

/** The reason that most of a run's exchanges have; of as many the one that came first. */
export function mainReason(missed: readonly Missed[]): string {
  const counts = new Map<string, number>();
  for (const { reason } of missed) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), ['no-offer', 0] as const)[0];
}

/** "5 exchanges unanswered over 42 s" */
export function runText({ missed, count, lastMissed }: RunState): string {
  const seconds = Math.round((lastMissed - (missed[0]?.at ?? lastMissed)) / 1e6);
  return `${count} exchanges in a row unanswered over ${seconds} s`;
}
