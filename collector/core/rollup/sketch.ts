/**
 * A latency sketch: counts in bins whose bounds grow by 2 %, so that a quantile is true to 1 % at any scale and two sketches
 * add up to the sketch of both. Bins that hold nothing take no room, for a minute of one path holds a handful of values.
 *
 * Considered: @datadog/sketches-js, which has the same bins. Its dense protobuf form and its dependency on Long cost more than
 * the few lines here. Rejected: keeping the values, whose number has no bound.
 */
import { ABSENT } from '../../../shared/core/batch.ts';

/** Count by bin; bin b holds latencies in (1.02^(b-1), 1.02^b] µs. */
export type Sketch = Map<number, number>;

const GROWTH = Math.log(1.02);

/** Counts one latency, µs; ABSENT is none. */
export function addToSketch(sketch: Sketch, us: number): void {
  if (us === ABSENT) return;
  const bin = Math.ceil(Math.log(Math.max(1, us)) / GROWTH);
  sketch.set(bin, (sketch.get(bin) ?? 0) + 1);
}

/** Adds all of `from` to `into`. */
export function mergeSketch(into: Sketch, from: ReadonlyMap<number, number>): void {
  for (const [bin, count] of from) into.set(bin, (into.get(bin) ?? 0) + count);
}

/** The q-th of the latencies, µs, true to 1 %; null without any. */
export function sketchQuantile(sketch: ReadonlyMap<number, number>, q: number): number | null {
  const bins = [...sketch].sort(([a], [b]) => a - b);
  let left = Math.ceil(q * bins.reduce((sum, [, count]) => sum + count, 0));
  for (const [bin, count] of bins) {
    left -= count;
    if (left <= 0) return Math.round(Math.exp((bin - 0.5) * GROWTH));
  }
  return null;
}
