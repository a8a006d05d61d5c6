/**
 * Bounds of who may come in and of what is remembered of them, each with its reason. What a bound holds back is counted and shown
 * (`dorawatch_access_*`). Rejected: settings; an installation with hundreds of sites stays far below each.
 */

/** Handshakes under way: one takes milliseconds on a good line, and all agents come back at once after a restart, over half a minute. */
export const HANDSHAKES_MAX = 256;
/** The last of them are kept for addresses that showed a valid certificate lately, so that strangers cannot shut them out. */
export const HANDSHAKES_RESERVED = 128;
/** Handshakes under way from one address: all sites may be behind one NAT. */
export const HANDSHAKES_PER_ADDRESS = 64;
/** How long a handshake may take, ms: three round trips of a bad satellite line. */
export const HANDSHAKE_MAX_MS = 5_000;
/** Addresses remembered for showing a valid certificate. */
export const KNOWN_ADDRESSES_MAX = 4_096;

/** Connections without a valid certificate, and of one address: whoever joins needs one for a second. */
export const LOBBY_MAX = 64;
export const LOBBY_PER_ADDRESS = 8;
/** How long one may last, ms. */
export const LOBBY_LIFE_MS = 15_000;
/** Calls at once on one of them. */
export const LOBBY_STREAMS = 2;
/** The largest message there, in bytes: a request is under one kilobyte. */
export const LOBBY_MESSAGE_BYTES = 16 * 1024;
/** Connections with one certificate: an agent has one, and the half-dead ones that it gave up. */
export const CONNECTIONS_PER_AGENT = 4;
/** A person has one for each command that runs. */
export const CONNECTIONS_PER_PERSON = 64;
/** How long the connection of somebody who was thrown out stays for a last word to leave, ms. */
export const LAST_WORD_MS = 500;
/** Calls at once on an agent's connection: a session, and health. */
export const AGENT_STREAMS = 8;
/** Calls at once on a person's connection. */
export const PERSON_STREAMS = 100;

/** Attempts to join from one address, and from all: a building's hosts installed by a script at once. */
export const JOINS_PER_ADDRESS = { perSecond: 1, burst: 20 };
export const JOINS_ALL = { perSecond: 20, burst: 100 };
/** Addresses whose attempts are counted. */
export const JOIN_ADDRESSES_MAX = 4_096;
/** Renewals of one agent, on its stream and off it: one in twenty days is due. */
export const RENEWALS_PER_AGENT = { perSecond: 1 / 60, burst: 5 };
/** Lines of the journal about who spoke for another site, of one agent: one shows it, and a disk is not to be filled so. */
export const TRESPASSES_PER_AGENT = { perSecond: 1 / 600, burst: 3 };
/** How long whoever waits for approval is to wait before it asks again, ms. */
export const PENDING_RETRY_MS = 10_000;

/** Tokens that can be used. */
export const TOKENS_MAX = 1_024;
/** Hosts that one token may be for: an image rolled out to every site. */
export const TOKEN_USES_MAX = 4_096;
/** How long one may live, ms: 90 days. */
export const TOKEN_TTL_MAX_MS = 90 * 86_400_000;
/** Requests that wait for approval. */
export const PENDING_MAX = 256;
/** How long a request waits for approval, and an approved one for its host, µs. */
export const PENDING_KEPT_US = 7 * 86_400e6;
/** Agents and people that the book knows; those whose certificates are over for this long make room, µs. */
export const MEMBERS_MAX = 8_192;
export const MEMBER_KEPT_US = 400 * 86_400e6;
/** Certificates of one member that are told apart: two are valid around a renewal, and a person has some devices. */
export const SERIALS_PER_MEMBER = 16;

/** How long certificates live, µs. */
export const MEMBER_CERTIFICATE_US = 30 * 86_400e6;
export const SERVER_CERTIFICATE_US = 365 * 86_400e6;
export const ROOT_CERTIFICATE_US = 3_650 * 86_400e6;
/** The server's and the root's begin this much before they are made, µs: agents' clocks may be behind. */
export const CLOCK_TOLERANCE_US = 86_400e6;
/** The server's certificate is made anew at this share of its life. */
export const RENEW_AT = 2 / 3;
/** Its end is remarked on this long before, µs: whoever makes it by hand has a month. */
export const SERVER_WARNING_US = 30 * 86_400e6;
/** How often connections whose certificates are over are looked for, and the server's own, ms. */
export const UPKEEP_EVERY_MS = 5_000;
