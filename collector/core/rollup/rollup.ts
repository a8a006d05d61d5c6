/**
 * What a path did in a minute or an hour: counts by outcome and a latency sketch per stage. Rollups of one path add up to
 * the rollup of the longer time, and rollups of several paths to that of their server, so a report over months reads no raw
 * results. Rejected: ratios and quantiles as figures; they cannot be added.
 */
import type { ResultBatch } from '../../../shared/core/batch.ts';
import { OUTCOMES, STAGES } from '../../../shared/core/outcome.ts';
import { addToSketch, mergeSketch, type Sketch } from './sketch.ts';

/** The counts, in the order in which they are written down: new ones go to the end. */
export const ROLLUP_COUNTS = [
  'acked',
  'droppedOffer',
  'droppedAck',
  'naked',
  'refused',
  'unreachable',
  'unmeasured',
  /** Of the above those unanswered before any server had answered the agent: silence was no evidence then. */
  'firstContact',
  'unsent',
  'late',
] as const;
export type RollupCount = (typeof ROLLUP_COUNTS)[number];

export const ROLLUP_STAGES = ['offer', 'ack', 'total'] as const;
export type RollupStage = (typeof ROLLUP_STAGES)[number];

export interface Rollup {
  readonly counts: Record<RollupCount, number>;
  /** µs: DISCOVER to OFFER, REQUEST to ACK, DISCOVER to ACK. */
  readonly latency: Readonly<Record<RollupStage, Sketch>>;
}

export function emptyRollup(): Rollup {
  return {
    counts: Object.fromEntries(ROLLUP_COUNTS.map((name) => [name, 0])) as Record<RollupCount, number>,
    latency: { offer: new Map(), ack: new Map(), total: new Map() },
  };
}

/** Counts the exchange in row `row` of a batch. */
export function countExchange({ counts, latency }: Rollup, { results, paths }: ResultBatch, row: number): void {
  const name = countOf(results.outcome[row] ?? 0, results.stage[row] ?? 0);
  counts[name] += 1;
  if (name === 'unmeasured') return;
  if (name !== 'acked' && paths[results.path[row] ?? 0]?.firstContact === true) counts.firstContact += 1;
  addToSketch(latency.offer, results.offerUs[row] ?? -1);
  addToSketch(latency.ack, results.ackUs[row] ?? -1);
  addToSketch(latency.total, results.totalUs[row] ?? -1);
}

function countOf(outcome: number, stage: number): RollupCount {
  const name = OUTCOMES[outcome] ?? 'unmeasured';
  if (name === 'dropped') return STAGES[stage] === 'ack' ? 'droppedAck' : 'droppedOffer';
  return name;
}

/** Adds all of `from` to `into`. */
export function mergeRollup(into: Rollup, from: Rollup): void {
  for (const name of ROLLUP_COUNTS) into.counts[name] += from.counts[name];
  for (const stage of ROLLUP_STAGES) mergeSketch(into.latency[stage], from.latency[stage]);
}

/** Exchanges of any outcome. */
export function exchangesOf({ counts }: Rollup): number {
  const { acked, droppedOffer, droppedAck, naked, refused, unreachable, unmeasured } = counts;
  return acked + droppedOffer + droppedAck + naked + refused + unreachable + unmeasured;
}

/** Those that say something about the server: measured, and not before the first contact. */
export const judgedOf = (rollup: Rollup): number =>
  exchangesOf(rollup) - rollup.counts.unmeasured - rollup.counts.firstContact;
