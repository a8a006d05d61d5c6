/**
 * When a program's work counts as moving on, for the watchdog that kills it otherwise: something was waiting and nothing came
 * of it between two looks. Rejected: a beat from a timer alone, which goes on beating while the work beside it stands still.
 */

/** One look at a program's work. */
export interface Work {
  /** Grows with all that is done; its unit is the program's affair. */
  readonly moved: number;
  /** False: there was nothing to do, so standing still is right. */
  readonly isDue: boolean;
  /** How it fares, for `systemctl status`. */
  readonly line: string;
}

/** Looks within one WatchdogSec: three may find nothing moved, and a restart of systemd's may take one away. */
export const BEATS_PER_WATCHDOG = 4;

/** Looks this far apart at most, ms: the line of state is read by people. An agent with nothing to tell closes a batch every 10 s. */
export const LOOK_MAX_MS = 15_000;

/** How much longer systemd waits for a start from each word of it, ms: a few looks. */
export const START_EXTENDED_MS = 60_000;

/** Whether what was due at `now` has moved since `before`. */
export const advances = (before: Work, now: Work): boolean => !now.isDue || now.moved > before.moved;
