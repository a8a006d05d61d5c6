/**
 * The `secs` of a drill: how long a client would have been waiting. Kea counts clients whose `secs` are high as unserved and
 * lets a standby take over by their number, so in ordinary probing the field is 0, always, and only an operator's drill
 * raises it. One counter an identity was refused: with a few dozen identities at ten exchanges a second they all wait alike.
 */
import { type MonotonicNs, milliseconds, millisecondsToNs, type Nanoseconds } from '../../shared/core/units.ts';

/** Since when a path's clients wait. Whoever hears an answer sets it forward. */
export interface Waiting {
  /** When the path was last answered, or the drill began, whichever is later. */
  sinceNs: MonotonicNs;
  /** When the drill began here. */
  readonly beganNs: MonotonicNs;
}

/** A drill ends by itself: a collector that dies in the middle of one can take nothing back. As long as a collector lets one last. */
export const DRILL_NS_MAX: Nanoseconds = millisecondsToNs(milliseconds(1_800_000));

/** The field is 16 bits wide (RFC 2131 section 2). */
const SECS_MAX = 65_535;

/**
 * Whole seconds, 0 without a drill. Kea takes a number above 255 whose low octet is 0 for one in the wrong byte order (256
 * reads as 1), so such a number is sent as one more.
 */
export function raisedSecs(waiting: Waiting | undefined, now: MonotonicNs): number {
  if (waiting === undefined || now - waiting.beganNs > DRILL_NS_MAX) return 0;
  const secs = Math.min(SECS_MAX, Math.max(0, Math.floor((now - waiting.sinceNs) / 1e9)));
  return secs > 255 && (secs & 255) === 0 ? secs + 1 : secs;
}
