/** Bounds of what one reader of the HTTP port may cost, each with its reason. What they hold back is answered in words, and counted where nobody can be answered. */

/** Octets of a body: a mark is a line of text. */
export const BODY_MAX_BYTES = 64 * 1024;
/** Live streams at once: every person of a large operations department with two windows. */
export const STREAMS_MAX = 512;
/** Connections at once: the streams, and as many again for what pages and scrapers ask. */
export const CONNECTIONS_MAX = 2048;
/** Octets that wait for a reader of a stream before it is cut: a dozen documents of a large installation. */
export const STREAM_BACKLOG_MAX_BYTES = 4 * 1024 * 1024;
/** Between two looks at whether the state has changed, ms: nobody reads faster. */
export const STATUS_EVERY_MS = 1000;
/** The same for agents, whose figures change all the time. */
export const AGENTS_EVERY_MS = 10_000;
/** A quiet stream says so this often, ms: proxies end what is silent for half a minute. */
export const KEEP_ALIVE_MS = 15_000;
/** What a page waits before it comes back to a stream that ended, ms. */
export const RETRY_MS = 2000;
/** Rows in a list of events: unasked, and at most. */
export const EVENTS_USUAL = 1000;
export const EVENTS_MAX = 10_000;
/** Points of a series: unasked (a plot has hardly more pixels than twice that), and at most. */
export const POINTS_USUAL = 720;
export const POINTS_MAX = 5000;
/** A request that is not all here by then has no reader, ms. */
export const REQUEST_MAX_MS = 10_000;
/** Requests that are answered when the collector closes have this long, ms. */
export const CLOSE_GRACE_MS = 2000;
/** A TLS handshake that takes longer is somebody who holds connections open, ms. */
export const HANDSHAKE_MAX_MS = 10_000;
