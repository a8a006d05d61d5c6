/**
 * The API's times as numbers: RFC 3339 UTC with microseconds becomes µs since 1970, which a double holds exactly. A Date
 * would cut them to milliseconds, and brackets with them.
 */

import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import { daysFromCivil } from '../../core/answers/clock-text.ts';

const MOMENT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?Z$/;

/** @returns µs since 1970, or null where it is no RFC 3339 moment in UTC */
export function microsOf(text: string): UnixMicros | null {
  const match = MOMENT.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, ...number[]];
  const days = daysFromCivil({ year, month: month ?? 1, day: day ?? 1 });
  const seconds = days * 86_400 + (hour ?? 0) * 3600 + (minute ?? 0) * 60 + (second ?? 0);
  return unixMicros(seconds * 1e6 + Number((match[7] ?? '').padEnd(6, '0')));
}

/** What people typed stays as they typed it. */
const TYPED: ReadonlySet<string> = new Set(['text', 'evidence', 'actor', 'ref', 'detail']);

const DATE_CHARS = 10;

/** A month of a fleet is some hundred thousand texts: what has no T behind its date is not looked at any closer. */
const isLike = (text: string): boolean => text.length > DATE_CHARS && text[DATE_CHARS] === 'T';

/** For JSON.parse: whatever is exactly a moment is one, whatever its key, so that new keys need no list here. */
export const reviveMoment = (key: string, value: unknown): unknown =>
  typeof value === 'string' && isLike(value) && !TYPED.has(key) ? (microsOf(value) ?? value) : value;
