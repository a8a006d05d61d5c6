/**
 * Bounds of what a configuration may ask for. They exist so that a slip of the pen (`rate: 10000/s`) is a message and not
 * a flood at a production server; each can be raised here when someone has the need and the evidence.
 */

/** Exchanges a second per server. Busy production servers manage some 300 leases a second; half of that is never a monitor. */
export const RATE_MAX_PER_SECOND = 150;
/** One exchange in ten minutes: below it `fall` exchanges take longer than a working day. */
export const RATE_MIN_PER_SECOND = 1 / 600;
/** Below it a WAN round trip of two stages is a drop. */
export const DROP_TIME_MIN_MS = 100;
/** A client has given up by then (RFC 2131 section 4.1 retransmits after 4 s, then 8 s). */
export const DROP_TIME_MAX_MS = 60_000;
/** Identities per server and agent: each may hold a lease. */
export const CLIENTS_MAX = 1024;
/** Unanswered exchanges in a row: 1 would make every lost packet an outage. */
export const FALL_MIN = 2;
export const FALL_MAX = 1000;
export const RISE_MIN = 1;
export const RISE_MAX = 1000;
/** Names stand in tables, topics and file names. */
export const NAME_MAX_LENGTH = 63;
/** Groups, servers a group and sites: memory of the fold is their product. */
export const GROUPS_MAX = 256;
export const SERVERS_MAX = 16;
export const SITES_MAX = 4096;
/** Further source addresses of one server. */
export const SOURCES_MAX = 32;
/** Octets of a configuration file; the largest sensible one is a few hundred kilobytes. */
export const FILE_MAX_BYTES = 4 << 20;
/** Values that aliases may stand for: thirty groups written once. Aliases of aliases are two to the power of their lines. */
export const ALIASED_MAX = 20_000;
/** Mistakes reported at once; a wrong file type would otherwise print thousands. */
export const MISTAKES_MAX = 100;
/** A shorter retention would prune what is still being gathered; a longer one than ten years is a slip of the pen. */
export const RETENTION_MIN_MS = 3_600_000;
export const RETENTION_MAX_MS = 3650 * 86_400_000;
/** How often Kea is asked for its own word: it answers on the thread that reads DHCP, so no more than a heartbeat asks. */
export const KEA_INTERVAL_MIN_MS = 1000;
export const KEA_INTERVAL_MAX_MS = 3_600_000;
/** Subnets of a site, and addresses in a list of what is expected. */
export const SUBNETS_MAX = 1024;
export const EXPECTED_MAX = 8;
/** Servers, or prefixes of them, that may answer although they are in no group. */
export const ALLOWED_MAX = 256;
/** Sweeps get half of a server's rate at most: the other half is what verdicts rest on. */
export const SWEEP_SHARE_MAX = 0.5;
/** Free addresses to watch for. */
export const FREE_ADDRESSES_MAX = 65_536;
/** A client that broadcasts is heard by a whole segment: once a second is plenty. */
export const CLIENT_RATE_MAX_PER_SECOND = 1;
/** Text that a probe carries in an option (RFC 2132: an option holds 255 octets, 82 several). */
export const IDENTIFY_MAX_LENGTH = 64;
/** Alertmanagers, and webhooks: a cluster has three, and a receiver fans out itself. */
export const DESTINATIONS_MAX = 8;
/** Labels of a rule, and the length of a label's value. */
export const LABELS_MAX = 16;
export const LABEL_MAX_LENGTH = 200;
/** A reminder more often than that is noise, and less often than weekly is none. */
export const REPEAT_MIN_MS = 60_000;
export const REPEAT_MAX_MS = 168 * 3_600_000;
/** What has lasted for a day was news long before. */
export const ALERT_FOR_MAX_MS = 24 * 3_600_000;
/** Comings and goings: two are one outage. */
export const FLAPS_MIN = 3;
export const FLAPS_MAX = 64;
export const FLAPPING_MIN_MS = 60_000;
export const FLAPPING_MAX_MS = 24 * 3_600_000;
/** Reverse proxies in front of one collector, and people that a file gives roles; more belong into the proxy's own directory. */
export const PROXY_ADDRESSES_MAX = 16;
export const PROXY_PEOPLE_MAX = 1000;
