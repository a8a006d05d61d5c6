/**
 * Quantiles as InfluxQL's percentile() takes them: the nearest rank, a value that was measured. A window's p99 in `dhcp_path`
 * is then what percentile("total_us", 99) gives over the same exchanges. Rejected: interpolation, which gives latencies that
 * nobody had.
 */

/** @param sorted ascending @param percent 0–100 @returns null when there are none */
export function percentile(sorted: readonly number[], percent: number): number | null {
  const rank = Math.floor((sorted.length * percent) / 100 + 0.5) - 1;
  return sorted[Math.max(0, rank)] ?? null;
}
