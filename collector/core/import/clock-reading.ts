/**
 * What a written date stands for in time. A clock without a zone is read in the importer's; where clocks were put back it stands
 * for two moments, and the order of the log decides which, since a loop's dates only go on. What was decided is said.
 */
import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import { daysFromCivil, rfc3339, zoneOffsetUs } from '../answers/clock-text.ts';
import type { DateText, EpochText } from './date-text.ts';
import { ZONE_HOURS } from './zone-hours.ts';

/** How dates are read. */
export interface ReadingOptions {
  /** IANA name of the zone of dates that have none. */
  readonly zone: string;
  /** The importer's present: a date without a year is the latest that is not after it. */
  readonly now: UnixMicros;
}

/** A date with every moment that it can stand for, ascending; usually one. */
export interface ClockReading {
  readonly moments: readonly UnixMicros[];
  readonly resolutionUs: number;
  /** What had to be assumed; null: nothing. */
  readonly note: string | null;
}

const DAY_US = 86_400_000_000;
const HOUR_US = 3_600_000_000;
/** A log may be ahead of the importer's clock by as much as a zone that was guessed wrong. */
const AHEAD_US = DAY_US;

/** 29 February may be this many years back. */
const LEAP_YEARS_APART = 8;

/** @returns what a date can stand for; an impossible date (31 February) has no moment */
export function readClock(date: DateText | EpochText, options: ReadingOptions): ClockReading {
  const { resolutionUs } = date;
  if ('epochUs' in date) return { moments: [unixMicros(date.epochUs)], resolutionUs, note: null };
  if (date.year !== null) return inYear(date, date.year, options);
  const thisYear = Number(rfc3339(options.now).slice(0, 4));
  for (let year = thisYear + 1; year > thisYear - LEAP_YEARS_APART; year--) {
    const reading = inYear(date, year, options);
    const first = reading.moments[0];
    if (first !== undefined && first <= options.now + AHEAD_US) {
      return { ...reading, note: reading.note ?? `no year is written; read as ${year}` };
    }
  }
  return { moments: [], resolutionUs, note: null };
}

function inYear(date: DateText, year: number, options: ReadingOptions): ClockReading {
  const { month, day, clockUs, resolutionUs, zone } = date;
  const days = daysFromCivil({ year, month, day });
  const next = month === 12 ? { year: year + 1, month: 1, day: 1 } : { year, month: month + 1, day: 1 };
  if (days >= daysFromCivil(next)) return { moments: [], resolutionUs, note: null };
  const local = days * DAY_US + clockUs;
  if (zone === null) return { resolutionUs, ...inZone(local, options.zone) };
  const offset = writtenOffsetUs(zone, local, options.zone);
  if (offset !== null) return { moments: [unixMicros(local - offset)], resolutionUs, note: null };
  const read = inZone(local, options.zone);
  return { resolutionUs, ...read, note: `the zone ${zone} is not known; read in ${options.zone}` };
}

/** Both sides of a change of clocks are tried: the offsets a day before and a day after. */
function inZone(local: number, zone: string): Pick<ClockReading, 'moments' | 'note'> {
  const offsets = [...new Set([local - DAY_US, local + DAY_US].map((at) => zoneOffsetUs(unixMicros(at), zone)))];
  const moments = offsets
    .map((offset) => unixMicros(local - offset))
    .filter((moment) => moment + zoneOffsetUs(moment, zone) === local)
    .sort((a, b) => a - b);
  if (moments.length > 0) return { moments: [...new Set(moments)], note: null };
  const skipped = unixMicros(local - (offsets[0] ?? 0));
  return { moments: [skipped], note: `clocks in ${zone} skipped that time; read as ${rfc3339(skipped)}` };
}

function writtenOffsetUs(zone: string, local: number, reading: string): number | null {
  const number = /([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (number !== null) {
    const [, sign, hours, minutes = '0'] = number;
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60e6;
  }
  const known = (ZONE_HOURS[zone] ?? []).map((hours) => hours * HOUR_US);
  const here = zoneOffsetUs(unixMicros(local - (known[0] ?? 0)), reading);
  return known.find((offset) => offset === here) ?? known[0] ?? null;
}

/**
 * Chooses one moment for each reading, in the order of the log: the earliest that does not go back. Before the first reading that
 * has but one meaning, the latest that does not go beyond it.
 * @param readings each with at least one moment
 * @returns one moment each, ascending as far as the log allows
 */
export function orderMoments(readings: readonly ClockReading[]): readonly UnixMicros[] {
  const anchor = readings.findIndex(({ moments }) => moments.length === 1);
  const chosen: UnixMicros[] = [];
  let limit = readings[anchor]?.moments[0] ?? null;
  for (let i = anchor - 1; i >= 0; i--) {
    const moments = readings[i]?.moments ?? [];
    const moment = moments.findLast((one) => limit === null || one <= limit) ?? moments[0] ?? unixMicros(0);
    chosen.unshift(moment);
    limit = moment;
  }
  for (const { moments, resolutionUs } of readings.slice(chosen.length)) {
    const before = chosen.at(-1);
    const fits = moments.find((one) => before === undefined || one + resolutionUs > before);
    chosen.push(fits ?? moments.at(-1) ?? unixMicros(0));
  }
  return chosen;
}
