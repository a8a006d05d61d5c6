/**
 * How far behind the log a reader of it is, as `status` says it. A cursor alone does not say how long: its age is that of the
 * oldest entry that is not taken.
 */
import type { ConsumerView } from '../../../shared/core/ops-view.ts';

export interface ConsumerPlace {
  readonly name: string;
  /** The first log position that it has not taken. */
  readonly next: number;
  /** The position that the log's next entry will get. */
  readonly end: number;
  /** Receipt of the oldest entry that it has not taken, as far as it knows, µs; null: it doesn't. */
  readonly waitingSince: number | null;
  /** Collector's clock, µs. */
  readonly now: number;
  readonly setAside: number;
  readonly problem: string | null;
}

export function consumerView({ name, next, end, waitingSince, now, ...rest }: ConsumerPlace): ConsumerView {
  const lag = Math.max(0, end - next);
  const age = lag === 0 || waitingSince === null ? null : Math.max(0, (now - waitingSince) / 1000);
  return { name, lag_entries: lag, lag_ms: age, set_aside: rest.setAside, problem: rest.problem };
}
