/**
 * Latencies of one stage, kept whole and summed up at the end: exact percentiles, and the population deviation that
 * perfdhcp prints. A histogram was refused: a probe ends within minutes, and a rounded p99 invites arguments.
 */
import { LATENCIES_MAX } from './probe-limits.ts';

/** Latencies so far, in ns. Beyond LATENCIES_MAX they are counted and not kept. */
export interface Latencies {
  values: Float64Array;
  kept: number;
  shed: number;
}

/** Figures of a stage in µs; population standard deviation. */
export interface LatencyFigures {
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  readonly stddev: number;
}

/** No latencies yet. */
export function createLatencies(): Latencies {
  return { values: new Float64Array(1024), kept: 0, shed: 0 };
}

/** Adds one, in ns; undefined adds nothing. */
export function addLatency(latencies: Latencies, ns: number | undefined): void {
  if (ns === undefined) return;
  if (latencies.kept === LATENCIES_MAX) {
    latencies.shed += 1;
    return;
  }
  if (latencies.kept === latencies.values.length) {
    const larger = new Float64Array(Math.min(LATENCIES_MAX, latencies.values.length * 2));
    larger.set(latencies.values);
    latencies.values = larger;
  }
  latencies.values[latencies.kept] = ns;
  latencies.kept += 1;
}

/** The figures, or null without a single latency (0 would be a lie). */
export function latencyFigures({ values, kept }: Latencies): LatencyFigures | null {
  if (kept === 0) return null;
  const sorted = values.slice(0, kept).sort();
  const mean = sorted.reduce((sum, ns) => sum + ns, 0) / kept;
  const variance = sorted.reduce((sum, ns) => sum + (ns - mean) ** 2, 0) / kept;
  // Nearest rank: the smallest latency that at least this share of exchanges stayed within.
  const rank = (share: number): number => us(sorted[Math.ceil(share * kept) - 1] ?? 0);
  return {
    min: us(sorted[0] ?? 0),
    mean: us(mean),
    p50: rank(0.5),
    p90: rank(0.9),
    p99: rank(0.99),
    max: us(sorted[kept - 1] ?? 0),
    stddev: us(Math.sqrt(variance)),
  };
}

/** ns → µs with one decimal: the clock is finer, the measurement is not. */
function us(ns: number): number {
  return Math.round(ns / 100) / 10;
}
