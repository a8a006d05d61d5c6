/**
 * The agents' clocks as the log tells them, for whoever reads stored batches outside the fold (export, a report's counts):
 * every printed time is collector time, and by the same interpolation as in the verdicts.
 */
import type { ResultBatch } from '../../../shared/core/batch.ts';
import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import type { ClockEntry } from '../log-entry.ts';
import { addSample, type ClockTrack, offsetAt, sampleOf } from '../verdicts/clock-track.ts';
import { AGENTS_MAX } from './limits.ts';

/** What tells the agent's clock that a time in a batch (or a loss) is by. */
export type EpochClock = Pick<ResultBatch, 'agent' | 'epoch' | 'anchor'>;

export interface BatchClocks {
  add(entry: ClockEntry): void;
  /** When something happened, by the collector's clock. */
  correct(batch: EpochClock, momentUs: number): UnixMicros;
  /** agent − collector at that moment, µs; null when the agent's clock was never measured. */
  offset(batch: EpochClock, momentUs: number): number | null;
  /** How wrong that may be, µs; null as above. */
  error(batch: EpochClock, momentUs: number): number | null;
}

/** @param tracks the agents' clocks, by agent; a caller that gives its own may keep and extend them */
export function createBatchClocks(tracks = new Map<string, ClockTrack>()): BatchClocks {
  const offset = (batch: EpochClock, momentUs: number): number | null => {
    const track = tracks.get(batch.agent);
    return track === undefined ? null : Math.round(offsetAt(track, batch.epoch, batch.anchor + momentUs).offset);
  };
  return {
    add: (entry) => addTo(tracks, entry),
    correct: (batch, momentUs) => unixMicros(batch.anchor + momentUs - (offset(batch, momentUs) ?? 0)),
    offset,
    error: (batch, momentUs) => {
      const track = tracks.get(batch.agent);
      return track === undefined ? null : offsetAt(track, batch.epoch, batch.anchor + momentUs).error;
    },
  };
}

/** Adds a sample to its agent's track; agents beyond AGENTS_MAX are left out. */
export function addTo(tracks: Map<string, ClockTrack>, entry: ClockEntry): void {
  const track = tracks.get(entry.agent) ?? [];
  if (track.length === 0 && tracks.size >= AGENTS_MAX) return;
  tracks.set(entry.agent, track);
  addSample(track, sampleOf(entry));
}
