/**
 * The form of a recording: gzip over lines of JSON. The first says what it is, how it was made and what is true of it; each
 * other one is a batch as an agent sent it (its octets in base64) or a measurement of an agent's clock, in the order of
 * receipt. Lines, so that `zcat FILE | head -1` answers what a file is.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';

export const RECORDED_GROUP = 'corsham-dhcp';
/** The agent of site n is agent-n+1; the last site's is killed before the primary is. */
export const RECORDED_SITES = ['corsham', 'bath', 'london'] as const;

/** What the lab did: after one moment and before the other, wall clock, µs since 1970. */
export interface Deed {
  readonly deed: string;
  readonly part: string;
  readonly beforeUs: number;
  readonly afterUs: number;
}

export interface HeardBatch {
  readonly kind: 'batch';
  readonly agent: string;
  readonly site: string;
  readonly epoch: number;
  readonly sequence: number;
  /** Collector's clock, µs since 1970. */
  readonly receivedAt: number;
  /** A ResultBatch, base64. */
  readonly octets: string;
}

export interface HeardClock {
  readonly kind: 'clock';
  readonly agent: string;
  readonly epoch: number;
  readonly receivedAt: number;
  /** Epoch's clock, µs; agent − collector, and how wrong that may be. */
  readonly at: number;
  readonly offsetUs: number;
  readonly errorUs: number;
}

export type Heard = HeardBatch | HeardClock;

export interface RecordingTruth {
  readonly servers: { readonly primary: string; readonly standby: string };
  readonly deeds: readonly Deed[];
  readonly ratePerSecond: number;
}

export interface Recording extends RecordingTruth {
  readonly what: string;
  readonly heard: readonly Heard[];
}

const WHAT =
  'What three real agents sent to a real collector while a Kea hot-standby pair (production size, heartbeat 10 s, max-response 60 s) lost its primary to kill -9 and had it back. Made by test/recordings/record-failover.ts; "deeds" are the lab\'s own times.';

export function writeRecording(path: string, truth: RecordingTruth, heard: readonly Heard[]): void {
  const lines = [{ what: WHAT, ...truth }, ...heard].map((line) => JSON.stringify(line));
  writeFileSync(path, gzipSync(lines.join('\n'), { level: 9 }));
}

export function readRecording(path: string): Recording {
  const [head = '{}', ...lines] = gunzipSync(readFileSync(path)).toString().split('\n');
  const heard = lines.map((line) => JSON.parse(line) as Heard);
  return { ...(JSON.parse(head) as RecordingTruth & { what: string }), heard };
}
