/**
 * A planned maintenance as an operator does it: the survivor is told and takes over at once, the other is stopped and started
 * again. `ha-maintenance-cancel` was refused as the end of it: Kea 2.2 undoes it within milliseconds when lease updates are under
 * way, as whoever is told first still holds its partner's old state for the present one (a load-balancing pair that
 * was being probed never got out of it, in nine attempts).
 */
import type { KeaServer } from '../lab/kea-server.ts';
import type { Lab } from '../lab/lab.ts';

const SETTLE_LIMIT_MS = 10_000;

/** The partner of `survivor` goes into maintenance; resolves when both say so. */
export async function startMaintenance(lab: Lab, survivor: KeaServer): Promise<void> {
  await survivor.command('ha-maintenance-start');
  await survivor.waitForState(['partner-in-maintenance'], SETTLE_LIMIT_MS);
  await partnerOf(lab, survivor).waitForState(['in-maintenance'], SETTLE_LIMIT_MS);
}

/** What it was for: the server in maintenance is stopped, and started again once its partner knows. */
export async function restartInMaintenance(lab: Lab, survivor: KeaServer): Promise<void> {
  const partner = partnerOf(lab, survivor);
  await partner.stop();
  await survivor.waitForState(['partner-down'], 3 * SETTLE_LIMIT_MS);
  partner.start();
}

function partnerOf(lab: Lab, server: KeaServer): KeaServer {
  return server === lab.primary ? lab.standby : lab.primary;
}
