/**
 * Latency over time from rollups: which slots to ask for, and what they amount to. A server's sites are pooled in rows of their own
 * (rollup-fold), so a month is as many rows as it has hours, whatever the number of sites.
 */
import type { LatencyPointView } from '../../../shared/core/history-view.ts';
import { unixMicros } from '../../../shared/core/units.ts';
import { emptyRollup, exchangesOf, judgedOf, mergeRollup, type Rollup } from '../rollup/rollup.ts';
import { RESOLUTION_US, type Resolution } from '../rollup/rollup-fold.ts';
import { sketchQuantile } from '../rollup/sketch.ts';
import { SERIES_SLOTS_MAX } from './limits.ts';

/** Slots from ≤ slot < to, `each` of them a point. */
export interface SeriesPlan {
  readonly resolution: Resolution;
  readonly from: number;
  readonly to: number;
  readonly each: number;
}

export interface SeriesPeriod {
  /** µs; from ≤ t < to. */
  readonly from: number;
  readonly to: number;
  /** Points at most. */
  readonly points: number;
  /** From where there are rollups by the minute, µs. */
  readonly minutesFrom: number;
}

/** By the minute as long as that is few enough rows and there are any; a point never begins in the middle of a slot. */
export function seriesPlan({ from, to, points, minutesFrom }: SeriesPeriod): SeriesPlan {
  const { minute } = RESOLUTION_US;
  const fine = from >= minutesFrom && (to - from) / minute <= SERIES_SLOTS_MAX;
  const resolution = fine ? 'minute' : 'hour';
  const slotUs = RESOLUTION_US[resolution];
  const [first, last] = [Math.floor(from / slotUs), Math.ceil(to / slotUs)];
  // Beginnings are multiples of the step, so that a page that moves on by a little sees the same points again.
  let each = Math.max(1, Math.ceil((last - first) / points));
  const start = (): number => Math.floor(first / each) * each;
  while (Math.ceil((last - start()) / each) > points) each += 1;
  // More hours than that are far longer than rollups are kept.
  const span = Math.min(last - start(), SERIES_SLOTS_MAX * 2);
  return { resolution, from: last - span, to: last, each };
}

/** @param rollups one a slot of the plan, undefined where there is none */
export function seriesPoints(
  { resolution, from, each }: SeriesPlan,
  rollups: readonly (Rollup | undefined)[],
): readonly LatencyPointView[] {
  const points: LatencyPointView[] = [];
  for (let index = 0; index < rollups.length; index += each) {
    const all = emptyRollup();
    for (const rollup of rollups.slice(index, index + each)) if (rollup !== undefined) mergeRollup(all, rollup);
    if (exchangesOf(all) > 0) points.push(pointOf((from + index) * RESOLUTION_US[resolution], all));
  }
  return points;
}

function pointOf(atUs: number, rollup: Rollup): LatencyPointView {
  const [exchanges, answered] = [judgedOf(rollup), rollup.counts.acked];
  const { offer, ack } = rollup.latency;
  return {
    at: unixMicros(atUs),
    exchanges,
    answered,
    drop_ratio: exchanges === 0 ? null : (exchanges - answered) / exchanges,
    offer_p50_us: sketchQuantile(offer, 0.5),
    offer_p99_us: sketchQuantile(offer, 0.99),
    ack_p50_us: sketchQuantile(ack, 0.5),
    ack_p99_us: sketchQuantile(ack, 0.99),
  };
}
