/**
 * Bounds of what one agent, one host or one site may ask of the collector, each with its reason. What a bound holds back is
 * counted, told to whom it concerns, and shown by `dorawatch agents`.
 * Rejected: settings. A healthy installation stays far below each of them, and one that does not has a fault to be found.
 */

/** Batches a second that are read from one agent in the long run: ten hours' backlog (36,000) takes half a minute, and others have room beside it. */
export const AGENT_BATCHES_PER_SECOND = 1_200;
/** Batches that it may be ahead of that: more than an hour's backlog. */
export const AGENT_BATCHES_BURST = 5_000;
/** Octets of the same, a second: 50,000 results at 20 octets; the backlog above has 0.4 MB for each of its seconds. */
export const AGENT_BYTES_PER_SECOND = 1_000_000;
/** Half a day's spool at 20 results a second, or 1,500,000 results of a load test. */
export const AGENT_BYTES_BURST = 32_000_000;
/** Clock samples a second that are stored: an agent measures every 10 s. */
export const AGENT_SAMPLES_PER_SECOND = 0.5;
/** Samples ahead of that: a line that breaks all the time has the agent measure each time anew. */
export const AGENT_SAMPLES_BURST = 20;
/** What any other message (clock probe, heartbeat) costs, in batches. */
export const SMALL_MESSAGE_COST = 0.25;
/** Octets of one agent that are being written: twice its send window, and all of them fit in memory for hundreds of agents. */
export const AGENT_BYTES_STORING = 8 * 1024 * 1024;
/** An agent that has not read what it was told for this long is cut off, ms: a keep-alive would have found a dead line. */
export const UNREAD_MAX_MS = 30_000;
/** A stream that has not said hello by then is ended, ms. */
export const HELLO_MAX_MS = 10_000;

/** How far beyond its receipt a batch's last moment may lie by the agent's measured clock, besides the sample's error, µs: clocks drift between samples. */
export const AHEAD_MAX_US = 10e6;

/** A batch from longer before its receipt than this is a clock's fault, µs: a spool keeps a week, and a report reaches back a year. */
export const BEHIND_MAX_US = 400 * 86_400e6;

/** Sessions that one host may open at once and in the long run: all sites behind one NAT come back together. */
export const SESSIONS_BURST_PER_HOST = 512;
export const SESSIONS_PER_SECOND_PER_HOST = 20;
/** Sessions without a hello yet, over all hosts. */
export const OPENING_MAX = 1024;
/** Hosts whose sessions are counted. */
export const HOSTS_MAX = 4096;
/** Agents connected at one site: two are for redundancy, more are somebody's mistake; each takes a share of the site's rate. */
export const AGENTS_PER_SITE = 16;
/** New agent ids at one site, at once and a second: an id is made once in an agent's life. */
export const NEW_AGENTS_BURST_PER_SITE = 16;
export const NEW_AGENTS_PER_SECOND_PER_SITE = 1 / 300;

/** Epochs kept apart per agent: one that restarts every 5 s has so many in six hours; of older ones nothing more is taken. */
export const EPOCHS_PER_AGENT = 4096;
/** Runs of sequences kept apart per agent, one at least for each epoch: a spool that shed leaves a few, each refused batch one. */
export const RANGES_PER_AGENT = 16_384;

/** Ad-hoc requests that one session awaits: an agent has one under way, and refuses the others at once. */
export const AD_HOC_PENDING_MAX = 4;
/** How long beyond the exchange itself its answer is waited for, ms: a line of half a second, a busy host. */
export const AD_HOC_PATIENCE_MS = 5_000;
/** Ad-hoc exchanges with one server, all sites together: a tenth of the usual rate, and every site once in a loop around the command. */
export const AD_HOC_PER_SERVER = { perSecond: 1, burst: 10 };
/** Servers whose ad-hoc exchanges are counted. */
export const AD_HOC_SERVERS_MAX = 1024;

/** An incumbent that was heard from within this time is alive (three heartbeats), µs: another host cannot have its place. */
export const ALIVE_US = 15e6;
/** The same where only the address differs (no batch for three of its seconds): a NAT may have changed it, and the agent be the same. */
export const ALIVE_SAME_HOST_US = 3e6;
/** How long a refusal is shown as the agent's trouble, µs: longer than the wait of a refused agent. */
export const TROUBLE_SHOWN_US = 600e6;
/** A clock that is this far off is trouble, µs. */
export const CLOCK_TROUBLE_US = 1e6;

/** Lines about one agent or host that are logged as they come; beyond them one in SAYING_EVERY_US, with a count. */
export const SAYINGS_BURST = 3;
export const SAYING_EVERY_US = 30e6;
/** Agents and hosts whose lines are counted. */
export const SAYINGS_MAX = 1024;

/** Kea's answer: a status is a kilobyte; a configuration of 829 subnets and 14,000 reservations is five megabytes. */
export const KEA_ANSWER_MAX_BYTES = 32 << 20;
/** A Kea that is loading its configuration answers nothing for as long as that takes; half of the usual interval is long enough to wait. */
export const KEA_ANSWER_MAX_MS = 5_000;
/** Its word is written to the log when it changed, and this often otherwise, ms: so that a part of a log says it too. */
export const KEA_REPEAT_MS = 300_000;
