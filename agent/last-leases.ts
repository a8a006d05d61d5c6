/**
 * Giving back what one run leaves to the next: at a start what the last run may hold, at the end what this one may. What stays is
 * told with its reason. Rejected: doing it in the keeper of the ledger; that knows files, and this speaks to servers.
 */
import type { Logger } from '../shared/io/logger.ts';
import type { HeldLease } from './core/lease-ledger.ts';
import { LAST_RELEASES_MS } from './core/ledger-limits.ts';
import type { LeaseKeeper } from './io/lease-keeper.ts';
import { type Released, releaseLeases } from './io/lease-release.ts';

/** @param signal ends it early */
export async function releaseLeftovers(
  keeper: LeaseKeeper,
  leases: readonly HeldLease[],
  signal: AbortSignal,
  logger: Logger,
): Promise<void> {
  const { released, left } = await releaseLeases(keeper, leases, () => true, signal);
  if (released > 0) logger.info({ leases: released }, `released ${released} leases left by the last start`);
  sayLeft(left, logger);
}

/** A REQUEST without an answer may have been granted. Its RELEASE may be lost as well, so the next start sends another. */
export async function releaseLast(keeper: LeaseKeeper, logger: Logger): Promise<void> {
  const signal = AbortSignal.timeout(LAST_RELEASES_MS);
  const { released, left } = await releaseLeases(keeper, [...keeper.held], ({ state }) => state !== 'asked', signal);
  if (released > 0) logger.info({ leases: released }, `released ${released} leases that may have been given`);
  sayLeft(left, logger);
}

function sayLeft(left: Released['left'], logger: Logger): void {
  for (const [said, count] of left)
    logger.warn({ leases: count }, `${count} leases are left to expire by themselves: ${said}`);
}
