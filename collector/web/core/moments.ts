/**
 * The API's times as numbers: RFC 3339 UTC with microseconds becomes µs since 1970, which a double holds exactly. A Date
 * would cut them to milliseconds, and brackets with them.
 */

import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import { daysFromCivil } from '../../core/answers/clock-text.ts';

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/;
const SECONDS_CHARS = 20;
const DIGIT_ZERO = 48;

/** The number that stands between two places of a text of which it is known that digits stand there. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let n = from; n < to; n += 1) value = value * 10 + text.charCodeAt(n) - DIGIT_ZERO;
  return value;
}

/** @returns µs since 1970, or null where it is no RFC 3339 moment in UTC */
export function microsOf(text: string): UnixMicros | null {
  if (!MOMENT.test(text)) return null;
  const days = daysFromCivil({ year: digits(text, 0, 4), month: digits(text, 5, 7), day: digits(text, 8, 10) });
  const clock = digits(text, 11, 13) * 3600 + digits(text, 14, 16) * 60 + digits(text, 17, 19);
  const places = Math.max(0, text.length - 1 - SECONDS_CHARS);
  const fraction = digits(text, SECONDS_CHARS, SECONDS_CHARS + places) * 10 ** (6 - places);
  return unixMicros((days * 86_400 + clock) * 1e6 + fraction);
}

/** What people typed stays as they typed it. */
const TYPED: ReadonlySet<string> = new Set(['text', 'evidence', 'actor', 'ref', 'detail']);

const DATE_CHARS = 10;

/** A month of a fleet is some hundred thousand texts: what has no T behind its date is not looked at any closer. */
const isLike = (text: string): boolean => text.length > DATE_CHARS && text[DATE_CHARS] === 'T';

/**
 * A document of the API: whatever is exactly a moment is one, whatever its key, so that new keys need no list here. Its own
 * walk, since JSON.parse with a reviver takes five times as long.
 */
export const parseAnswer = (json: string): unknown => revived(JSON.parse(json));

function revived(value: unknown): unknown {
  if (typeof value === 'string') return isLike(value) ? (microsOf(value) ?? value) : value;
  if (Array.isArray(value)) return value.map(revived);
  return typeof value === 'object' && value !== null ? revivedMembers(value as Record<string, unknown>) : value;
}

/** Nobody else has the object yet, so that it is changed where it is. */
function revivedMembers(members: Record<string, unknown>): object {
  for (const key in members) if (!TYPED.has(key)) members[key] = revived(members[key]);
  return members;
}
