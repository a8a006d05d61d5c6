/**
 * How long to wait before trying again: exponential with full jitter. When a collector comes back, its hundreds of agents
 * must not come back in one instant, so the whole wait is random, not a random part added to a fixed one (which keeps the herd
 * together). There is no last attempt: an agent whose collector is away for a week is still right to try.
 */
import type { Milliseconds } from './units.ts';

export interface BackoffLimits {
  /** Upper end of the first wait. */
  readonly base: Milliseconds;
  /** Upper end of any wait. */
  readonly max: Milliseconds;
}

/**
 * @param failures attempts that failed since the last success: 1 after the first failure
 * @param random uniform in [0, 1)
 * @returns a wait in (0, min(max, base × 2^(failures − 1))], never under a tenth of the base, so that a refusal loop cannot spin
 */
export function backoffMs(failures: number, random: number, limits: BackoffLimits): Milliseconds {
  const ceiling = Math.min(limits.max, limits.base * 2 ** Math.min(failures - 1, 52));
  return Math.max(ceiling * random, limits.base / 10) as Milliseconds;
}
