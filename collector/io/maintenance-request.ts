/**
 * Takes what people begin and end as maintenance: judged, put into the log, folded, and only then answered, so that who was told
 * "planned" finds it planned after any restart.
 */
import type { MaintenanceView } from '../../shared/core/ops-reply.ts';
import type { MaintenanceRequest } from '../../shared/core/ops-request.ts';
import { judgeMaintenance, type MaintenanceCircumstances } from '../core/answers/maintenance-request.ts';
import type { MaintenanceEntry } from '../core/log-entry.ts';
import { maintenances } from '../core/maintenance/listing.ts';
import { personPeriod } from '../core/maintenance/windows.ts';
import type { Inbox } from './inbox.ts';
import type { LogFold } from './log-fold.ts';

export interface MaintenanceTaker extends Omit<MaintenanceCircumstances, 'people'> {
  readonly fold: LogFold;
  readonly inbox: Inbox;
}

/** @returns what it changed and all that is planned then, or why it is refused @throws BatchLogError when it cannot be stored */
export async function takeMaintenance(
  { fold, inbox, config, now }: MaintenanceTaker,
  request: MaintenanceRequest,
  action: MaintenanceEntry['action'],
): Promise<MaintenanceView | { readonly problem: string }> {
  const before = fold.model.maintenance.people;
  const verdict = judgeMaintenance(request, action, { config, people: before, now });
  if (!verdict.ok) return verdict;
  const [position] = await inbox.append([verdict.entry]);
  if (typeof position === 'number') await fold.folded(position);
  const after = fold.model.maintenance.people;
  // Of a stop, what it ended before its time, and what now never begins.
  const [from, than] = action === 'start' ? [after, before] : [before, after];
  const changed = from.filter((one) => !than.includes(one)).map(personPeriod);
  return maintenances(fold.model, now, changed);
}
