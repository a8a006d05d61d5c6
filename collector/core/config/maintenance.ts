/**
 * The `maintenance:` of the configuration: windows of planned work at a group, a server of it or a site; once, or each week by the
 * clock of a zone. What a person leaves out is asked for and never guessed: whose 02:00, and until when.
 *
 * Rejected: cron's five fields. They say when something begins, not how long it lasts, and nobody reads them right at night.
 */

import { type Milliseconds, milliseconds, type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import { clockOf, parseDateTime } from '../answers/time-input.ts';
import type { ClockReading } from '../local-moment.ts';
import { LENGTH_MAX_MS, LENGTH_MIN_MS, WINDOWS_MAX } from '../maintenance/limits.ts';
import type { GroupConfig, MaintenanceConfig, MaintenanceTimes, SiteConfig } from './config.ts';
import { nearestWord } from './nearest-word.ts';
import type { Located, Reader, Section } from './reader.ts';
import { type Parsed, parseDuration, parseName, parseText } from './values.ts';

/** What windows may name. */
export interface NamedPlaces {
  readonly groups: readonly GroupConfig[];
  readonly sites: readonly SiteConfig[];
}

const KEYS = ['group', 'server', 'site', 'days', 'from', 'until', 'for', 'zone', 'reason', 'ref'];

/** As they are spelled; the first three letters of each are the rest of the grammar. */
export const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

export function readMaintenance(reader: Reader, at: Located | null, places: NamedPlaces): readonly MaintenanceConfig[] {
  if (at === null) return [];
  return reader.items(at, WINDOWS_MAX).flatMap((item) => {
    const section = reader.section(item, KEYS);
    return section === null ? [] : (readWindow(reader, section, places) ?? []);
  });
}

function readWindow(reader: Reader, section: Section, places: NamedPlaces): MaintenanceConfig | null {
  const scope = readScope(reader, section, places);
  const zone = reader.value(section.get('zone'), parseZone);
  const times = section.get('days') === null ? readOnce(reader, section, zone) : readWeekly(reader, section, zone);
  const reason = reader.value(section.get('reason'), parseText);
  const ref = reader.value(section.get('ref'), parseText);
  return times === null ? null : { ...scope, times, zone, reason, ref };
}

type Scope = Pick<MaintenanceConfig, 'group' | 'server' | 'site'>;

function readScope(reader: Reader, section: Section, { groups, sites }: NamedPlaces): Scope {
  const known =
    (what: string, names: readonly string[]) =>
    (text: string): Parsed<string> => {
      const name = parseName(text);
      if (!name.ok || names.length === 0 || names.includes(text)) return name;
      const nearest = nearestWord(text, names);
      const hint = nearest === null ? `there is: ${names.slice(0, 8).join(', ')}` : `did you mean "${nearest}"?`;
      return { ok: false, problem: `there is no ${what} "${text}"; ${hint}` };
    };
  const nameOf = ({ name }: { readonly name: string }): string => name;
  const group = reader.value(section.get('group'), known('group', groups.map(nameOf)));
  const serverAt = section.get('server');
  if (serverAt !== null && section.get('group') === null)
    reader.report(serverAt.node, serverAt.path, 'is a server of which group? Name it with "group"');
  const servers = groups.find(({ name }) => name === group)?.servers ?? [];
  const server = reader.value(serverAt, known('server', servers.map(nameOf)));
  const site = reader.value(section.get('site'), known('site', sites.map(nameOf)));
  return { group, server, site };
}

const isZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

function parseZone(text: string): Parsed<string> {
  // "+01:00" is one for Intl, and keeps no summer time.
  if (/^[A-Za-z]/.test(text) && isZone(text)) return { ok: true, value: text };
  return { ok: false, problem: `"${text}" is not a time zone; expected a name such as Europe/London, or UTC` };
}

/** How long a window lasts, as the file says it: until something, or for so long. */
type End<Until> = { readonly until: Until } | { readonly lengthMs: Milliseconds };

function readEnd<Until>(reader: Reader, section: Section, parse: (text: string) => Parsed<Until>): End<Until> | null {
  const [untilAt, forAt] = [section.get('until'), section.get('for')];
  if ((untilAt === null) === (forAt === null)) {
    const given = untilAt === null ? 'is missing its end: give' : 'has two ends: give either';
    reader.report(section, section.path, `${given} "until" or "for"`);
    return null;
  }
  const until = reader.value(untilAt, parse);
  const lengthMs = reader.value(forAt, parseLength);
  if (until !== null) return { until };
  return lengthMs === null ? null : { lengthMs: milliseconds(lengthMs) };
}

function parseLength(text: string): Parsed<number> {
  const length = parseDuration(text);
  if (!length.ok || (length.value >= LENGTH_MIN_MS && length.value <= LENGTH_MAX_MS)) return length;
  return { ok: false, problem: `${text} is out of bounds; expected 1min to 7d` };
}

function readWeekly(reader: Reader, section: Section, zone: string | null): MaintenanceTimes | null {
  if (section.get('zone') === null)
    reader.report(section, section.path, '"zone" is missing: by whose clock? A name such as Europe/London');
  const days = readDays(reader, section.get('days'));
  const from = reader.required(section, 'from', parseMinute);
  const end = readEnd(reader, section, parseMinute);
  if (days === null || from === null || end === null || zone === null) return null;
  const [untilMinute, lengthMs] = 'until' in end ? [end.until, null] : [null, end.lengthMs];
  if (untilMinute === from) {
    reader.report(section, section.path, '"from" and "until" are the same; for a whole day write "for: 24h"');
    return null;
  }
  return { kind: 'weekly', days, fromMinute: from, untilMinute, lengthMs };
}

/** "02:30" → minutes after midnight. */
function parseMinute(text: string): Parsed<number> {
  const clock: ClockReading | null = /^\d{1,2}:\d{2}$/.test(text) ? clockOf(text) : null;
  if (clock !== null) return { ok: true, value: clock[0] * 60 + clock[1] };
  return { ok: false, problem: `"${text}" is not a time of the day; expected something like 02:30 (with "days")` };
}

const DAY_WORDS = DAYS.map((day) => day.toLowerCase());

/** "sun", "Sunday"; "daily" alone. */
function readDays(reader: Reader, at: Located | null): readonly number[] | null {
  if (at === null) return null;
  if (at.node.kind !== 'list' && at.node.kind === 'scalar' && at.node.text === 'daily')
    return DAYS.map((_, day) => day);
  const items = at.node.kind === 'scalar' ? [at] : reader.items(at, DAYS.length);
  if (at.node.kind === 'list' && items.length === 0) reader.report(at.node, at.path, 'is empty; name at least one day');
  const seen = new Set<number>();
  for (const item of items) {
    const day = reader.value(item, parseDay);
    if (day !== null && seen.has(day)) reader.report(item.node, item.path, `${DAYS[day]} is there twice`);
    if (day !== null) seen.add(day);
  }
  return seen.size === 0 ? null : [...seen].sort((a, b) => a - b);
}

function parseDay(text: string): Parsed<number> {
  const word = text.toLowerCase();
  const day = DAY_WORDS.findIndex((one) => one === word || one.slice(0, 3) === word);
  if (day >= 0) return { ok: true, value: day };
  return { ok: false, problem: `"${text}" is not a day; expected mon, tue, wed, thu, fri, sat or sun, or daily` };
}

function readOnce(reader: Reader, section: Section, zone: string | null): MaintenanceTimes | null {
  const parse = (text: string): Parsed<UnixMicros> => parseMoment(text, zone);
  const from = reader.required(section, 'from', parse);
  const end = readEnd(reader, section, parse);
  if (from === null || end === null) return null;
  const until = 'until' in end ? end.until : unixMicros(from + end.lengthMs * 1000);
  const problem =
    until <= from
      ? '"until" is not after "from"'
      : until - from > LENGTH_MAX_MS * 1000
        ? 'lasts longer than 7 days; plan it in parts'
        : null;
  if (problem !== null) reader.report(section, section.path, problem);
  return problem === null ? { kind: 'once', from, until } : null;
}

/** RFC 3339, or a date and a time by the clock of the window's zone. */
function parseMoment(text: string, zone: string | null): Parsed<UnixMicros> {
  const hasOffset = /(z|[+-]\d{2}:\d{2})$/i.test(text);
  const found = parseDateTime(text, { zone: zone ?? 'UTC' });
  if (found === null) {
    const problem = /^\d{1,2}:\d{2}$/.test(text)
      ? `"${text}" is a time without a date; give the date too, or "days" for each week`
      : `"${text}" is not a time; expected 2026-12-05 22:00, or 2026-12-05T22:00:00Z`;
    return { ok: false, problem };
  }
  if (zone === null && !hasOffset)
    return { ok: false, problem: `"${text}" is by whose clock? Give "zone", Europe/London say, or an offset` };
  return { ok: true, value: unixMicros(found) };
}
