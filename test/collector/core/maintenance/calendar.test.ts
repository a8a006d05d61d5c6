/** When windows of the file are, in the weeks in which clocks change as in any other. */
import t from 'tap';
import { rfc3339 } from '../../../../collector/core/answers/clock-text.ts';
import { parseTime } from '../../../../collector/core/answers/time-input.ts';
import type { MaintenanceTimes } from '../../../../collector/core/config/config.ts';
import { createCalendar } from '../../../../collector/core/maintenance/calendar.ts';
import { scheduleText } from '../../../../collector/core/maintenance/maintenance-text.ts';
import { milliseconds, type UnixMicros, unixMicros } from '../../../../shared/core/units.ts';

const moment = (text: string): UnixMicros => {
  const parsed = parseTime(text, { now: unixMicros(0), zone: 'UTC' });
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
};
const short = (at: number): string => rfc3339(unixMicros(at)).slice(0, 16);

const minute = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
const SUNDAY = 6;
const weekly = (from: string, end: string, days: readonly number[] = [SUNDAY]): MaintenanceTimes => {
  const isClock = end.includes(':');
  const untilMinute = isClock ? minute(end) : null;
  return {
    kind: 'weekly',
    days,
    fromMinute: minute(from),
    untilMinute,
    lengthMs: isClock ? null : milliseconds(Number(end) * 3_600_000),
  };
};

/** Occurrences that touch a span, in UTC. */
const found = (times: MaintenanceTimes, zone: string, from: string, to: string): readonly string[] =>
  createCalendar({ times, zone })
    .touching({ from: moment(from), to: moment(to) })
    .map((span) => `${short(span.from)} ${short(span.to)}`);

const WEEKS: readonly (readonly [string, MaintenanceTimes, string, readonly string[]])[] = [
  ['winter', weekly('02:00', '04:00'), '2026-01-11', ['2026-01-11T02:00 2026-01-11T04:00']],
  ['summer', weekly('02:00', '04:00'), '2026-07-12', ['2026-07-12T01:00 2026-07-12T03:00']],
  // 2026-03-29 01:00 GMT is 02:00 BST.
  [
    'spring: over the jump, an hour is missing',
    weekly('00:30', '04:00'),
    '2026-03-29',
    ['2026-03-29T00:30 2026-03-29T03:00'],
  ],
  [
    'spring: so long, whatever the clock shows',
    weekly('00:30', '3.5'),
    '2026-03-29',
    ['2026-03-29T00:30 2026-03-29T04:00'],
  ],
  [
    'spring: it begins in the hour that is skipped',
    weekly('01:30', '02:15'),
    '2026-03-29',
    ['2026-03-29T01:00 2026-03-29T01:15'],
  ],
  ['spring: all of it is skipped', weekly('01:10', '01:50'), '2026-03-29', []],
  // 2026-10-25 02:00 BST is 01:00 GMT.
  [
    'autumn: over the change, an hour more',
    weekly('00:30', '04:00'),
    '2026-10-25',
    ['2026-10-24T23:30 2026-10-25T04:00'],
  ],
  [
    'autumn: it begins in the first of two hours',
    weekly('01:30', '02:30'),
    '2026-10-25',
    ['2026-10-25T00:30 2026-10-25T02:30'],
  ],
  [
    'autumn: it ends in the first of two hours',
    weekly('00:30', '01:30'),
    '2026-10-25',
    ['2026-10-24T23:30 2026-10-25T00:30'],
  ],
  ['over midnight', weekly('22:00', '02:00', [5]), '2026-07-12', ['2026-07-11T21:00 2026-07-12T01:00']],
];

t.test('weekly windows by the clock of London', async (t) => {
  for (const [what, times, day, expected] of WEEKS)
    t.strictSame(found(times, 'Europe/London', `${day} 00:00`, `${day} 12:00`), expected, what);
});

t.test("far from Greenwich the day is the zone's own", async (t) => {
  // Sunday 08:00 in Auckland is Saturday 19:00 or 20:00 UTC, in Honolulu Sunday 18:00.
  const times = weekly('08:00', '1');
  t.strictSame(found(times, 'Pacific/Auckland', '2026-07-11 12:00', '2026-07-12 12:00'), [
    '2026-07-11T20:00 2026-07-11T21:00',
  ]);
  t.strictSame(found(times, 'Pacific/Honolulu', '2026-07-12 12:00', '2026-07-13 12:00'), [
    '2026-07-12T18:00 2026-07-12T19:00',
  ]);
});

t.test('every day, and longer than to the next one', async (t) => {
  const daily = weekly('12:00', '36', [0, 1, 2, 3, 4, 5, 6]);
  t.equal(found(daily, 'UTC', '2026-07-12 13:00', '2026-07-12 13:00').length, 2);
});

t.test('the end is no part of it; the next one is the one that lasts, or else the one after', async (t) => {
  const sunday = createCalendar({ times: weekly('02:00', '04:00'), zone: 'UTC' });
  const next = (at: string): string | null => {
    const span = sunday.next(moment(at));
    return span && short(span.from);
  };
  t.equal(next('2026-07-12 03:59:59'), '2026-07-12T02:00');
  t.equal(next('2026-07-12 04:00'), '2026-07-19T02:00');
  t.equal(next('2026-07-13 00:00'), '2026-07-19T02:00');
  t.strictSame(sunday.touching({ from: moment('2026-07-12 04:00'), to: moment('2026-07-12 05:00') }), []);
  const once = createCalendar({
    times: { kind: 'once', from: moment('2026-07-12'), until: moment('2026-07-13') },
    zone: null,
  });
  t.match(once.next(moment('2026-01-01')), { from: moment('2026-07-12') });
  t.equal(once.next(moment('2026-07-13')), null);
});

t.test('a window in words', async (t) => {
  t.equal(
    scheduleText({ times: weekly('02:00', '04:00'), zone: 'Europe/London' }),
    'every Sunday 02:00 to 04:00 (Europe/London)',
  );
  t.equal(
    scheduleText({ times: weekly('22:30', '8', [0, 5, 6]), zone: 'UTC' }),
    'every Monday, Saturday and Sunday 22:30 for 8h (UTC)',
  );
  t.equal(
    scheduleText({ times: weekly('02:00', '1.5', [0, 1, 2, 3, 4, 5, 6]), zone: 'UTC' }),
    'every day 02:00 for 1h 30m (UTC)',
  );
});
