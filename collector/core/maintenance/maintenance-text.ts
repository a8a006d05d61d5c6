/**
 * Planned maintenance in the words that tables print. When a window of the file is is told in its own zone and spelling, so that
 * a reader finds it in the file; when it is next, in the reader's.
 */
import type { PlannedView } from '../../../shared/core/ops-view.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';
import { elapsedText, localTime } from '../answers/clock-text.ts';
import type { MaintenanceConfig } from '../config/config.ts';
import { DAYS } from '../config/maintenance.ts';
import type { MaintenanceEntry } from '../log-entry.ts';
import { scopeText } from '../pauses.ts';

/** "Maintenance of group corsham-dhcp begins, for 2h 0m 0s: core switch is replaced" */
export function maintenanceText({ action, text, since, until, ...scope }: MaintenanceEntry): string {
  const why = text === null ? '' : `: ${text}`;
  if (action === 'stop') return `Maintenance ${scopeText(scope)} ends${why}`;
  return `Maintenance ${scopeText(scope)} begins, for ${lengthText(until - since)}${why}`;
}

/** "2h", "1h 30m", "45s": without what is zero. @param us length, µs */
export const lengthText = (us: number): string => elapsedText(us / 1000).replace(/( 0[ms])+$/, '');

const pad = (value: number): string => String(value).padStart(2, '0');
const clockText = (minute: number): string => `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;

/** "every Saturday and Sunday 02:00 to 04:00 (Europe/London)"; null: once. */
export function scheduleText({ times, zone }: Pick<MaintenanceConfig, 'times' | 'zone'>): string | null {
  if (times.kind === 'once') return null;
  const { days, fromMinute, untilMinute, lengthMs } = times;
  const end = untilMinute === null ? `for ${lengthText((lengthMs ?? 0) * 1000)}` : `to ${clockText(untilMinute)}`;
  return `every ${daysText(days)} ${clockText(fromMinute)} ${end} (${zone ?? 'UTC'})`;
}

function daysText(days: readonly number[]): string {
  if (days.length === DAYS.length) return 'day';
  const names = days.map((day) => DAYS[day] ?? '?');
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

const minuteText = (at: UnixMicros, zone: string): string => localTime(at, zone, { date: true }).replace(/:00$/, '');

/** "2026-11-29 02:00 to 04:00": the second date where it is another one. */
export function periodText({ since, until }: { since: UnixMicros; until: UnixMicros | null }, zone: string): string {
  const from = minuteText(since, zone);
  if (until === null) return `${from} on`;
  const to = minuteText(until, zone);
  return `${from} to ${to.slice(0, 10) === from.slice(0, 10) ? to.slice(11) : to}`;
}

/** Behind the sentence of what was to be expected. */
export const plannedSuffix = ({ planned }: { readonly planned: string | null }): string =>
  planned === null ? '' : ' (planned)';

const SOURCES: Readonly<Record<string, string>> = { file: 'window of the file', kea: "Kea's own word" };

/** "Planned 2026-11-29 02:00 to 04:00 of group corsham-dhcp: weekly patches (window of the file)" */
export function plannedLine(period: PlannedView, zone: string): string {
  const { source, text, actor, ref } = period;
  return `Planned ${periodText(period, zone)} ${scopeText(period)}: ${text}${byText([ref, actor, SOURCES[source] ?? null])}`;
}

/** "Maintenance of server primary of group corsham-dhcp until 2026-11-29 04:00: Kea 3.0 (CHG0012, ada)", of one that lasts now. */
export function maintenanceLine(period: PlannedView, zone: string): string {
  const { until, source, text, actor, ref } = period;
  const end = until === null ? '' : ` until ${minuteText(until, zone)}`;
  return `Maintenance ${scopeText(period)}${end}: ${text}${byText([ref, actor, SOURCES[source] ?? null])}`;
}

const byText = (parts: readonly (string | null)[]): string => {
  const by = parts.filter((part) => part !== null).join(', ');
  return by === '' ? '' : ` (${by})`;
};
