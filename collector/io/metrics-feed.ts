/**
 * Feeds counters from the log as it grows: batches from the end of the log at the start on, so that nothing of an earlier run is
 * replayed into a counter, and findings as they are told. A reader like any other, with a place of its own: when it lags,
 * nobody else waits. A batch is looked at when it has been folded, since the fold knows the clock of its agent by then.
 */
import { countBatch, createExchangeCounts, type ExchangeCounts } from '../../shared/core/metrics/exchange-counts.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import type { Finding } from '../core/finding.ts';
import { createGapSeconds, type GapSeconds, noteGap } from '../core/metrics/gap-seconds.ts';
import { isTellingNow, liveOf } from '../core/metrics/live-results.ts';
import { createTransitionCounts, noteTransition, type TransitionCounts } from '../core/metrics/transition-counts.ts';
import type { Inbox, InboxRecord } from './inbox.ts';
import type { LogFold } from './log-fold.ts';

export interface MetricsFeed {
  readonly exchanges: ExchangeCounts;
  readonly gaps: GapSeconds;
  readonly transitions: TransitionCounts;
  close(): Promise<void>;
}

export interface MetricsFeedOptions {
  readonly inbox: Inbox;
  readonly fold: LogFold;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The longest that counting keeps the loop. */
const TURN_NS = 5e6;

/** Begins at the end of the log as it is now. */
export function startMetricsFeed(options: MetricsFeedOptions): MetricsFeed {
  const { fold, clock, logger } = options;
  const startedAt = clock.wall();
  const exchanges = createExchangeCounts();
  const gaps = createGapSeconds(fold.model.timeline.findings(), startedAt);
  const transitions = createTransitionCounts(startedAt);
  const unsubscribe = fold.subscribe((changed) => {
    const told = found(fold, changed);
    if (told.length === 0) return;
    const view = fold.model.verdicts.view();
    const now = clock.wall();
    for (const finding of told) {
      const isNow = isTellingNow(view, finding.group ?? '', now);
      if (isNow) noteTransition(transitions, finding);
      if (finding.kind === 'gap') noteGap(gaps, finding, isNow);
    }
  });
  const stop = new AbortController();
  const counting = follow(options, exchanges, stop.signal).catch((error: unknown) => {
    // The log's own reader ends the collector for the same reason.
    logger.error({ err: error }, 'exchanges are counted no longer for /metrics');
  });
  return {
    exchanges,
    gaps,
    transitions,
    close: () => {
      unsubscribe();
      stop.abort();
      return counting;
    },
  };
}

/** Findings by their names; one that was taken back meanwhile is none. */
function found({ model }: LogFold, changed: ReadonlySet<string>): readonly Finding[] {
  return [...model.timeline.findings()].filter(({ id }) => changed.has(id));
}

async function follow(options: MetricsFeedOptions, counts: ExchangeCounts, signal: AbortSignal): Promise<void> {
  const { inbox, fold } = options;
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  for await (const chunk of inbox.follow(inbox.next, signal)) {
    await Promise.race([fold.folded(chunk.at(-1)?.position ?? 0), aborted]);
    if (signal.aborted) return;
    await countInTurns(options, counts, chunk);
  }
}

async function countInTurns(
  { fold, clock }: MetricsFeedOptions,
  counts: ExchangeCounts,
  chunk: readonly InboxRecord[],
): Promise<void> {
  let began = clock.monotonic();
  for (const { entry } of chunk) {
    if (entry.kind !== 'batch') continue;
    countBatch(counts, entry.batch, liveOf(entry, fold.model.verdicts.clocks.get(entry.batch.agent) ?? []));
    if (clock.monotonic() - began < TURN_NS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    began = clock.monotonic();
  }
}
