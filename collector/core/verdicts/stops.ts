/**
 * Where a fold stands still on its way through event time: where the settings change, and at the moments whose states are
 * kept as bases for folding old history again. Every node stands still at the same ones, so the bases of one moment are a
 * picture of the whole fold at that moment, and a fold of history with settings that have changed since is judged by those
 * that were in force.
 *
 * Rejected: a snapshot of all nodes every so often. Nodes are never at one moment together, and what lies between them
 * would have to be kept as rows.
 */
import type { PauseRow } from '../../../shared/core/ops-reply.ts';
import * as limits from './limits.ts';
import type { FoldNode } from './nodes.ts';
import type { PoolSettings } from './pool.ts';

/** What configuration says about the judging of results sent from a moment on, µs of event time. */
export interface Regime extends Omit<PoolSettings, 'pausedAt'> {
  readonly at: number;
  /** What a person has paused; absent: nothing. */
  readonly paused?: readonly PauseRow[];
}

/** What stops a fold. */
export interface Stops {
  /** In order; the first holds for everything before the second. */
  readonly regimes: readonly Regime[];
  /** In order. The fold that goes first adds to them. */
  readonly moments: number[];
  readonly isFirst: boolean;
}

/** The settings in force at a moment of event time. */
export const regimeAt = (regimes: readonly Regime[], at: number): Regime | undefined =>
  regimes.findLast((regime) => regime.at <= at) ?? regimes[0];

/** Adds what configuration says from now on, if it says something new. @param at when it was received, µs */
export function addRegime(regimes: Regime[], settings: PoolSettings, at: number, pauses?: readonly PauseRow[]): void {
  const { fall, rise, silenceUs } = settings;
  const last = regimes.at(-1);
  const paused = pauses ?? last?.paused ?? [];
  if (last?.fall === fall && last.rise === rise && last.silenceUs === silenceUs && pauses === undefined) return;
  regimes.push({ at: Math.max(at, last?.at ?? 0), fall, rise, silenceUs, paused });
  if (regimes.length > limits.REGIMES_KEPT) regimes.shift();
}

/** Where a fold stands still between two moments, the second included. */
export function stopsBetween(stops: Stops, from: number, to: number): number[] {
  const { moments, regimes } = stops;
  const newest = Math.floor(to / limits.BASE_US) * limits.BASE_US;
  if (stops.isFirst && newest > from && newest > (moments.at(-1) ?? 0)) moments.push(newest);
  const own = [to];
  for (let i = moments.length - 1; i >= 0 && (moments[i] as number) > from; i--) own.push(moments[i] as number);
  for (let i = regimes.length - 1; i >= 0 && (regimes[i] as Regime).at > from; i--) own.push((regimes[i] as Regime).at);
  return own.length === 1 ? own : [...new Set(own)].filter((moment) => moment <= to).sort((a, b) => a - b);
}

/** Keeps the state of a node that stands at one of the moments. */
export function keepBase<S>(node: FoldNode<S>, { moments }: Stops): void {
  const { frontier: at } = node;
  if (at % limits.BASE_US !== 0 || !moments.includes(at) || (node.bases.at(-1)?.at ?? 0) >= at) return;
  node.bases.push({ at, state: JSON.stringify(node.state) });
}

/**
 * Which moments stay when there are too many: the oldest and the newest, and of the others those that lie far from their
 * neighbours for their age. So going back far costs a longer fold and not more memory. @returns those that stay
 */
export function thinMoments(moments: readonly number[], now: number, most: number): number[] {
  const kept = [...moments];
  while (kept.length > Math.max(2, most)) {
    let closest = 1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 1; i < kept.length - 1; i++) {
      const gap = (kept[i + 1] as number) - (kept[i - 1] as number);
      const share = gap / (now - (kept[i] as number) + limits.BASE_US);
      if (share < least) [least, closest] = [share, i];
    }
    kept.splice(closest, 1);
  }
  return kept;
}
