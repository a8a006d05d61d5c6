/**
 * Bounds of the agent's spool and stream that the collector need not know. Rejected: one list for all of the agent; the
 * prober's bounds have other reasons.
 */
import type { Milliseconds } from '../../shared/core/units.ts';

/** Batches' bytes kept on disk for a collector that is away: a week of one-second batches. Beyond it the oldest go. */
export const SPOOL_BYTES_MAX = 256 * 1024 * 1024;
/** What --spool-bytes may say: less is gone in minutes, more takes minutes to look through at a start. */
export const SPOOL_BYTES_BOUNDS = { min: 1024 * 1024, max: 64 * 1024 * 1024 * 1024 } as const;
/** How old a spooled batch may get; the collector keeps raw results for two weeks, so a week old is worth sending. */
export const SPOOL_AGE_MAX_MS = (7 * 86_400_000) as Milliseconds;
/** What --spool-age may say. */
export const SPOOL_AGE_BOUNDS = { min: 60_000, max: 365 * 86_400_000 } as const;
/** Batches shed in one write: about a minute's, and some milliseconds of decoding. */
export const SHED_BATCHES = 64;
/** Between two looks at the spool's age while nothing is appended. */
export const SHED_LOOK_MS = 60_000 as Milliseconds;
/** Bytes shed or acknowledged before the disk's space is asked back: a write of that much is worth its saving. */
export const COMPACT_BYTES = 32 * 1024 * 1024;
/** Batches in one Loss, an hour's: a report's period then gets its share of it to the minute. */
export const LOSS_BATCHES_MAX = 3_600;
/** Losses kept for a collector that is away: a year's, by the hour; some megabytes. */
export const LOSSES_MAX = 8_760;
/** Batches in memory while the spool cannot be written: hours of them on a host that has memory for the agent at all. */
export const MEMORY_BATCHES_MAX = 16_384;
export const MEMORY_BYTES_MAX = 8 * 1024 * 1024;
/** Positions from here on stand for batches in memory; a disk's own never get so far. */
export const MEMORY_FIRST = 2 ** 40;
/** Batches moved from memory to disk in one flushed write. */
export const MOVE_BATCHES = 256;
/** Waits between attempts to write the spool again. */
export const RECOVER_BASE_MS = 1_000 as Milliseconds;
export const RECOVER_MAX_MS = 30_000 as Milliseconds;
/** Backlog batches a second: ten hours of one-second batches in 18 s, at a part of a core on either side. */
export const BACKLOG_PER_SECOND = 2_000;
/** Live batches in memory that wait for room in the window; more are left to the backlog. */
export const LIVE_QUEUE_MAX = 64;
/** Of the window, what the backlog may take: a live batch then waits behind at most half a second of a 1 Mbit/s line. */
export const BACKLOG_WINDOW_BATCHES = 64;
export const BACKLOG_WINDOW_BYTES = 64 * 1024;
/** Backlog batches read from disk at a time. */
export const BACKLOG_CHUNK = 64;
/** A session whose collector has not answered the first clock probe by then is given up. */
export const GREETING_MS = 5_000 as Milliseconds;
/** Between two looks at whether a certificate is due: of no weight, and a two-thousandth of an hour's certificate. */
export const RENEWAL_LOOK_MS = 2_000 as Milliseconds;
/** The longest wait of an agent that its collector does not understand, or whose certificate it does not take: a person has to mend that. */
export const PERSON_WAIT_MS = 300_000 as Milliseconds;
/** The longest wait of an agent that was thrown out. Only a new enrolment brings it back, but a journal may be restored from yesterday. */
export const REVOKED_WAIT_MS = 900_000 as Milliseconds;
/** At the end, the longest wait for the last acknowledgements (of batches that only memory has, too), and then for the stream to close. */
export const GOODBYE_ACKS_MS = 2_000 as Milliseconds;
export const GOODBYE_UNSPOOLED_MS = 15_000 as Milliseconds;
export const GOODBYE_CLOSE_MS = 1_000 as Milliseconds;
