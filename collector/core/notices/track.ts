/**
 * A track: what was seen at one place, in order of event time, and the reading of it. Observations that no longer fit are read
 * into the state before the others (`base`); what they said then stands for good, and what is older than they are comes too late.
 *
 * Reading goes on from the last one as long as observations come in order, and from the base when one does not.
 */
import type { Around, Kind, Observation, Place, Saying } from './notice-kind.ts';

/** Plain JSON but for `reading`, which is made anew after a restart. */
export interface Track {
  readonly kind: string;
  readonly place: Place;
  base: unknown;
  /** Everything up to this moment (µs) is in `base`. */
  floor: number;
  seen: Observation<unknown>[];
  reading: Reading | null;
}

/** What a track's observations say. */
export interface Reading {
  state: unknown;
  readonly said: Map<string, Saying>;
}

type AnyKind = Kind<unknown, unknown>;
/** All of Around but what a reading makes itself. */
export type Surroundings = Omit<Around, 'say'>;

const isBefore = (a: Observation<unknown>, b: Observation<unknown>): boolean =>
  a.at < b.at || (a.at === b.at && a.name < b.name);

/** Puts an observation in its place. @returns false when it is older than what can still be read */
export function addSeen(track: Track, kind: AnyKind, seen: Observation<unknown>, around: Surroundings): boolean {
  if (seen.at <= track.floor) return false;
  let i = track.seen.length;
  while (i > 0 && isBefore(seen, track.seen[i - 1] as Observation<unknown>)) i--;
  const last = track.seen[i - 1];
  if (last?.name === seen.name && last.at === seen.at) return true;
  track.seen.splice(i, 0, seen);
  if (i < track.seen.length - 1) track.reading = null;
  else if (track.reading) readOn(track.reading, kind, [seen], around);
  return true;
}

/** What a track says now, with what follows from the time since. */
export function sayings(track: Track, kind: AnyKind, around: Surroundings): ReadonlyMap<string, Saying> {
  const { state, said } = readingOf(track, kind, around);
  if (kind.end === undefined) return said;
  const all = new Map(said);
  kind.end(state, { ...around, say: (saying) => all.set(idOf(saying), saying) });
  return all;
}

/** The state that a track's observations end in. */
export const readingOf = (track: Track, kind: AnyKind, around: Surroundings): Reading => {
  track.reading ??= readOn({ state: track.base, said: new Map() }, kind, track.seen, around);
  return track.reading;
};

const idOf = ({ kind, topic, name }: Saying): string => JSON.stringify([kind, topic, name]);

function readOn(reading: Reading, kind: AnyKind, seen: readonly Observation<unknown>[], around: Surroundings): Reading {
  const asked: Around = { ...around, say: (saying) => reading.said.set(idOf(saying), saying) };
  for (const one of seen) reading.state = kind.step(reading.state, one, asked);
  return reading;
}

/** Reads all but the newest `most` observations into the base. @returns how many */
export function shorten(track: Track, kind: AnyKind, most: number, around: Surroundings): number {
  let cut = track.seen.length - most;
  const at = track.seen[cut - 1]?.at;
  if (at === undefined) return 0;
  while (cut < track.seen.length - 1 && track.seen[cut]?.at === at) cut++;
  const gone = track.seen.splice(0, cut);
  track.base = readOn({ state: track.base, said: new Map() }, kind, gone, around).state;
  track.floor = at;
  track.reading = null;
  return gone.length;
}
