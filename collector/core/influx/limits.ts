/** Bounds of the consumer that writes to InfluxDB, each with its reason. */
import type { Milliseconds } from '../../../shared/core/units.ts';

/** Length of a `dhcp_path` point, s: a hundred exchanges at the default rate, and 8,640 points a path and day. */
export const WINDOW_S = 10;
/** Windows in one block, which is what is read from the log again at a time: ten minutes. */
export const BLOCK_WINDOWS = 60;
/** Blocks opened by one reading when late results come in: a backlog of ten hours is ten readings. */
export const REOPEN_BLOCKS = 6;
/** Blocks held open: the present, and the late drains of several sites at once. */
export const BLOCKS_MAX = 64;
/** Latencies held in open blocks, three an exchange: some 50 MB. The blocks touched longest ago go first. */
export const LATENCIES_MAX = 6_000_000;
/** Blocks that one batch may touch; rows beyond are set aside. A batch spans seconds, and a backlog's no more. */
export const BLOCKS_PER_BATCH_MAX = 4;
/** Log time that a batch waits for the clock sample after it, µs: agents send one every ten seconds. */
export const SAMPLE_WAIT_US = 20e6;
/** Exchanges taken from the log between two writes of the cursor: a hundred thousand points a minute in five steps. */
export const ROWS_PER_TURN = 20_000;
/** Entries of the same: a backlog of small batches must not be one turn. */
export const ENTRIES_PER_TURN = 2_000;
/** Points in one request: some 200 kB, and 10 ms of this process's time to put into lines. */
export const POINTS_PER_WRITE = 1_000;
/** Entries between two snapshots of the clock tracks: so many are read again at a start. */
export const TRACKS_EVERY_ENTRIES = 20_000;
/** Octets of the file of points set aside; beyond it they are counted only. */
export const SET_ASIDE_MAX_BYTES = 8 * 1024 * 1024;
/** Octets of an answer's body that are kept for people. */
export const ANSWER_MAX_BYTES = 4096;
/** How long one request may take. InfluxDB itself gives a write up after ten seconds. */
export const REQUEST_LIMIT_MS = 30_000 as Milliseconds;
/** First wait after a failure, and the longest: when InfluxDB is back, points follow within half a minute. */
export const RETRY_BASE_MS = 500 as Milliseconds;
export const RETRY_MAX_MS = 30_000 as Milliseconds;
/** The longest that a Retry-After is obeyed. */
export const RETRY_AFTER_MAX_MS = 600_000 as Milliseconds;
/** Between two turns when the log's end is reached: fresh enough for a dashboard, and windows are not rewritten a batch at a time. */
export const IDLE_MS = 2_000 as Milliseconds;
/** Between two looks for changed findings. */
export const FINDINGS_EVERY_MS = 5_000 as Milliseconds;
