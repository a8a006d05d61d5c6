/**
 * Which results of a batch are news. A counter that says "now" must not rise by what an agent kept through an outage: `rate()`
 * would show a burst that never was. So a result counts when it came within its drop time and a little more of its sending,
 * by the agent's clock as it was measured.
 */
import type { Live } from '../../../shared/core/metrics/exchange-counts.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { BatchEntry } from '../log-entry.ts';
import type { ClockTrack } from '../verdicts/clock-track.ts';
import { placement } from '../verdicts/intake.ts';
import type { VerdictsView } from '../verdicts/views.ts';
import { LIVE_US } from './limits.ts';

/** @param track the clock of the batch's agent, as the log tells it */
export function liveOf({ batch, receivedAt }: BatchEntry, track: ClockTrack): Live {
  const { place } = placement(batch, track);
  // Collector time less the epoch's: the same for all of a batch.
  const sinceUs = receivedAt - batch.dropTimeUs - LIVE_US - place(0);
  return { sinceUs, counts: batch.completeThroughUs >= sinceUs };
}

/**
 * Whether what a fold tells of a group now is of now: it has judged the group up to about this moment, so far as a silent site may hold it
 * back. Else it goes through what an agent kept, and its news are hours old. @param now when it is told, collector's clock
 */
export function isTellingNow(view: VerdictsView, group: string, now: UnixMicros): boolean {
  const evidence = view.servers.flatMap((own) => (own.group === group ? [own.lastEvidenceAt ?? 0] : []));
  return now - Math.max(0, ...evidence) <= (view.silenceLimitUs[group] ?? 0) + LIVE_US;
}
