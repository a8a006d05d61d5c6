/**
 * An agent's clock against the collector's, over time: offset samples per epoch, interpolated, so that a batch spooled in
 * an outage is placed by the samples on both sides of it. Error grows with the distance to the nearest sample (drift).
 *
 * Samples that arrive later do not move what was folded before: they are milliseconds apart within the drift allowance,
 * and refolding history for them would turn every sample into a rewrite.
 */
import { CLOCK_DRIFT, CLOCK_SAMPLES_KEPT, CLOCK_UNKNOWN_ERROR_US } from './limits.ts';

/** One sample: agent − collector at `at` (agent's wall clock: anchor + monotonic), all µs. */
export interface ClockSample {
  readonly epoch: number;
  readonly at: number;
  readonly offset: number;
  readonly error: number;
}

/** Samples of one agent ordered by (epoch, at). */
export type ClockTrack = ClockSample[];

const before = (a: ClockSample, b: ClockSample): boolean => a.epoch < b.epoch || (a.epoch === b.epoch && a.at < b.at);

/** Adds a sample in its place, once. When there are too many, every second one of the older half goes. */
export function addSample(track: ClockTrack, sample: ClockSample, most = CLOCK_SAMPLES_KEPT): void {
  let i = track.length;
  while (i > 0 && before(sample, track[i - 1] as ClockSample)) i--;
  const last = track[i - 1];
  if (last?.epoch === sample.epoch && last.at === sample.at) return;
  track.splice(i, 0, sample);
  if (track.length <= most) return;
  const older = track.splice(0, track.length >> 1);
  track.unshift(...older.filter((_, n) => n % 2 === 0));
}

/** Forgets samples from before a moment (collector's clock, µs), but for the newest of them in each epoch. */
export function forgetSamples(track: ClockTrack, before: number): void {
  const isRecent = (own: ClockSample): boolean => own.at - own.offset >= before;
  const stays = track.filter((own, i) => {
    const next = track[i + 1];
    return isRecent(own) || next === undefined || next.epoch !== own.epoch || isRecent(next);
  });
  if (stays.length < track.length) track.splice(0, track.length, ...stays);
}

/** What the offset was, and how well that is known (µs). */
export interface Offset {
  readonly offset: number;
  readonly error: number;
}

const held = (sample: ClockSample, at: number): Offset => ({
  offset: sample.offset,
  error: sample.error + Math.abs(at - sample.at) * CLOCK_DRIFT,
});

function between(a: ClockSample, b: ClockSample, at: number): Offset {
  const share = b.at === a.at ? 0 : (at - a.at) / (b.at - a.at);
  const distance = Math.min(at - a.at, b.at - at);
  return {
    offset: a.offset + share * (b.offset - a.offset),
    error: Math.max(a.error, b.error) + distance * CLOCK_DRIFT,
  };
}

/** @param at agent's wall clock, µs @returns offset interpolated within the epoch, else from the nearest sample of another */
export function offsetAt(track: ClockTrack, epoch: number, at: number): Offset {
  let low: ClockSample | null = null;
  let high: ClockSample | null = null;
  for (let i = track.length - 1; i >= 0; i--) {
    const sample = track[i] as ClockSample;
    if (sample.epoch !== epoch) continue;
    if (sample.at > at) high = sample;
    else {
      low = sample;
      break;
    }
  }
  if (low && high) return between(low, high, at);
  const own = low ?? high;
  if (own) return held(own, at);
  return nearest(track, at) ?? { offset: 0, error: CLOCK_UNKNOWN_ERROR_US };
}

/** Another epoch's clock was the same crystal, but may have been stepped since: the step shows as no more than this error. */
function nearest(track: ClockTrack, at: number): Offset | null {
  let best: ClockSample | null = null;
  for (const sample of track) if (!best || Math.abs(sample.at - at) < Math.abs(best.at - at)) best = sample;
  if (!best) return null;
  const { offset, error } = held(best, at);
  return { offset, error: error + CLOCK_UNKNOWN_ERROR_US / 10 };
}
