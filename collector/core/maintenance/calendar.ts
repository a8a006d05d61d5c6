/**
 * When a window of the YAML is: once, or each week by the clock of a zone. "02:00 to 04:00 on Sundays" is two hours, but one or
 * three in the nights when the clock changes; "02:00 for 2h" is two hours in every night.
 *
 * Rejected: seconds since Monday, with an offset. Half of the year it would be an hour off, which is when nobody looks.
 */
import type { MaintenanceConfig, MaintenanceTimes } from '../config/config.ts';
import { DAY_US, localDay, momentOfReading } from '../local-moment.ts';
import type { Span } from './planned.ts';

export interface Calendar {
  /** Every occurrence that touches a span, oldest first; the end of an occurrence is no part of it. */
  touching(span: Span): readonly Span[];
  /** The one that lasts at a moment, or begins next; null: none is left. */
  next(at: number): Span | null;
}

const WEEK_DAYS = 7;
/** Days whose occurrence is remembered: what is asked for lies close together, and a zone's clock costs 50 µs. */
const DAYS_KEPT = 4096;

type Weekly = Extract<MaintenanceTimes, { readonly kind: 'weekly' }>;

export function createCalendar({ times, zone }: Pick<MaintenanceConfig, 'times' | 'zone'>): Calendar {
  if (times.kind === 'once') return onceCalendar({ from: times.from, to: times.until });
  return weeklyCalendar(times, zone ?? 'UTC');
}

const touches = (one: Span, { from, to }: Span): boolean => one.from <= to && one.to > from;

const onceCalendar = (one: Span): Calendar => ({
  touching: (span) => (touches(one, span) ? [one] : []),
  next: (at) => (one.to > at ? one : null),
});

function weeklyCalendar(times: Weekly, zone: string): Calendar {
  const known = new Map<number, Span | null>();
  const spanOf = (day: number): Span | null => {
    const found = known.get(day);
    if (found !== undefined) return found;
    if (known.size >= DAYS_KEPT) known.clear();
    const made = occurrence(times, zone, day);
    known.set(day, made);
    return made;
  };
  const between = (first: number, last: number): readonly Span[] =>
    Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => spanOf(first + i) ?? []).flat();
  // One day more for what an hour of summer time moves over midnight.
  const reach = 1 + Math.ceil((times.lengthMs ?? 0) / (DAY_US / 1000) || 1);
  // UTC's days will do: no zone is a day away, and a day too many is looked at and left.
  const touching = (span: Span): readonly Span[] =>
    between(Math.floor(span.from / DAY_US) - reach, Math.floor(span.to / DAY_US) + 1).filter((one) =>
      touches(one, span),
    );
  return {
    touching,
    next: (at) => {
      const today = localDay(at, zone);
      return between(today - reach, today + WEEK_DAYS + 1).find((one) => one.to > at) ?? null;
    },
  };
}

/** 0 = Monday; 1970-01-01 was a Thursday. */
const weekday = (day: number): number => (day + 3) % WEEK_DAYS;

/** The occurrence that begins on a day of the zone's calendar; null: none does, or the clock leaves it out. */
function occurrence({ days, fromMinute, untilMinute, lengthMs }: Weekly, zone: string, day: number): Span | null {
  if (!days.includes(weekday(day))) return null;
  const reading = (onDay: number, minute: number): number => momentOfReading(onDay * DAY_US + minute * 60e6, zone);
  const from = reading(day, fromMinute);
  if (untilMinute === null) return { from, to: from + (lengthMs ?? 0) * 1000 };
  const to = reading(untilMinute > fromMinute ? day : day + 1, untilMinute);
  return to > from ? { from, to } : null;
}
