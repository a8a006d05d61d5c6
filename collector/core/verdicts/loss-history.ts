/**
 * How much a pool of exchanges has been losing: counts in blocks of a hundred exchanges, the last twenty kept. Two
 * questions are asked of it: how surprising a run of unanswered exchanges is, and whether loss is sustained (degraded).
 *
 * A loss is counted only when an answer ends its run: until then it may be the beginning of a stop. Rejected: moving
 * averages; they react to one burst as to a minute of loss, and their memory has no edge to draw a bracket with.
 */
import { BLOCK_EXCHANGES, BLOCKS_KEPT, BLOCKS_RECENT, LOSSES_PER_RUN } from './limits.ts';

/** Columns by block, oldest first; the last is being filled. Plain JSON. */
export interface LossHistory {
  answered: number[];
  /** Unanswered that an answer followed, as the pool's runs count them. */
  lost: number[];
  /** The same as each site's own runs count them, whole and capped. */
  broken: number[];
  losses: number[];
  /** When the block began: sent time, µs. */
  start: number[];
  /** Worst latencies of the block's answered exchanges: DISCOVER → OFFER and REQUEST → ACK, µs. */
  worstOffer: number[];
  worstAck: number[];
  /** Sums over all blocks, kept as they change. */
  sum: { answered: number; lost: number; losses: number };
}

/** @param at sent time of the first exchange, µs */
export const createHistory = (at: number): LossHistory => ({
  answered: [0],
  lost: [0],
  broken: [0],
  losses: [0],
  start: [at],
  worstOffer: [0],
  worstAck: [0],
  sum: { answered: 0, lost: 0, losses: 0 },
});

const bump = (column: number[], by: number): void => {
  column[column.length - 1] = (column[column.length - 1] as number) + by;
};
const raise = (column: number[], to: number): void => {
  if ((column[column.length - 1] as number) < to) column[column.length - 1] = to;
};

/** One answered exchange. */
export function countAnswered(h: LossHistory, offerUs: number, ackUs: number): void {
  bump(h.answered, 1);
  h.sum.answered++;
  raise(h.worstOffer, offerUs);
  raise(h.worstAck, ackUs);
}

/** A pool's run that an answer ended. */
export function countLost(h: LossHistory, run: number): void {
  bump(h.lost, run);
  h.sum.lost += run;
}

/** A site's own run that an answer of the site ended. */
export function countBroken(h: LossHistory, run: number): void {
  const capped = Math.min(run, LOSSES_PER_RUN);
  bump(h.broken, run);
  bump(h.losses, capped);
  h.sum.losses += capped;
}

/** Begins a block when the last one is full. @returns true when it did */
export function rotate(h: LossHistory, at: number): boolean {
  const last = h.answered.length - 1;
  if ((h.answered[last] as number) + (h.lost[last] as number) < BLOCK_EXCHANGES) return false;
  for (const column of [h.answered, h.lost, h.broken, h.losses, h.worstOffer, h.worstAck]) column.push(0);
  h.start.push(at);
  if (h.answered.length > BLOCKS_KEPT) {
    h.sum.answered -= h.answered.shift() as number;
    h.sum.lost -= h.lost.shift() as number;
    h.sum.losses -= h.losses.shift() as number;
    for (const column of [h.broken, h.worstOffer, h.worstAck, h.start]) column.shift();
  }
  return true;
}

/** Forgets sustained loss (after a stop it must be shown anew), keeping what surprise is measured against. */
export function forgetLosses(h: LossHistory): void {
  h.losses.fill(0);
  h.broken.fill(0);
  h.sum.losses = 0;
}

function tail(column: readonly number[], blocks: number): number {
  let sum = 0;
  for (let i = Math.max(0, column.length - blocks); i < column.length; i++) sum += column[i] as number;
  return sum;
}

/** Losses, runs capped, in the recent blocks. */
export const recentLosses = (h: LossHistory): number => tail(h.losses, BLOCKS_RECENT);
/** When the recent blocks began, µs. */
export const recentStart = (h: LossHistory): number => h.start[Math.max(0, h.start.length - BLOCKS_RECENT)] as number;
/** Recent exchanges lost, and all of them. */
export function recentShare(h: LossHistory): Prior {
  const lost = tail(h.broken, BLOCKS_RECENT);
  return { lost, all: lost + tail(h.answered, BLOCKS_RECENT) };
}

/** The same of those before the recent ones. */
export function olderShare(h: LossHistory): Prior {
  const recent = recentShare(h);
  const lost = tail(h.broken, BLOCKS_KEPT) - recent.lost;
  return { lost, all: lost + h.sum.answered - (recent.all - recent.lost) };
}

/** Share of recent exchanges lost; null without any. */
export function lossRatio(h: LossHistory): number | null {
  const { lost, all } = recentShare(h);
  return all === 0 ? null : lost / all;
}

/** What a run is measured against: loss and exchanges of whichever span (two, six or all blocks) was losing most. */
export interface Prior {
  readonly lost: number;
  readonly all: number;
}

/** The most pessimistic of three spans: loss that has just risen must not make its own runs look like a stop. */
export function prior(h: LossHistory): Prior {
  let worst: Prior = { lost: h.sum.lost, all: h.sum.lost + h.sum.answered };
  if (h.sum.lost === 0) return worst;
  for (const blocks of [BLOCKS_RECENT, 2]) {
    const lost = tail(h.lost, blocks);
    const all = lost + tail(h.answered, blocks);
    if ((lost + 0.5) / (all + 1) > (worst.lost + 0.5) / (worst.all + 1)) worst = { lost, all };
  }
  return worst;
}

/** ln of the chance that the next exchange is lost too, after `run` lost ones: Beta(½,½) prior and what was seen. */
export const nextLostLn = (p: Prior, run: number): number => Math.log((p.lost + 0.5 + run) / (p.all + 1 + run));

/**
 * The latency that the next answers will not all exceed, µs: the worst of the newest blocks, with a margin.
 *
 * If `later` exchanges are all slower than the worst of n answers just before them, that is a chance of 1 in C(n + later,
 * later). So the first unanswered must be measured against long memory; by the third the last hundred answers suffice
 * (1 in 170,000), and one old spike no longer widens a bracket. @param later 1 for the first exchange of a run, 2 …
 */
export function worstLatency(column: readonly number[], answered: number, later: number): number {
  const blocks = later === 1 ? BLOCKS_RECENT + 1 : later === 2 ? 4 : 2;
  let worst = 0;
  for (let i = Math.max(0, column.length - blocks); i < column.length; i++) {
    worst = Math.max(worst, column[i] as number);
  }
  return worst * (answered < BLOCK_EXCHANGES ? 2 : 1.25) + 2000;
}
