/** Bounds of what the collector keeps in memory to answer people, each with its reason. */

/** Findings kept: 200 servers that flap ten times a day for two months; about 60 MB. The oldest go first, and are counted. */
export const FINDINGS_MAX = 120_000;
/** Marks kept; people type slower than servers fail. */
export const MARKS_MAX = 20_000;
/** The recent window of drop ratio and latency: long enough for a quantile at a trickle, short enough to be news. */
export const RECENT_WINDOW_S = 300;
/** The window moves in slots of this length. */
export const RECENT_SLOT_S = 10;
/** Servers with a recent window: more than a configuration can name, since old names linger for one window. */
export const RECENT_SERVERS_MAX = 8192;
/** Agents whose clock is followed; an agent that reinstalls itself daily under new names must not fill the memory. */
export const AGENTS_MAX = 10_000;
/** Characters of a mark's text and of its smaller fields. */
export const MARK_TEXT_MAX = 500;
export const MARK_FIELD_MAX = 128;
/** A mark may lie this far ahead of the collector's clock: planned work, and a clock that is a little fast. */
export const MARK_AHEAD_MAX_US = 24 * 3600 * 1e6;
/** Batches in one export: two weeks of one agent, or an hour of 350. The reader is told to ask for less. */
export const EXPORT_BATCHES_MAX = 1_250_000;
/** Rollup rows by the minute that one series reads, three days and a half; of hours twice as many, more than are kept. A row takes some ten microseconds. */
export const SERIES_SLOTS_MAX = 5000;
/** Log entries between two snapshots: at most this many are folded again after a kill. */
export const SNAPSHOT_EVERY_ENTRIES = 5_000;
/** Events that a slow follower may be behind before it is cut off and told so. */
export const FOLLOW_BACKLOG_MAX = 10_000;
/** People and scripts that follow at once. */
export const FOLLOWERS_MAX = 256;
/** Late answers remembered in one export: as many as a server that answers everything late gives in a day at 10/s. */
export const LATE_ANSWERS_MAX = 1_000_000;
/** Buckets of the index by event time: as fine as the margin allows, since a period is read with both neighbours. */
export const PERIOD_BUCKET_US = 600e6;
/** A clock may be this wrong (µs) and its agent's batches are still found without a note of the shift. */
export const PERIOD_MARGIN_US = 120e6;
/** Buckets: 400 days, more than raw batches are kept, and 1 MB written down. Batches beyond are looked at in every reading. */
export const PERIOD_BUCKETS_MAX = 57_600;
/** Buckets that one batch may span: a day, of an agent that was suspended. */
export const PERIOD_SPAN_BUCKETS_MAX = 144;
/** Positions between two batches of a bucket that are read over rather than noted: two seconds of 142 agents. */
export const PERIOD_HOLE = 256;
/** Ranges of a bucket: its live batches, and as many drained backlogs. */
export const PERIOD_RANGES_MAX = 32;
/** Wrong clocks that one agent is remembered to have had; nearest ones are joined beyond. */
export const PERIOD_SHIFTS_MAX = 16;
/** Clock samples from this long (µs) around a period that is kept are kept with it: those that enclose its batches. */
export const KEEP_SAMPLES_US = 3600e6;
/** Periods kept; those that touch are one. Each raises what a look at a batch costs when it would be removed. */
export const KEEPS_MAX = 1000;
/** Pauses in force at once: each is looked at for every target of every agent. */
export const PAUSES_MAX = 256;
/** A reader of the log that is this far behind is said to be, ms: rollups are written every half minute. */
export const CONSUMER_BEHIND_MS = 120_000;
/** Scopes, sites or servers that are named in one line of `status`; the others are counted. */
export const AMISS_NAMED = 3;
