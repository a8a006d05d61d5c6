/**
 * Bounds of the agent's spool and stream that the collector need not know. Rejected: one list for all of the agent; the
 * prober's bounds have other reasons.
 */
import type { Milliseconds } from '../../shared/core/units.ts';

/** Batches' bytes kept on disk for a collector that is away: a week of one-second batches. Beyond it the oldest go. */
export const SPOOL_BYTES_MAX = 256 * 1024 * 1024;
/** Shed at a time, so that a full spool is not trimmed batch by batch: 1/64 of it. */
export const SHED_BYTES = SPOOL_BYTES_MAX / 64;
/** Live batches in memory that wait for room in the window; more are left to the backlog. */
export const LIVE_QUEUE_MAX = 64;
/** Of the window, what the backlog may take: a live batch then waits behind at most half a second of a 1 Mbit/s line. */
export const BACKLOG_WINDOW_BATCHES = 64;
export const BACKLOG_WINDOW_BYTES = 64 * 1024;
/** Backlog batches read from disk at a time. */
export const BACKLOG_CHUNK = 64;
/** A session whose collector has not answered the first clock probe by then is given up. */
export const GREETING_MS = 5_000 as Milliseconds;
/** At the end, the longest wait for the last acknowledgements, and then for the stream to close. */
export const GOODBYE_ACKS_MS = 2_000 as Milliseconds;
export const GOODBYE_CLOSE_MS = 1_000 as Milliseconds;
