/** Bounds of what the collector's metrics keep in memory, each with its reason. */

/** Gaps whose end may still change: every group twice over. */
export const GAPS_OPEN_MAX = 512;
/** Transitions remembered so that one which is made better is not counted again: an hour of 200 servers that flap each minute. */
export const TRANSITIONS_REMEMBERED = 12_000;
/** Agents with series of their own, those that are connected first: a dozen times the largest installation known. */
export const AGENTS_SHOWN_MAX = 2048;
/** How long after its drop time a result may come and be news, µs: one usual scrape, and three heartbeats. */
export const LIVE_US = 15e6;
/** How old a page may be, ms: so many scrapers as may be cost as much as one that asks every second. */
export const PAGE_AGE_MS = 1_000;
