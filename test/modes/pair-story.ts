/** What every hot-standby pair goes through, whatever its leases are kept in: failure, fail-back, a planned maintenance and its end. */
import { pause } from '../lab/child.ts';
import { restartInMaintenance, startMaintenance } from './maintenance.ts';
import type { Stage } from './stage.ts';

/** Long enough for a state to be no moment between two. */
export const QUIET_MS = 2_500;

/** Begins and ends with a pair that is whole; each step is waited for as dorawatch tells it. */
export async function pairStory({ lab, events }: Stage): Promise<void> {
  await lab.primary.kill();
  await events.next({ kind: 'gap' });
  await events.next({ kind: 'failover' });
  await pause(QUIET_MS);
  lab.primary.start();
  await events.next({ kind: 'fail-back' });
  await lab.settled();
  await pause(QUIET_MS);
  await startMaintenance(lab, lab.standby);
  await events.next({ kind: 'failover' });
  await pause(QUIET_MS);
  await restartInMaintenance(lab, lab.standby);
  await events.next({ kind: 'fail-back' });
  await pause(QUIET_MS);
}
