/**
 * Whether the collector is well, in words: alive (it can go on) and ready (what it stores is stored, what it answers is of now). An
 * InfluxDB that is away is told, and makes nobody unready: a restart of the collector would not bring it back.
 */
import type { ConsumerView, StatusView } from '../../../shared/core/ops-view.ts';
import { elapsedText } from './clock-text.ts';
import { CONSUMER_BEHIND_MS } from './limits.ts';

export interface HealthSources extends Pick<StatusView, 'consumers' | 'store'> {
  /** Why the log can be folded no more; null: it is. */
  readonly ended: string | null;
}

export interface HealthView {
  /** "ok" or "failing". */
  readonly state: string;
  /** What is wrong now, a sentence each; an ok collector may have some. */
  readonly problems: readonly string[];
}

/** Alive: everything that is wrong is named, and only a log that can be folded no more is the end. */
export function aliveOf(sources: HealthSources): HealthView {
  return { state: sources.ended === null ? 'ok' : 'failing', problems: problemsOf(sources, () => true) };
}

/** Ready: the log is stored and folded, and its readers that answers rest on are not behind. */
export function readyOf(sources: HealthSources): HealthView {
  const own = problemsOf(sources, ({ name }) => name !== 'influx');
  return { state: own.length === 0 ? 'ok' : 'failing', problems: problemsOf(sources, () => true) };
}

function problemsOf(
  { ended, store, consumers }: HealthSources,
  counts: (consumer: ConsumerView) => boolean,
): readonly string[] {
  const consumed = consumers.filter(counts).flatMap(({ name, problem, lag_entries: lag, lag_ms: age }) => {
    const oldest = age === null ? '' : elapsedText(Math.floor(age / 1000) * 1000);
    const behind = age !== null && age >= CONSUMER_BEHIND_MS;
    return [
      ...(problem === null ? [] : [`${name}: ${problem}`]),
      ...(behind ? [`${name}: ${lag} log entries behind, the oldest ${oldest} old`] : []),
    ];
  });
  return [
    ...(ended === null ? [] : [`the log cannot be folded any more: ${ended}`]),
    ...(store.problem === null ? [] : [`store: ${store.problem}`]),
    ...consumed,
  ];
}
