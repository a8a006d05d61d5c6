/**
 * What people do, on its way into the audit list. Refusals of one person are written down at a bounded rate, since a script without
 * rights must not fill the disk; those above it are counted.
 */
import type { Clock } from '../../shared/io/clock.ts';
import { type Caller, callerName } from '../core/access/caller.ts';
import type { Deed } from '../core/access/deed.ts';
import { GUESSERS_MAX, REFUSALS_WRITTEN } from '../core/access/limits.ts';
import { createBucketShelf } from '../core/bucket-shelf.ts';

/** Writes down who does what; resolves when it is on disk. What it throws keeps the deed from being done. */
export type Audit = (by: Caller, deed: Deed) => Promise<void>;

export interface AuditOptions {
  write(by: Caller, deed: Deed): Promise<void>;
  readonly clock: Clock;
}

export function createAudit({ write, clock }: AuditOptions): Audit {
  const refusals = createBucketShelf(REFUSALS_WRITTEN, GUESSERS_MAX);
  return async (by, deed) => {
    const isRefusal = deed.act === 'rights-refused';
    if (isRefusal && !refusals.take(callerName(by), clock.monotonic() / 1000)) return;
    await write(by, deed);
  };
}
