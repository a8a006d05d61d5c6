/**
 * How far the log has been written to InfluxDB, on disk: the cursor, which moves only when InfluxDB has acknowledged all before
 * it, and the agents' clock tracks, which placing needs and which are too large to be written with every move. Both are
 * replaced by rename, flushed. Without them everything is written again, to the same points.
 */
import type { ClockTrack } from '../core/verdicts/clock-track.ts';
import { readJson, replaceJson } from './json-file.ts';

/** Plain JSON. */
export interface InfluxCursor {
  readonly version: 1;
  /** Where it was written to: another place begins from the start of the log. */
  readonly url: string;
  readonly database: string;
  /** The first position that is not in InfluxDB. */
  readonly next: number;
  /** When the entry before it was received, µs; 0: none was. */
  readonly receivedAt: number;
  /** Event time through which windows may have been written, µs: a block beyond it is empty. */
  readonly furthest: number;
  /** Points set aside, exchanges too late for their window, entries pruned before they were read: since the log began. */
  readonly setAside: number;
  readonly tooLate: number;
  readonly missed: number;
}

/** The clock tracks with every sample before a position. */
export interface StoredTracks {
  readonly version: 1;
  readonly next: number;
  readonly tracks: readonly (readonly [string, ClockTrack])[];
}

export interface InfluxCursorStore {
  /** null: there is none, or none that can be read (`problem` says why). */
  load(): Promise<{
    readonly cursor: InfluxCursor | null;
    readonly tracks: StoredTracks | null;
    readonly problem: Error | null;
  }>;
  /** Resolves when it is on disk. */
  saveCursor(cursor: InfluxCursor): Promise<void>;
  saveTracks(tracks: StoredTracks): Promise<void>;
}

/** @param state the collector's state directory */
export function createInfluxCursorStore(state: string): InfluxCursorStore {
  const [cursorPath, tracksPath] = [`${state}/influx-cursor.json`, `${state}/influx-clocks.json`];
  return {
    load: async () => {
      const cursor = await readJson<InfluxCursor>(cursorPath);
      const tracks = await readJson<StoredTracks>(tracksPath);
      return { cursor: cursor.value, tracks: tracks.value, problem: cursor.problem ?? tracks.problem };
    },
    saveCursor: (cursor) => replaceJson(cursorPath, cursor),
    saveTracks: (tracks) => replaceJson(tracksPath, tracks),
  };
}
