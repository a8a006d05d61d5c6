/**
 * How often an agent asks one server on request, beside its schedule. A loop around a command must not become a load test; a
 * person who looks at one answer and tries again must not be held up. Rejected: a token bucket; the words of a refusal say when
 * the next one may be, and the moments themselves know that best.
 */
import type { MonotonicNs } from '../../shared/core/units.ts';
import { AD_HOC_PER_WINDOW, AD_HOC_SERVERS_MAX, AD_HOC_WINDOW_NS } from './probe-limits.ts';

/** Moments of the last exchanges, by server address; changed by `takeTurn` alone. */
export type AdHocPace = Map<string, readonly MonotonicNs[]>;

/** @returns 0 when the server may be asked now, which is then noted; otherwise ns until it may be */
export function takeTurn(pace: AdHocPace, address: string, now: MonotonicNs): number {
  const recent = (pace.get(address) ?? []).filter((at) => now - at < AD_HOC_WINDOW_NS);
  const [oldest] = recent;
  if (oldest !== undefined && recent.length >= AD_HOC_PER_WINDOW) return oldest + AD_HOC_WINDOW_NS - now;
  pace.delete(address);
  for (const other of pace.keys()) {
    if (pace.size < AD_HOC_SERVERS_MAX) break;
    pace.delete(other);
  }
  pace.set(address, [...recent, now]);
  return 0;
}
