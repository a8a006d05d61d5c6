/**
 * What is in maintenance now and what comes next, as `dorawatch maintenance list` and `check-config` tell it: a row a window, with
 * the period that it is in or its next one. Windows of the file that are over for good have no row.
 */
import type { MaintenanceRow, MaintenanceView } from '../../../shared/core/ops-reply.ts';
import type { PlannedView } from '../../../shared/core/ops-view.ts';
import { afterUs, type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import type { CollectorConfig, MaintenanceConfig } from '../config/config.ts';
import { scopeText } from '../pauses.ts';
import { createCalendar } from './calendar.ts';
import type { Maintenance } from './maintenance.ts';
import { periodText, scheduleText } from './maintenance-text.ts';
import { isOpen } from './person-windows.ts';
import { personPeriod, plannedReason } from './windows.ts';

/** The parts of a read model that this needs. */
export interface ListingSources {
  readonly maintenance: Maintenance;
  readonly config: CollectorConfig | null;
}

/** @param changed what a request began or ended */
export function maintenances(
  { maintenance, config }: ListingSources,
  now: UnixMicros,
  changed: readonly PlannedView[] = [],
): MaintenanceView {
  const people = maintenance.people.filter((one) => isOpen(one, now)).map((one) => once(personPeriod(one), now));
  const kea = maintenance
    .periods({ group: null, since: now, until: afterUs(now, 1) })
    .filter(({ source }) => source === 'kea')
    .map((period) => once(period, now));
  const rows = [...people, ...fileRows(config?.maintenance ?? [], now), ...kea];
  return {
    changed: changed.map((period) => once(period, now)),
    maintenance: rows.toSorted((a, b) => Number(b.active) - Number(a.active) || a.period.since - b.period.since),
  };
}

/** Windows of a file that are not over for good, in its order. */
export const fileRows = (windows: readonly MaintenanceConfig[], now: UnixMicros): readonly MaintenanceRow[] =>
  windows.flatMap((window) => {
    const next = createCalendar(window).next(now);
    if (next === null) return [];
    const { group, server, site, ref } = window;
    const [since, until] = [unixMicros(next.from), unixMicros(next.to)];
    const text = plannedReason(window.reason);
    const period = { source: 'file', group, server, site, since, until, text, actor: null, ref };
    return [{ ...once(period, now), schedule: scheduleText(window) }];
  });

/** Windows in words, a line each: "Maintenance of group g every Sunday 02:00 to 04:00 (Europe/London); next …". */
export const windowLines = (windows: readonly MaintenanceConfig[], now: UnixMicros): readonly string[] =>
  windows.map((window) => {
    const { zone } = window;
    const when = scheduleText(window) ?? 'once';
    const next = createCalendar(window).next(now);
    const said =
      next === null
        ? 'it is over'
        : `${next.from <= now ? 'now' : 'next'} ${periodText({ since: unixMicros(next.from), until: unixMicros(next.to) }, zone ?? 'UTC')}`;
    return `Maintenance ${scopeText(window)}, ${when}: ${plannedReason(window.reason)}; ${said} (${zone ?? 'UTC'}).`;
  });

function once(period: PlannedView, now: UnixMicros): MaintenanceRow {
  const active = period.since <= now && (period.until === null || period.until > now);
  return { period, active, schedule: null };
}
