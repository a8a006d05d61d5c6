/**
 * Finds a date in a line of a log, in the forms that `date` and people write: ISO, RFC 2822, the C locale's and its relatives with
 * or without zone and year, seconds since 1970. What it stands for in time is clock-reading's; this file only reads letters.
 *
 * Rejected: Date.parse, which reads a date without a zone in the zone of the machine that imports, and guesses at the rest.
 */
import { ZONE_HOURS } from './zone-hours.ts';

/** A date and clock as written. */
export interface DateText {
  /** Null where the year was not written. */
  readonly year: number | null;
  readonly month: number;
  readonly day: number;
  /** Since midnight by the clock as written, µs. */
  readonly clockUs: number;
  /** How much the last written digit stands for, µs: a minute, a second or less. */
  readonly resolutionUs: number;
  /** "Z", "+01:00", "BST"; null where none was written. */
  readonly zone: string | null;
}

/** Seconds since 1970, as `date +%s` writes them. */
export interface EpochText {
  readonly epochUs: number;
  readonly resolutionUs: number;
}

export interface FoundDate {
  readonly value: DateText | EpochText;
  /** Where it begins and ends in the line. */
  readonly from: number;
  readonly to: number;
}

const MONTHS = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const MONTH = `(?<month>${MONTHS})[a-z]*\\.?`;
const DAY_NAME = '(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,?\\s+)?';
const CLOCK =
  '(?<hour>\\d{1,2}):(?<minute>\\d{2})(?::(?<second>\\d{2})(?:[.,](?<fraction>\\d{1,9}))?)?(?:\\s*(?<half>[AP]M)\\b)?';
const OFFSET = '(?:UTC|GMT)?[+-]\\d{2}:?(?:\\d{2})?(?!\\d)';
/** Between clock and year any word is a zone; at the end only a known one, for there a name may stand. */
const ZONE_WITHIN = `(?:\\s*(?<zone>Z\\b|${OFFSET}|(?<=\\s)[A-Z]{2,5}\\b))?`;
const ZONE = `(?:\\s*(?<zone>Z\\b|${OFFSET}|(?<=\\s)(?:${Object.keys(ZONE_HOURS).join('|')})\\b))?`;
const YEAR = '(?<year>\\d{4})';

/** In the order of trying: the richer form first, so that a year is not mistaken for something else. */
const FORMS: readonly RegExp[] = [
  // 2021-02-09 11:29:46 · 2021-02-09T11:29:46.123+00:00 · 2021/02/09 11:29
  new RegExp(`${YEAR}(?<rule>[-/])(?<monthNumber>\\d{2})\\k<rule>(?<day>\\d{2})(?:[T_]|,?\\s+)${CLOCK}${ZONE}`),
  // 20210209T112946Z
  new RegExp(
    `\\b${YEAR}(?<monthNumber>\\d{2})(?<day>\\d{2})[T_-](?<hour>\\d{2})(?<minute>\\d{2})(?<second>\\d{2})${ZONE}`,
  ),
  // Tue Feb  9 11:29:46 GMT 2021 · Tue Feb  9 11:29:46 AM GMT 2021
  new RegExp(`${DAY_NAME}${MONTH}\\s+(?<day>\\d{1,2}),?\\s+${CLOCK}${ZONE_WITHIN}\\s+${YEAR}\\b`),
  // Tue, 09 Feb 2021 11:29:46 +0000 · Tue 09 Feb 2021 11:29:46 AM GMT · 9-Feb-2021 11:29:46
  new RegExp(`${DAY_NAME}\\b(?<day>\\d{1,2})[\\s-]+${MONTH}[\\s-]+${YEAR},?\\s+(?:at\\s+)?${CLOCK}${ZONE}`),
  // Tue  9 Feb 11:29:46 GMT 2021
  new RegExp(`${DAY_NAME}\\b(?<day>\\d{1,2})\\s+${MONTH}\\s+${CLOCK}${ZONE_WITHIN}\\s+${YEAR}\\b`),
  // Feb 9, 2021 11:29:46 AM
  new RegExp(`${DAY_NAME}${MONTH}\\s+(?<day>\\d{1,2}),?\\s+${YEAR},?\\s+(?:at\\s+)?${CLOCK}${ZONE}`),
  // Feb  9 11:29:46 · Tue Feb 9 11:29:46 GMT
  new RegExp(`${DAY_NAME}\\b${MONTH}\\s+(?<day>\\d{1,2}),?\\s+${CLOCK}${ZONE}`),
  new RegExp(`${DAY_NAME}\\b(?<day>\\d{1,2})\\s+${MONTH},?\\s+${CLOCK}${ZONE}`),
];

/** 2001 to 2033, with nothing but a name beside it. */
const EPOCH = /^[^\w]*(?<seconds>1\d{9})(?:\.(?<fraction>\d{1,9}))?(?=$|[^\w.])/;
/** A clock without a date, which is not enough. */
const CLOCK_ONLY = /^\W*\d{1,2}:\d{2}:\d{2}\b/;

/** No date is without one of these; most lines of a log are no dates. */
const CLOCK_LIKE = /\d:\d\d|\d[T_-]\d{6}|^[^\w]*1\d{9}/;

/** @returns the first date in the line, or null */
export function findDate(line: string): FoundDate | null {
  if (!CLOCK_LIKE.test(line)) return null;
  for (const form of FORMS) {
    const match = form.exec(line);
    const value = match === null ? null : dateOf(match.groups ?? {});
    if (match !== null && value !== null) return { value, from: match.index, to: match.index + match[0].length };
  }
  const epoch = EPOCH.exec(line);
  if (epoch === null) return null;
  const { seconds = '', fraction = '' } = epoch.groups ?? {};
  const value = { epochUs: Number(seconds) * 1e6 + fractionUs(fraction), resolutionUs: resolution(seconds, fraction) };
  return { value, from: 0, to: epoch[0].length };
}

/** Whether the line begins with a time of day that no date belongs to. */
export const isClockOnly = (line: string): boolean => CLOCK_ONLY.test(line);

type Groups = Readonly<Record<string, string | undefined>>;

function dateOf(groups: Groups): DateText | null {
  const { year, month, monthNumber, day, minute, second, fraction, zone } = groups;
  const number = month === undefined ? Number(monthNumber) : MONTHS.split('|').indexOf(month) + 1;
  const hour = hourOf(groups);
  const clock = [hour, Number(minute), Number(second ?? 0)] as const;
  if (number < 1 || number > 12 || Number(day) < 1 || Number(day) > 31) return null;
  if (clock[0] > 23 || clock[1] > 59 || clock[2] > 60) return null;
  return {
    year: year === undefined ? null : Number(year),
    month: number,
    day: Number(day),
    clockUs: (clock[0] * 3600 + clock[1] * 60 + clock[2]) * 1e6 + fractionUs(fraction ?? ''),
    resolutionUs: resolution(second, fraction ?? ''),
    zone: zone ?? null,
  };
}

/** 12 AM is midnight. */
function hourOf({ hour, half }: Groups): number {
  const written = Number(hour);
  if (half === undefined) return written;
  return (written % 12) + (half === 'PM' ? 12 : 0);
}

const fractionUs = (digits: string): number => Math.floor(Number(`0.${digits || '0'}`) * 1e6);

function resolution(second: string | undefined, fraction: string): number {
  if (second === undefined) return 60e6;
  return Math.max(1, 1e6 / 10 ** fraction.length);
}
