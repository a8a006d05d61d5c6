/**
 * Windows that people begin and end by command, as a list that each entry of the log changes: a start adds one, or says anew how
 * long one of the very same scope lasts; a stop ends all that lie within what it names. Ended ones stay, for history.
 */
import { unixMicros } from '../../../shared/core/units.ts';
import type { MaintenanceEntry } from '../log-entry.ts';
import { isWithin, type PauseScope } from '../steering.ts';
import { PERIODS_KEPT } from './limits.ts';

/** Plain JSON. From `since` on and before `until`. */
export type PersonWindow = Omit<MaintenanceEntry, 'kind' | 'action' | 'receivedAt' | 'exact'>;

/** The windows after an entry, oldest first. */
export function withPerson(windows: readonly PersonWindow[], entry: MaintenanceEntry): readonly PersonWindow[] {
  const { receivedAt, action, group, server, site, since, until, text, actor, ref } = entry;
  if (action === 'stop') {
    const ends = (one: PersonWindow): boolean => isOpen(one, receivedAt) && isEndedBy(one, entry);
    // What has not begun never will.
    return windows
      .filter((one) => !ends(one) || one.since < receivedAt)
      .map((one) => (ends(one) ? { ...one, until: receivedAt } : one));
  }
  const row: PersonWindow = { group, server, site, since, until, text, actor, ref };
  const same = windows.find(
    (one) => one.until >= since && one.since <= until && isWithin(one, entry) && isWithin(entry, one),
  );
  if (same === undefined) return [...windows, row].slice(-PERIODS_KEPT);
  const told = { text: text ?? same.text, actor: actor ?? same.actor, ref: ref ?? same.ref };
  const again: PersonWindow = { ...row, ...told, since: unixMicros(Math.min(same.since, since)) };
  return windows.map((one) => (one === same ? again : one));
}

/** Whether a stop is about a window: about all within its scope, unless it says that it means exactly what is in force there. */
export const isEndedBy = (
  one: PersonWindow,
  stop: PauseScope & { readonly exact?: boolean; readonly since: number },
): boolean => isWithin(one, stop) && (stop.exact !== true || (isWithin(stop, one) && one.since <= stop.since));

/** In force, or still to come. */
export const isOpen = ({ until }: PersonWindow, at: number): boolean => until > at;
