/**
 * What a wall clock of a zone shows, as a moment. Where the clock shows a reading twice (autumn) the first counts, as in RFC 5545
 * section 3.3.5; where it never does (spring), the moment at which it jumps over it. So later readings are never earlier moments.
 *
 * Rejected: RFC 5545's own rule for readings that are skipped (as if the clock had not jumped): 01:30 would come after 02:15.
 */
import { unixMicros } from '../../shared/core/units.ts';
import { daysFromCivil, zoneOffsetUs } from './answers/clock-text.ts';

export const DAY_US = 86_400_000_000;

/** Hours, minutes, seconds. */
export type ClockReading = readonly [number, number, number];

/** @param date "2026-03-01" @returns µs since 1970 if that clock stands in Greenwich, without summer time */
export function utcMoment(date: string, [hours, minutes, seconds]: ClockReading): number {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  return daysFromCivil({ year, month, day }) * DAY_US + (hours * 3600 + minutes * 60) * 1e6 + Math.round(seconds * 1e6);
}

/** A local clock reading as a moment, µs since 1970. @param zone IANA name */
export const localMoment = (date: string, clock: ClockReading, zone: string): number =>
  momentOfReading(utcMoment(date, clock), zone);

/** The same for a reading that is given as utcMoment has it. */
export function momentOfReading(reading: number, zone: string): number {
  const offset = (at: number): number => zoneOffsetUs(unixMicros(at), zone);
  // The offsets of a day before and after: no zone changes its clock twice in between.
  const before = reading - offset(reading - DAY_US);
  const after = reading - offset(reading + DAY_US);
  const shown = [before, after].filter((at) => at + offset(at) === reading);
  return shown.length > 0 ? Math.min(...shown) : jump(after, before, offset);
}

/** The first moment of the later offset: after `low`, and at `high` at the latest; to the second. */
function jump(low: number, high: number, offset: (at: number) => number): number {
  const old = offset(low);
  let [from, to] = [Math.floor(low / 1e6), Math.ceil(high / 1e6)];
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (offset(middle * 1e6) === old) from = middle;
    else to = middle;
  }
  return to * 1e6;
}

/** The day that a zone's calendar shows at a moment, days since 1970-01-01. */
export const localDay = (at: number, zone: string): number =>
  Math.floor((at + zoneOffsetUs(unixMicros(at), zone)) / DAY_US);
