/**
 * Times as a person types them: RFC 3339, local "11:30" and "11:30:15" (today), "2026-03-01 11:30", "-2h", "yesterday",
 * "today", "now". The zone and the present are arguments.
 *
 * A local clock time that is still to come today means yesterday's: reports are about what has been. Of a plan (`ahead`) it is
 * the next one.
 */
import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import type { Parsed } from '../config/values.ts';
import { type ClockReading, DAY_US, localMoment, utcMoment } from '../local-moment.ts';
import { daysFromCivil, localDate } from './clock-text.ts';

export interface Present {
  readonly now: UnixMicros;
  /** IANA name of the reader's zone. */
  readonly zone: string;
  /** Plans: a clock time is the next one, and +2h is understood. */
  readonly ahead?: boolean;
}

const UNIT_US: Readonly<Record<string, number>> = { s: 1e6, m: 60e6, min: 60e6, h: 3600e6, d: DAY_US, w: 7 * DAY_US };

const EXPECTED =
  'expected RFC 3339 (2026-03-01T11:30:15Z), local time (11:30, 11:30:15, "2026-03-01 11:30"), -2h, today or yesterday';

/** @returns µs since 1970, or what was expected */
export function parseTime(text: string, present: Present): Parsed<UnixMicros> {
  const trimmed = text.trim();
  const found =
    parseWordTime(trimmed, present) ??
    parseRelative(trimmed, present) ??
    parseClock(trimmed, present) ??
    parseDateTime(trimmed, present);
  if (found === null) return { ok: false, problem: `"${text}" is not a time; ${EXPECTED}` };
  return { ok: true, value: unixMicros(found) };
}

/** @returns the zone's IANA name, or what was expected */
export function parseZone(text: string): Parsed<string> {
  try {
    return { ok: true, value: new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone };
  } catch {
    return { ok: false, problem: `"${text}" is not a time zone; expected Europe/London, UTC or the like` };
  }
}

function parseWordTime(text: string, { now, zone }: Present): number | null {
  if (text === 'now') return now;
  const today = localDate(now, zone);
  if (text === 'today') return localMoment(today, [0, 0, 0], zone);
  // From noon, 24 hours back is yesterday in every zone, whatever daylight saving did.
  const noon = localMoment(today, [12, 0, 0], zone);
  return text === 'yesterday' ? localMoment(localDate(unixMicros(noon - DAY_US), zone), [0, 0, 0], zone) : null;
}

function parseRelative(text: string, { now, ahead }: Present): number | null {
  const match = /^([+-])\s*(\d+(?:\.\d+)?)\s*(s|min|m|h|d|w)(?:\s*ago)?$/.exec(text);
  const unit = UNIT_US[match?.[3] ?? ''];
  const isLater = match?.[1] === '+';
  if (match === null || unit === undefined || isLater !== (ahead ?? false)) return null;
  return Math.round(now + (isLater ? 1 : -1) * Number(match[2]) * unit);
}

function parseClock(text: string, { now, zone, ahead }: Present): number | null {
  const clock = clockOf(text);
  if (clock === null) return null;
  const today = localDate(now, zone);
  const moment = localMoment(today, clock, zone);
  if (ahead === true ? moment > now : moment <= now) return moment;
  const noon = localMoment(today, [12, 0, 0], zone);
  const other = localDate(unixMicros(noon + (ahead === true ? DAY_US : -DAY_US)), zone);
  return localMoment(other, clock, zone);
}

/** "2026-03-01 11:30" by a zone's clock, or RFC 3339; a date alone is its midnight. @returns µs, or null when it is neither */
export function parseDateTime(text: string, { zone }: Pick<Present, 'zone'>): number | null {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ]([\d:.]+)(Z|[+-]\d{2}:\d{2})?)?$/i.exec(text);
  const [date, clockText, offset] = [match?.[1], match?.[2], match?.[3]];
  if (date === undefined || !isDate(date)) return null;
  const clock = clockText === undefined ? ([0, 0, 0] as const) : clockOf(clockText);
  if (clock === null) return null;
  if (offset === undefined) return localMoment(date, clock, zone);
  return utcMoment(date, clock) - offsetUs(offset);
}

/** "9:30" or "09:30:15.5"; null: no reading of a clock. */
export function clockOf(text: string): ClockReading | null {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,9})?))?$/.exec(text);
  if (match === null) return null;
  const clock: ClockReading = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  return clock[0] < 24 && clock[1] < 60 && clock[2] < 61 ? clock : null;
}

function isDate(date: string): boolean {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  if (month < 1 || month > 12 || day < 1) return false;
  const next = month === 12 ? { year: year + 1, month: 1, day: 1 } : { year, month: month + 1, day: 1 };
  return day <= daysFromCivil(next) - daysFromCivil({ year, month, day: 1 });
}

function offsetUs(offset: string): number {
  if (/^z$/i.test(offset)) return 0;
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  return (offset.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60) * 1e6;
}
