/**
 * An agent's clock against the collector's, over time: offset samples per epoch, interpolated, so that a batch spooled in
 * an outage is placed by the samples on both sides of it. Error grows with the distance to the nearest sample (drift).
 *
 * What is placed must not depend on when it came, or results that come late would stand elsewhere than they would have in
 * time. So a moment is placed by a sample that had come in by then, though a better one may have followed. Rejected:
 * interpolation always; every late batch would differ from one in time by microseconds, and rewrite history for them.
 */
import type { ClockEntry } from '../log-entry.ts';
import {
  CLOCK_DRIFT,
  CLOCK_SAMPLES_KEPT,
  CLOCK_SETTLED_US,
  CLOCK_TRACKED_US,
  CLOCK_UNKNOWN_ERROR_US,
} from './limits.ts';

/** One sample: agent − collector at `at` (agent's wall clock: anchor + monotonic), all µs. */
export interface ClockSample {
  readonly epoch: number;
  readonly at: number;
  readonly offset: number;
  readonly error: number;
}

/** A log's sample as a track keeps it. */
export const sampleOf = ({ epoch, anchor, at, offsetUs: offset, errorUs: error }: ClockEntry): ClockSample => ({
  epoch,
  at: anchor + at,
  offset,
  error,
});

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

/**
 * @param at agent's wall clock, µs
 * @returns by the last sample that had surely come in by then; where there was none for long, interpolated within the epoch;
 *   in an epoch without samples, by those of its neighbours
 */
export function offsetAt(track: ClockTrack, epoch: number, at: number): Offset {
  let low: ClockSample | null = null;
  let high: ClockSample | null = null;
  for (let i = track.length - 1; i >= 0; i--) {
    const sample = track[i] as ClockSample;
    if (sample.epoch !== epoch) continue;
    if (sample.at <= at - CLOCK_SETTLED_US) {
      low = sample;
      break;
    }
    high = sample;
  }
  if (low && at - low.at <= CLOCK_TRACKED_US) return held(low, at);
  if (low && high && high.at > at) return between(low, high, at);
  const own = high ?? low;
  if (own) return held(own, at);
  return ofNeighbours(track, epoch, at);
}

/** Other epochs' clock was the same crystal, but may have been stepped between: when they differ, it may be either's. */
function ofNeighbours(track: ClockTrack, epoch: number, at: number): Offset {
  const low = track.findLast((sample) => sample.epoch < epoch);
  const high = track.find((sample) => sample.epoch > epoch);
  const best = low && high ? (at - low.at <= high.at - at ? low : high) : (low ?? high);
  if (!best) return { offset: 0, error: CLOCK_UNKNOWN_ERROR_US };
  const { offset, error } = held(best, at);
  const apart = low && high ? Math.abs(low.offset - high.offset) : 0;
  return { offset, error: error + CLOCK_UNKNOWN_ERROR_US / 10 + apart };
}

/** Whether an epoch's clock was measured at all. */
export const isMeasured = (track: ClockTrack, epoch: number): boolean => track.some((own) => own.epoch === epoch);
