/** Every threshold and bound of imports, each with its reason. */

/** A run starts this long after its date line at most: `date` and perfdhcp are two programs, on a host that may be busy. µs. */
export const STARTUP_US = 1e6;
/** Answers may take this long where no run says how long they took, and never less: a stall of a second is in many a log. µs. */
export const ANSWER_LEAST_US = 1e6;
/** What an answered exchange takes where no run of the log says it, ms: a server on the same continent. */
export const TYPICAL_MS = 100;
/** Runs before and after that a run's worst latency is looked for in. */
export const NEIGHBOURS = 10;
/** Unanswered in a row that are a server that does not serve: 1e-10 at 10 % loss, as the live detector asks for. */
export const FALL = 10;
/** Loss below this is not believed when a chance is computed: a short clean stretch proves no clean path. */
export const LOSS_LEAST = 0.1;
/** A run of unanswered must be this unlikely (natural log) at the loss before it: 1e-10. */
export const SURPRISE_LN = Math.log(1e-10);
/** Chance (ln) below which "those were merely lost" is given up when a bracket is drawn: 1e-6. */
export const MERE_LOSS_LN = Math.log(1e-6);
/** Answered exchanges between two unanswered stretches that are service; fewer are late answers that another run's xids matched. */
export const RISE = 2;
/** Exchanges over which loss is judged: less than a run of the usual loop, or several short ones. */
export const LOSS_EXCHANGES = 64;
/** Share of them lost from which a server is degraded, and up to which it is serving again: far apart, so that no steady loss meets both. */
export const DEGRADED_SHARE = 0.25;
export const CLEAN_SHARE = 0.02;
/** Lost exchanges that make one degraded at least. */
export const DEGRADED_LEAST = 10;
/** perfdhcp's own drop time where none was given, ms. */
export const DROP_TIME_MS = 1000;
/** Observations in one request: well below the size of a gRPC message. */
export const REQUEST_OBSERVATIONS = 5_000;
/** Servers of an imported group, and characters of a name. */
export const SERVERS_MAX = 16;
export const NAME_MAX = 64;
/** Observations that a collector keeps over all imported groups: two servers in turn every 20 s for eleven days; 25 MB in a snapshot. */
export const OBSERVATIONS_MAX = 100_000;
/** Exchanges of one observation: a day at 10,000/s. Beyond that it is no count. */
export const EXCHANGES_MAX = 1e9;
/** Without a run of it for this long, and for so many of its usual steps, while another server was watched: nothing is known of a server. µs. */
export const HOLE_US = 60e6;
export const HOLE_STEPS = 4;
