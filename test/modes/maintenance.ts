/**
 * A planned maintenance, as an operator does it: the survivor is told, takes over at once, and is told again when it is over.
 * Kea 2.2 may undo a cancellation by itself: a heartbeat answered just before brings the old state, and whoever reads it
 * goes back into maintenance. So the pair is asked, and told again; hoping was refused.
 */
import { LabError } from '../lab/command.ts';
import type { KeaServer } from '../lab/kea-server.ts';
import type { Lab } from '../lab/lab.ts';

const SETTLE_LIMIT_MS = 5_000;
const CANCELLATIONS = 8;

/** The partner of `survivor` goes into maintenance; resolves when both say so. */
export async function startMaintenance(lab: Lab, survivor: KeaServer): Promise<void> {
  await survivor.command('ha-maintenance-start');
  await survivor.waitForState(['partner-in-maintenance'], SETTLE_LIMIT_MS);
  await partnerOf(lab, survivor).waitForState(['in-maintenance'], SETTLE_LIMIT_MS);
}

/** Both serve as before. Returns how often the pair had to be told. */
export async function cancelMaintenance(lab: Lab, survivor: KeaServer): Promise<number> {
  for (let told = 1; ; told += 1) {
    try {
      await survivor.command('ha-maintenance-cancel');
      await lab.settled(SETTLE_LIMIT_MS);
      // Back into maintenance happens at the next heartbeat or never.
      await new Promise((resolve) => setTimeout(resolve, 2 * lab.timers.heartbeatDelayMs));
      await lab.settled(SETTLE_LIMIT_MS);
      return told;
    } catch (error) {
      if (!(error instanceof LabError) || told === CANCELLATIONS) throw error;
    }
  }
}

function partnerOf(lab: Lab, server: KeaServer): KeaServer {
  return server === lab.primary ? lab.standby : lab.primary;
}
