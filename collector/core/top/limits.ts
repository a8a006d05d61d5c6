/** The bounds of the live screen, each with its reason. */

/** Events kept for the list below: more than the tallest screen shows. What is older is shed; `dorawatch events` has it. */
export const EVENTS_MAX = 200;
/** Events of this long ago are asked for at the start, µs: a shift. */
export const EVENTS_SINCE_US = 12 * 3600 * 1e6;
/** A picture older than this is greyed, and its age said, µs; it is renewed every second. */
export const STALE_US = 4e6;
/** Letters of a filter: no name is longer. */
export const FILTER_MAX = 63;
