/**
 * Moments and durations as text: RFC 3339 UTC with microseconds for programs, local time for people, "5m 51s" for spans.
 * Own calendar arithmetic (proleptic Gregorian, days from civil) because a Date holds milliseconds only and core has none.
 */
import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';

const DAY_US = 86_400_000_000;

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

interface Civil {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Days since 1970-01-01 → date. Years are counted from March, so that the leap day ends one. */
function civilFromDays(days: number): Civil {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** Date → days since 1970-01-01; the inverse of the above. */
export function daysFromCivil({ year, month, day }: Civil): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The clock and date that a moment shows in UTC, as text parts. */
function utcParts(at: number): { readonly date: string; readonly clock: string; readonly micros: string } {
  const days = Math.floor(at / DAY_US);
  const us = Math.floor(at - days * DAY_US);
  const { year, month, day } = civilFromDays(days);
  const seconds = Math.floor(us / 1e6);
  return {
    date: `${pad(year, 4)}-${pad(month)}-${pad(day)}`,
    clock: `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`,
    micros: pad(us % 1e6, 6),
  };
}

/** "2026-03-01T11:36:06.123456Z" */
export function rfc3339(at: UnixMicros): string {
  const { date, clock, micros } = utcParts(at);
  return `${date}T${clock}.${micros}Z`;
}

/** Formatters cost a hundred times what they do; bounded by the zones that one program is asked for. */
const formatters = new Map<string, Intl.DateTimeFormat>();
const FORMATTERS_MAX = 16;

function formatterFor(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  if (formatters.size >= FORMATTERS_MAX) formatters.clear();
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(zone, made);
  return made;
}

/** How far a zone's clock is ahead of UTC at a moment, µs. Unknown zones count as UTC. */
export function zoneOffsetUs(at: UnixMicros, zone: string): number {
  const parts = formatterFor(zone).formatToParts(Math.floor(at / 1000));
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const days = daysFromCivil({ year: part('year'), month: part('month'), day: part('day') });
  const local = days * DAY_US + (part('hour') * 3600 + part('minute') * 60 + part('second')) * 1e6;
  return local - Math.floor(at / 1e6) * 1e6;
}

/** "11:36:06" in a zone, rounded to the second; with `date` "2026-03-01 11:36:06", with `tenths` "11:36:06.4". */
export function localTime(at: UnixMicros, zone: string, { date = false, tenths = false } = {}): string {
  const step = tenths ? 1e5 : 1e6;
  const rounded = unixMicros(Math.round(at / step) * step);
  const parts = utcParts(rounded + zoneOffsetUs(rounded, zone));
  const clock = tenths ? `${parts.clock}.${parts.micros.slice(0, 1)}` : parts.clock;
  return date ? `${parts.date} ${clock}` : clock;
}

/** When a row stands, as far as its tenths matter: a verdict has a bracket, a mark has none. */
type Placed = { readonly at: UnixMicros; readonly earliest: UnixMicros | null; readonly latest: UnixMicros | null };

/** Whether a moment is known to better than a second; a mark, when it was not given to the whole second. */
export function isSharp({ at, earliest, latest }: Placed): boolean {
  return earliest === null || latest === null ? at % 1e6 !== 0 : latest - earliest < 1e6;
}

/** The date that a moment has in a zone, "2026-03-01". */
export function localDate(at: UnixMicros, zone: string): string {
  return utcParts(at + zoneOffsetUs(at, zone)).date;
}

/** "5m 51s", "51s", "1h 0m 3s", "2d 4h"; below ten seconds one decimal, "4.2s". */
export function elapsedText(ms: number): string {
  if (ms < 0) return `-${elapsedText(-ms)}`;
  if (Math.round(ms / 100) < 100) return ms % 1000 === 0 ? `${ms / 1000}s` : `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days}d ${hours}h`;
  if (hours > 0) return `${hours}h ${minutes}m ${seconds % 60}s`;
  return minutes > 0 ? `${minutes}m ${seconds % 60}s` : `${seconds}s`;
}

/** A length with tenths as far as they mean something: "51.3s", "5m 51.3s". */
export function lengthText(ms: number): string {
  const tenths = Math.round(ms / 100);
  const seconds = (tenths % 600) / 10;
  const minutes = Math.floor(tenths / 600);
  return minutes === 0
    ? `${seconds.toFixed(1)}s`
    : `${elapsedText(minutes * 60_000).replace(/ 0s$/, '')} ${seconds.toFixed(1)}s`;
}

/** The time between two rows: "3.8s" below a minute when both moments are sharp, else whole seconds, "5m 51s". */
export function stepText(ms: number, sharp: boolean): string {
  return sharp && Math.round(ms / 100) < 600 ? lengthText(ms) : elapsedText(Math.round(ms / 1000) * 1000);
}

/** "± 0.05s": the half width of what is not known. */
export function uncertaintyText(ms: number): string {
  return `± ${(ms / 1000).toFixed(ms < 995 ? 2 : 1)}s`;
}
