/**
 * Every bound of the probing engine in one place, each with its reason. A bound that is reached sheds what is least worth
 * keeping, and what is shed is counted. Bounds beside their loops were refused: nobody could add up what an agent may hold.
 */
import { type MonotonicNs, milliseconds, millisecondsToNs, type Nanoseconds } from '../../shared/core/units.ts';

/** Exchanges in flight at once. 60,000 a second with a drop time of 2 s; at 500 octets each that is 60 MB. */
export const IN_FLIGHT_MAX = 131_072;

/** Finished exchanges remembered, so that late answers and duplicates are told from orphans: a minute at 1,000 a second. */
export const RECENT_MAX = 65_536;

/** How long a finished exchange is remembered: Kea's queue of 65 a thread empties in seconds, WAN routers hold less. */
export const RECENT_NS: Nanoseconds = millisecondsToNs(milliseconds(60_000));

/** Tries for an xid that no exchange in flight or remembered uses; with 200,000 of 2^32 taken, two are ever needed. */
export const XID_TRIES = 16;

/** Identities per path: what 24 bits of slot can count, perfdhcp's largest known use being 5,000,000. */
export const IDENTITIES_MAX = 16_777_216;

/** Rest of an identity after its RELEASE: servers drop a client's second packet while they work on its first. */
export const IDENTITY_REST_NS: Nanoseconds = millisecondsToNs(milliseconds(20));

/** A stalled loop is one whose timer came this much late; less is a scheduler's ordinary day on a shared core. */
export const STALL_NS: Nanoseconds = millisecondsToNs(milliseconds(20));

/** Part of its drop time that an exchange may lose to our own delay and still be judged. */
export const OWN_DELAY_SHARE = 0.1;

/** An exchange may leave this late at most, whatever its rate; later ones are unsent, so that a stall ends in no burst. */
export const LATENESS_NS_MAX: Nanoseconds = millisecondsToNs(milliseconds(1000));
/** … and at least this late, or rates above 10/s would lose exchanges to ordinary scheduling. */
export const LATENESS_NS_MIN: Nanoseconds = millisecondsToNs(milliseconds(100));

/** First contact: one DISCOVER a minute, since a probe from an unknown subnet is an error line in the server's log. */
export const FIRST_CONTACT_NS: Nanoseconds = millisecondsToNs(milliseconds(60_000));

/** Results of a batch; a batch closes early when it is full. 8,192 rows are about 100 kB on the wire. */
export const BATCH_RESULTS_MAX = 8_192;
/** Late answers named in a batch; the rest are counted as orphans. */
export const BATCH_LATE_MAX = 1_024;
/** A batch spans this long. */
export const BATCH_NS: Nanoseconds = millisecondsToNs(milliseconds(1000));
/** A batch with nothing in it is made this often, so that the watermark moves while rates are low. */
export const EMPTY_BATCH_NS: Nanoseconds = millisecondsToNs(milliseconds(10_000));

/** Foreign sources named per path and batch; an address scan must not make a batch grow. */
export const FOREIGN_SOURCES_MAX = 4;

/** Identity pools kept for targets that were assigned once: a collector has a few hundred servers at most. */
export const POOLS_MAX = 4_096;

/** Path names kept: a sweep of a thousand subnets on eight servers, before and after first contact. */
export const PATH_REFS_MAX = 16_384;

/** The far past, for "never". */
export const NEVER: MonotonicNs = Number.NEGATIVE_INFINITY as MonotonicNs;

/** While answers are awaited, the loop looks at itself this often: a stall shorter than this and STALL_NS goes unseen. */
export const HEARTBEAT_NS: Nanoseconds = millisecondsToNs(milliseconds(50));

/** A packet is stamped when it comes in and queued after that; on a busy core the kernel may let it wait this long between. */
export const QUEUE_DELAY_NS: Nanoseconds = millisecondsToNs(milliseconds(100));

/** Linux turns receive stamps on from a work queue, so a while after it was asked, and only when the core has time for it. */
export const STAMPS_ON_NS: Nanoseconds = millisecondsToNs(milliseconds(100));

/** Routes are looked up anew this often (a host's address may change), and the same warning is repeated no sooner. */
export const ROUTE_REFRESH_NS: Nanoseconds = millisecondsToNs(milliseconds(60_000));

/** Latencies kept per stage by `probe`: 4 million are 32 MB, and more than an hour at 1,000 a second. */
export const LATENCIES_MAX = 4_194_304;

/** Exchanges in flight with `probe` and no rate: Kea queues 65 packets, and drops the next; 256 lost one in ten. */
export const WINDOW_MAX = 64;
/** Identities of `probe` without a rate and without -R. */
export const WINDOW_IDENTITIES = 32;

/** Addresses remembered for -u. */
export const ADDRESSES_MAX = 1_048_576;

/** A server whose answers differ each time (a lease time that runs down, two behind one address) is told no more often. */
export const SIGHTING_PAUSE_NS: Nanoseconds = millisecondsToNs(milliseconds(10_000));
/** … and what they say is told again after this long, though nothing has changed. */
export const SIGHTING_AGAIN_NS: Nanoseconds = millisecondsToNs(milliseconds(600_000));
/** Servers remembered a path, each by what it was seen in; a pair has four, and a flood of made-up ones must end somewhere. */
export const SERVERS_SEEN_MAX = 32;
/** Characters of a domain name that are told: RFC 1035 allows no more. */
export const DOMAIN_CHARS_MAX = 253;

/** Source ports bound ahead a relay address: what falls due in one turn of the loop, at hundreds a second. */
export const SOURCE_PORTS_AHEAD = 32;
/** Sockets behind source ports in all: three seconds of 200 exchanges a second that nobody answers, and as many lingering. */
export const SOURCE_PORTS_MAX = 1_024;
/** A port that was not answered stays ours this much longer: most late answers come within it, and find it open. */
export const LATE_PORT_NS: Nanoseconds = millisecondsToNs(milliseconds(10_000));

/** Exchanges on request with one server in a window: one every ten seconds is more than a person reads, and less than anybody's load. */
export const AD_HOC_PER_WINDOW = 6;
export const AD_HOC_WINDOW_NS: Nanoseconds = millisecondsToNs(milliseconds(60_000));
/** Servers whose exchanges on request are remembered: more than one agent has targets. */
export const AD_HOC_SERVERS_MAX = 256;

/** Interfaces probed as a client: a site's uplink and its VLANs; each has two sockets and an engine. */
export const CLIENT_INTERFACES_MAX = 16;

/** A restart, an upgrade's or a supervisor's; who was away for longer has been missed, and nobody asked for millions of unsent exchanges. */
export const RESTART_MAX_MS = 60_000;

/**
 * At the end, exchanges in flight are waited for so long, and not at all on a path where one has waited for that long already: a
 * standby that is silent by design would cost a drop time without probing at every restart. What is left is unmeasured.
 */
export const LAST_ANSWERS_MS = milliseconds(500);
