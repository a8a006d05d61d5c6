/**
 * What people and servers have said about probing beyond the configuration: pauses, drills, servers that run out of addresses.
 * Values that an assignment is made with. Rejected: a changed configuration in their place; the file would no longer say what
 * is in force, and a pause would end with its next edit.
 */
import type { PauseRow } from '../../shared/core/ops-reply.ts';

/** One server as a group has it; in client role the server is empty. */
export interface GroupServer {
  readonly group: string;
  readonly server: string;
}

/** What a target lies in, for pauses. */
export interface ProbedPlace extends GroupServer {
  readonly site: string;
}

/** What a pause takes in: all that fits each of the three; null = all of them. */
export type PauseScope = Pick<PauseRow, 'group' | 'server' | 'site'>;

export interface Steering {
  readonly paused: readonly PauseScope[];
  /** Servers with too few free addresses: what would be a DORA there is a DO. */
  readonly scarce: readonly GroupServer[];
  /** Groups whose probes tell in `secs` how long they have been unanswered. */
  readonly raised: readonly string[];
}

/** Everything as the configuration has it. */
export const UNSTEERED: Steering = { paused: [], scarce: [], raised: [] };

/** Whether all of a place, or of another pause, lies in a pause. */
export const isWithin = (inner: PauseScope, outer: PauseScope): boolean =>
  (['group', 'server', 'site'] as const).every((key) => outer[key] === null || outer[key] === inner[key]);

/** Whether probing stands still there. A server's pause leaves clients' broadcasts alone: nobody can say who answers them. */
export const isPaused = (paused: readonly PauseScope[], place: ProbedPlace): boolean =>
  paused.some((pause) => isWithin(place, pause));
