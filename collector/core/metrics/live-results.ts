/**
 * Which results of a batch are news. A counter that says "now" must not rise by what an agent kept through an outage: `rate()`
 * would show a burst that never was. So a result counts when it came within its drop time and a little more of its sending,
 * by the agent's clock as it was measured.
 */
import type { Live } from '../../../shared/core/metrics/exchange-counts.ts';
import type { BatchEntry } from '../log-entry.ts';
import type { ClockTrack } from '../verdicts/clock-track.ts';
import { placement } from '../verdicts/intake.ts';
import { LIVE_US } from './limits.ts';

/** @param track the clock of the batch's agent, as the log tells it */
export function liveOf({ batch, receivedAt }: BatchEntry, track: ClockTrack): Live {
  const { place } = placement(batch, track);
  // Collector time less the epoch's: the same for all of a batch.
  const sinceUs = receivedAt - batch.dropTimeUs - LIVE_US - place(0);
  return { sinceUs, counts: batch.completeThroughUs >= sinceUs };
}
