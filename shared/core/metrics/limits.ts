/** Bounds of what a page of metrics may hold, each with its reason. What is beyond them is left out and counted. */

/** Servers whose exchanges are counted: more than sixteen in each of a hundred groups; old names stay until a restart. */
export const COUNTED_SERVERS_MAX = 2048;
/** Series of one family: 5,000 paths in four states are 2 MB of text, and no known installation has a fifth of them. */
export const FAMILY_SERIES_MAX = 20_000;

/**
 * Upper bounds of the latency buckets, s. Kea on a LAN answers in 0.2 to 1 ms, a lease update to its partner adds one to five, a WAN 20 to
 * 60; above 250 ms is a queue or a loss, and 3 s is the usual drop time. Thirteen: each costs a series a server and stage.
 */
export const LATENCY_BOUNDS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3] as const;
