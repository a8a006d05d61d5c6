/** Maintenance of the simulated pair as a person begins it, for the stories that play in a simulated world. */
import type { MaintenanceEntry } from '../../../../collector/core/log-entry.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { START } from '../../../simulation/world.ts';

/** A moment of the world, by its seconds. */
export const moment = (second: number) => unixMicros(START + second * 1e6);

/** @param from and `to`, seconds of the world */
export const windowEntry = (from: number, to: number, more: Partial<MaintenanceEntry> = {}): MaintenanceEntry => ({
  kind: 'maintenance',
  receivedAt: moment(from),
  action: 'start',
  group: 'pair',
  server: null,
  site: null,
  since: moment(from),
  until: moment(to),
  text: 'Kea 3.0',
  actor: 'ada',
  ref: null,
  ...more,
});
