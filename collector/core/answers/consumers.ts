/**
 * How far behind the log a reader of it is, as `status` says it. A cursor alone does not say how long: its age is that of the
 * oldest entry that is not taken.
 */
import type { ConsumerView, StatusView } from '../../../shared/core/ops-view.ts';
import { elapsedText } from './clock-text.ts';
import { CONSUMER_BEHIND_MS } from './limits.ts';

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

/** Destinations of alerts are named by two words. */
const unitOf = (name: string): string => (name.includes(' ') ? 'alerts' : 'log entries');

/** What is behind or wrong with the collector itself and what else it remarks, a line each; none when all is well. */
export function troubleLines({
  consumers,
  store,
  remarks,
}: Pick<StatusView, 'consumers' | 'store' | 'remarks'>): readonly string[] {
  const lines: string[] = [];
  if (store.problem !== null) lines.push(`store: ${store.problem}`);
  if (store.too_late > 0) lines.push(`store: ${store.too_late} results came too late to be judged`);
  for (const { name, lag_entries: lag, lag_ms: age, set_aside: aside, problem } of consumers) {
    if (age !== null && age >= CONSUMER_BEHIND_MS)
      lines.push(
        `${name}: ${lag} ${unitOf(name)} behind, the oldest ${elapsedText(Math.floor(age / 1000) * 1000)} old`,
      );
    if (problem !== null) lines.push(`${name}: ${problem}`);
    if (aside > 0) lines.push(`${name}: ${aside} set aside that can never be delivered`);
  }
  return [...lines, ...remarks];
}
