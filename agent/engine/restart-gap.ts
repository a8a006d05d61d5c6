/**
 * What a restart left unsent: the due times of each lane between the last run's last exchange and this run's first. Schedules stand
 * on the wall clock, so both runs' due times are the same ones, and none is counted twice or left out. Rejected: rate times seconds; a
 * slow lane has often none in the gap.
 */
import type { MonotonicNs } from '../../shared/core/units.ts';
import { type Batcher, recordUnsent } from '../core/batcher.ts';
import { dueBetween } from '../core/schedule.ts';
import { type Lane, pathOf } from './target.ts';

export interface Restart {
  /** Contacts that have answered before; the slow schedules of the others begin with each run. */
  readonly contacted: ReadonlySet<string>;
  /** When the last run sent its last, and when this one begins. */
  readonly from: MonotonicNs;
  readonly to: MonotonicNs;
}

/** Counts it as stalled: it came too late to leave, though the program was not there to be late. */
export function recordRestart(batcher: Batcher, lanes: readonly Lane[], { contacted, from, to }: Restart): void {
  for (const lane of lanes.filter(({ contact }) => contacted.has(contact))) {
    const missed = dueBetween(lane.schedule, from, to);
    if (missed > 0) recordUnsent(batcher, pathOf(lane, true).ref, 'stalled', missed);
  }
}
