/**
 * Degraded, while serving: loss over some dozens of exchanges at a time, so that short runs are pooled and one long run stands
 * for itself. Far apart limits for coming and going, so that a steady loss is one transition and no string of them.
 */
import type { ObservationView } from '../../../shared/core/ops-request.ts';
import { CLEAN_SHARE, DEGRADED_LEAST, DEGRADED_SHARE, LOSS_EXCHANGES } from './limits.ts';

/** A change between serving and degraded, with the span that it lies in (µs). */
export interface LossChange {
  readonly to: 'degraded' | 'serving';
  readonly earliest: number;
  readonly latest: number;
  /** Share of the exchanges lost. */
  readonly share: number;
}

/** @param runs consecutive, of a server that serves throughout */
export function lossChanges(runs: readonly ObservationView[]): readonly LossChange[] {
  const changes: LossChange[] = [];
  let degraded = false;
  let from = 0;
  runs.forEach((run, i) => {
    while (from < i && judged(runs.slice(from + 1, i + 1)) >= LOSS_EXCHANGES) from += 1;
    const window = runs.slice(from, i + 1);
    const lost = window.reduce((total, one) => total + one.dropped, 0);
    const share = lost / Math.max(1, judged(window));
    const turns = degraded ? share <= CLEAN_SHARE : share >= DEGRADED_SHARE && lost >= DEGRADED_LEAST;
    if (!turns) return;
    degraded = !degraded;
    const first = window.find((one) => one.dropped > 0 === degraded) ?? run;
    // It began in the first run that shows it, or since the one before that.
    const before = runs[runs.indexOf(first) - 1];
    const earliest = before === undefined ? first.from : Math.min(before.last_sent, first.from);
    changes.push({ to: degraded ? 'degraded' : 'serving', earliest, latest: run.to, share });
  });
  return changes;
}

const judged = (runs: readonly ObservationView[]): number =>
  runs.reduce((total, { answered, dropped }) => total + answered + dropped, 0);
