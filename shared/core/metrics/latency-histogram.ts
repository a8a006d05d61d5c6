/**
 * A latency histogram in seconds, as Prometheus understands one: counts by upper bound, the sum, the count. Batches carry µs
 * and say ABSENT where nothing was answered, which is in no bucket.
 */
import { ABSENT } from '../batch.ts';
import { type Family, type Labels, type Sample, seconds } from './family.ts';
import { LATENCY_BOUNDS_S } from './limits.ts';

/** Changed by `observe` only. */
export interface Histogram {
  /** By bound, and one for what lies above all of them; not cumulated. */
  readonly counts: number[];
  sumUs: number;
}

const BOUNDS_US = LATENCY_BOUNDS_S.map((bound) => bound * 1e6);

export const createHistogram = (): Histogram => ({
  counts: Array.from({ length: BOUNDS_US.length + 1 }, () => 0),
  sumUs: 0,
});

/** Counts one latency, µs; ABSENT is none. */
export function observe(histogram: Histogram, us: number): void {
  if (us === ABSENT) return;
  let bucket = 0;
  while (bucket < BOUNDS_US.length && us > (BOUNDS_US[bucket] as number)) bucket += 1;
  histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
  histogram.sumUs += us;
}

/** @returns the samples of one label set, cumulated as the format wants them */
export function histogramSamples(histogram: Histogram, labels: Labels): readonly Sample[] {
  let count = 0;
  const buckets = histogram.counts.map((own, index): Sample => {
    count += own;
    const le = LATENCY_BOUNDS_S[index]?.toString() ?? '+Inf';
    return { labels: { le, ...labels }, value: count, suffix: '_bucket' };
  });
  const sum: Sample = { labels, value: seconds(histogram.sumUs), suffix: '_sum' };
  return [...buckets, sum, { labels, value: count, suffix: '_count' }];
}

export const histogramFamily = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name,
  help,
  type: 'histogram',
  samples,
});
