/** Bounds of rollups, each with its reason. */

/** A result may lie this far (µs) after its batch's receipt: a clock that nobody has measured yet. Beyond, it has no time. */
export const FUTURE_MAX_US = 3600e6;
/** Rollups gathered before they are written: 20 MB, and ten minutes of a thousand sites' backlog. */
export const GATHERED_MAX = 50_000;
/** Longest that gathered rollups wait to be written: what a start after a kill reads again, and how often an hour's row is rewritten. */
export const GATHER_MS = 30_000;
/** Clock samples of an agent that are written down with the cursor: enough to place what comes after a start. */
export const SAMPLES_WRITTEN = 4;
