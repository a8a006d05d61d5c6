/**
 * Every bound that both ends of the stream must agree on or share, each with its reason. Something that grows without a
 * name in a limits file is a defect; what a bound throws away is counted where it is thrown away.
 *
 * Rejected: bounds as settings. Each of them is far from what a healthy installation needs, so a setting would only be a
 * way to make two ends disagree.
 */
import type { Milliseconds } from './units.ts';

/** Results in one batch: 1,000 times a second's worth at the default rate, and still under MAX_BATCH_BYTES at 20 bytes each. */
export const MAX_RESULTS_PER_BATCH = 20_000;
/** Encoded batch, in bytes: refused above it, so that one message can't hold a collector's memory. */
export const MAX_BATCH_BYTES = 512 * 1024;
/** Paths in one batch: 16 groups of 4 servers in 4 buckets, and no installation probes that from one host. */
export const MAX_PATHS_PER_BATCH = 256;
/** Late answers listed in a batch; a server that answers everything late gives as many as it gives results. */
export const MAX_LATE_PER_BATCH = MAX_RESULTS_PER_BATCH;
/** Foreign source addresses named per path and batch: enough to recognise a fault, too few for a flood to matter. */
export const MAX_FOREIGN_SOURCES = 4;
/** Sightings in a batch: a flood of rogue servers must not make it grow; what is beyond is only counted as foreign. */
export const MAX_SIGHTINGS_PER_BATCH = 256;
/** Routers or name servers told of an answer. */
export const MAX_ADDRESSES_PER_SIGHTING = 8;
/** Subnets of one sweep: more than the largest site of an installation with 829 of them has. */
export const MAX_SCOPES_PER_TARGET = 1024;
/** Rows of leases that a heartbeat names. */
export const MAX_LEASE_COUNTS = 256;
/** Any name (agent, site, group, server), in bytes of UTF-8: it is a key, a column of a table and a tag in InfluxDB. */
export const MAX_NAME_BYTES = 128;
/** Features that a hello names. */
export const MAX_FEATURES = 64;
/** Messages of one ad-hoc exchange that are told: five are a whole DORA, the rest are other servers' answers and repetitions. */
export const MAX_FRAMES_PER_EXCHANGE = 32;
/** Octets of one of them: five times what fits into an Ethernet frame; 32 of these fit into a message. */
export const MAX_FRAME_BYTES = 8_192;
/** What an ad-hoc exchange may be told to wait for, ms: an agent that ends waits for it, and nobody's client waits longer for one server. */
export const AD_HOC_WAIT_MAX_MS = 10_000 as Milliseconds;
/** Text for people on the wire (version, refusal), in bytes. */
export const MAX_TEXT_BYTES = 1024;
/** Targets in one assignment; as MAX_PATHS_PER_BATCH, since each becomes a path. */
export const MAX_TARGETS = MAX_PATHS_PER_BATCH;
/** Listed sources per target: a load balancer's addresses, or a prefix that holds them. */
export const MAX_SOURCES_PER_TARGET = 32;
/** One gRPC message, in bytes: the largest batch, its envelope, and room; also the largest assignment. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;
/** Ack ranges in one message: a window's worth even when every second batch is missing. */
export const MAX_RANGES_PER_ACK = 1024;
/** Largest count, latency or moment that may stand in a batch, in its unit: 2^51 µs is 71 years, exact in a double also after sums. */
export const MAX_FIGURE = 2 ** 51;

/** Batches that an agent may have sent and not seen acknowledged: 15 s of one-second batches at 20 ms, and bounded memory on both sides. */
export const SEND_WINDOW_BATCHES = 256;
/** Bytes of the same: so that a window of large batches doesn't fill the collector's memory through every agent at once. */
export const SEND_WINDOW_BYTES = 4 * 1024 * 1024;
/** HTTP/2 keep-alive: a ping this often … */
export const KEEPALIVE_TIME_MS = 2_000 as Milliseconds;
/** … unanswered for this long means that the peer is dead: 5 s in all, well under any silence limit. */
export const KEEPALIVE_TIMEOUT_MS = 3_000 as Milliseconds;
/** Proxy and TLS handshake together: many times what the slowest line takes, and no longer than a dead peer is waited for. */
export const LINE_MS = 5_000 as Milliseconds;
/** First wait before a reconnect; doubled with each failure. */
export const RECONNECT_BASE_MS = 500 as Milliseconds;
/** Longest wait: a collector that comes back hears of every site within half a minute. */
export const RECONNECT_MAX_MS = 30_000 as Milliseconds;
/** A session's first probes of the clock: five round trips, of which the shortest counts. */
export const CLOCK_PROBES = 5;
/** Between two measurements of the clock: at 50 ppm a clock drifts half a millisecond in that time. */
export const CLOCK_INTERVAL_MS = 10_000 as Milliseconds;
/** Longest wait for one clock reply before the next probe. */
export const CLOCK_REPLY_MS = 2_000 as Milliseconds;
/** Between two heartbeats. */
export const HEARTBEAT_INTERVAL_MS = 5_000 as Milliseconds;

/** A token's secret, in bytes: 16, and room for a longer one. */
export const MAX_SECRET_BYTES = 64;
/** A signing request (PKCS #10), in bytes: one for P-256 takes 250, one for RSA 4096 takes 1,300. */
export const MAX_SIGNING_REQUEST_BYTES = 4_096;
/** One certificate, in bytes: ours take 600, an outside CA's with policies and links 3,000. */
export const MAX_CERTIFICATE_BYTES = 16_384;
/** Certificates between an agent's own and a root, with its own. */
export const MAX_CHAIN = 8;
/** Roots that a collector may have believed: the one in use, the next, and what an outside CA adds. */
export const MAX_ROOTS = 16;
