/**
 * The figures of a report's period: from raw results where those are, from rollups where they are gone. What came late to
 * before that moment is in the rollups too, so each result counts once on either side.
 */
import { isServerPath } from '../../shared/core/batch.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import type { ExchangeFilter } from '../core/answers/exchange-rows.ts';
import { countLost } from '../core/answers/losses.ts';
import type { Period } from '../core/answers/period-index.ts';
import { figuresOf, noFigures, type PeriodFigures, rollupSpans } from '../core/rollup/availability.ts';
import { countExchange, exchangesOf, mergeRollup } from '../core/rollup/rollup.ts';
import { ALL_SITES, RESOLUTION_US } from '../core/rollup/rollup-fold.ts';
import type { Inbox } from './inbox.ts';
import { type PeriodBatch, periodBatches, periodLosses } from './period-batches.ts';
import type { RollupStore } from './rollup-store.ts';

export interface FigureSources {
  readonly inbox: Inbox;
  readonly rollups: RollupStore;
  /** Receipt of the oldest raw batch that retention has left; null: none. */
  rawSince(): UnixMicros | null;
  /** From where there are rollups by the minute, µs. */
  minutesFrom(): number;
}

export interface FiguresFound {
  readonly figures: PeriodFigures;
  /** "raw", "rollups" or "both". */
  readonly source: string;
  readonly lost: { readonly lost_exchanges: number; readonly lost_ms: number };
}

/** @param filter its group is the one group that figures are of */
export async function periodFigures(
  sources: FigureSources,
  filter: ExchangeFilter & { readonly group: string },
): Promise<FiguresFound> {
  const figures = noFigures();
  const period: Period = { from: filter.since, to: filter.until };
  const raw = { from: Math.min(period.to, Math.max(period.from, rawFrom(sources, period))), to: period.to };
  const gone = { from: period.from, to: raw.from };
  if (gone.from < gone.to) await addRollups(sources, figures, { group: filter.group, ...gone });
  for await (const found of periodBatches(sources.inbox, raw)) countBatch(figures, found, filter.group);
  const { losses, clocks } = await periodLosses(sources.inbox, period);
  const source = gone.from >= gone.to ? 'raw' : raw.from < raw.to ? 'both' : 'rollups';
  return { figures, source, lost: countLost(losses, clocks, filter) };
}

/** From when on every result that counts is still there itself, µs: what was measured later was received later. */
function rawFrom({ inbox, rawSince }: FigureSources, { from, to }: Period): number {
  if (inbox.prunedBefore <= 1 || inbox.kept.some((kept) => kept.from <= from && kept.to >= to)) return from;
  const { minute } = RESOLUTION_US;
  const since = rawSince();
  return since === null ? to : Math.ceil(since / minute) * minute;
}

async function addRollups(
  { rollups, minutesFrom }: FigureSources,
  figures: PeriodFigures,
  { group, ...period }: Period & { readonly group: string },
): Promise<void> {
  for (const span of rollupSpans(period, minutesFrom())) {
    for await (const { name, rollup } of rollups.read({ group, ...span })) {
      // What is pooled stands in the rows of the sites, too.
      if (name.site === ALL_SITES) continue;
      mergeRollup(figuresOf(figures, name), rollup);
      if (exchangesOf(rollup) > 0) figures.sites.add(name.site);
    }
  }
}

function countBatch(figures: PeriodFigures, { batch, clocks, slice }: PeriodBatch, group: string): void {
  const rollups = batch.paths.map((path) => (path.group === group && isServerPath(path) ? path : null));
  const rollupOf = (path: number) => {
    const ref = rollups[path] ?? null;
    return ref === null ? null : figuresOf(figures, ref);
  };
  const within = (momentUs: number): boolean => {
    const at = clocks.correct(batch, momentUs);
    return at >= slice.from && at < slice.to;
  };
  batch.results.path.forEach((path, row) => {
    const sentUs = batch.results.sentUs[row] ?? 0;
    const rollup = within(sentUs) ? rollupOf(path) : null;
    if (rollup === null) return;
    countExchange(rollup, batch, row);
    figures.sites.add(batch.site);
    const error = clocks.error(batch, sentUs);
    if (error !== null) figures.clockErrorUs = Math.max(figures.clockErrorUs ?? 0, error);
  });
  for (const { path, sentUs } of batch.late) {
    const rollup = within(sentUs) ? rollupOf(path) : null;
    if (rollup !== null) rollup.counts.late += 1;
  }
  if (!within((batch.fromUs + batch.completeThroughUs) / 2)) return;
  for (const { path, unsentNoIdentity, unsentStalled, unsentSendError } of batch.counts) {
    const rollup = rollupOf(path);
    if (rollup !== null) rollup.counts.unsent += unsentNoIdentity + unsentStalled + unsentSendError;
  }
}
