/**
 * Moments as the page tells them: in the viewer's zone, as short as the reader can do with, and in full (UTC, microseconds)
 * for whoever points at them.
 */

import type { UnixMicros } from '../../../shared/core/units.ts';
import { elapsedText, isSharp, localDate, localTime, rfc3339, uncertaintyText } from '../../core/answers/clock-text.ts';

/** Whose clock and calendar: the viewer's zone, the collector's present. */
export interface Viewer {
  /** IANA name. */
  readonly zone: string;
  /** "BST", "CET", "GMT+5:30". */
  readonly zoneName: string;
  readonly now: UnixMicros;
}

/** "11:36:06", with the date unless it is today's. */
export function momentText(at: UnixMicros, { zone, now }: Viewer, { tenths = false } = {}): string {
  return localTime(at, zone, { date: localDate(at, zone) !== localDate(now, zone), tenths });
}

/** "2m ago", "just now", "in 4m": coarse, one unit, since it stands beside the time itself. */
export function agoText(at: UnixMicros, now: UnixMicros): string {
  const seconds = Math.round((now - at) / 1e6);
  if (Math.abs(seconds) < 2) return 'just now';
  return seconds < 0 ? `in ${coarseText(-seconds)}` : `${coarseText(seconds)} ago`;
}

/** "42s", "17m", "5h", "12d". */
function coarseText(seconds: number): string {
  if (seconds < 100) return `${seconds}s`;
  if (seconds < 6000) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

type Bracketed = {
  readonly at: UnixMicros;
  readonly earliest: UnixMicros | null;
  readonly latest: UnixMicros | null;
};

/** "11:36:06.4 ± 0.15s" where it is known that well, "11:36:06" where it is not. */
export function bracketText(row: Bracketed, viewer: Viewer): string {
  const time = momentText(row.at, viewer, { tenths: isSharp(row) });
  return row.earliest === null || row.latest === null
    ? time
    : `${time} ${uncertaintyText((row.latest - row.earliest) / 2000)}`;
}

/** The whole of it: "2026-03-01T11:36:06.123456Z", with its bracket on a line of its own. */
export function utcText({ at, earliest, latest }: Bracketed): string {
  const moment = rfc3339(at);
  return earliest === null || latest === null
    ? moment
    : `${moment}\nbetween ${rfc3339(earliest)}\nand ${rfc3339(latest)}`;
}

/** How long from one moment to another: "5m 51s". */
export const spanText = (since: UnixMicros, until: UnixMicros): string => elapsedText((until - since) / 1000);
