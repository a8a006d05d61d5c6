/**
 * Every bound and threshold of the verdict fold in one place, each with its reason. What the configuration decides (fall,
 * rise, drop time, rate) is not here.
 */

/** A run of unanswered exchanges must be this unlikely (natural log) at the loss the path already had: 1e-10, so that a million exchanges a day at any loss raise a false alarm once in decades. */
export const SURPRISE_LN = Math.log(1e-10);
/** Chance (ln) below which "those were merely lost" is given up when a bracket is drawn: 1e-6 a bracket. */
export const MERE_LOSS_LN = Math.log(1e-6);
/** With fewer exchanges known than this, loss cannot be estimated, and the two cold rules decide. */
export const COLD_HISTORY = 64;
/** The surprise (ln) that is enough until then: 3e-5. At a trickle that history takes a quarter of an hour. */
export const COLD_SURPRISE_LN = Math.log(3e-5);
/** Unanswered in a row that are a surprise without any history: 0.7^48 is 4e-8, and 70 % is the most loss that is still "degraded". */
export const COLD_RUN = 48;

/** Exchanges that the loss before a stop counts for, beside the few since the start. */
export const PRIOR_WEIGHT = 50;

/** Exchanges in one block of the loss history. */
export const BLOCK_EXCHANGES = 100;
/** Blocks kept: 2,000 exchanges, the span that must be clean before a degraded path is serving again. */
export const BLOCKS_KEPT = 20;
/** Blocks over which loss makes a path degraded: 600 exchanges, a minute at 10/s. */
export const BLOCKS_RECENT = 6;
/** Losses (runs capped) in the recent blocks that make a path degraded: 10 %. */
export const DEGRADED_LOSSES = 60;
/** Losses in all kept blocks at or under which it is serving again: 0.5 %. Far from 10 %, so that no constant loss meets both within a day. */
export const CLEAN_LOSSES = 10;
/** A run of unanswered counts as at most this many losses: a burst shorter than `fall` is an accident, not sustained loss. */
export const LOSSES_PER_RUN = 3;

/** A block of pace: so many answers and so long at least, µs; a site's median over ten answers is true to a third. */
export const PACE_EXCHANGES = 10;
export const PACE_US = 10e6;
/** Answers of a block whose latencies are looked at for its median. */
export const PACE_SKETCHED = 256;
/** Blocks in a row before a pool is slow, or no longer: 40 s, so that an upload or a snapshot of a minute's half is none. */
export const PACE_BLOCKS = 4;
/** Which of the remembered medians is "usual" when it comes to judging: reached for an hour a day, it is usual. */
export const PACE_QUANTILE = 0.95;
/** Over the usual by a factor, and by so much (µs): a re-route by some ms is nothing at 1 ms, and jitter nothing at 100. */
export const PACE_OVER = [2.5, 50e3] as const;
/** The same while less than an hour is remembered: a lone morning is no day. */
export const PACE_OVER_YOUNG = [4, 100e3] as const;
/** Under which it is as usual again. */
export const PACE_EASE = [1.5, 25e3] as const;
/** Minutes remembered before anything is judged, and before the young one's margin ends. */
export const PACE_WARM_MIN = 1;
export const PACE_GROWN_MIN = 60;
/** Longest span (µs) that one block stands for: at a trickle blocks are long, and a silence is none of them. */
export const PACE_SPAN_MAX_US = 600e6;
/** What has been slow for so long (µs) is the usual from then on: a day, for a new route stays. */
export const PACE_FROZEN_US = 86_400e6;
/** Days in which what is usual fades to half, and the weight (minutes) under which a bin goes: some 60 bins remain. */
export const HABIT_HALF_DAYS = 2;
export const HABIT_LEAST_MIN = 0.05;
/** Overload: slow at so many sites, so many of the recent 600 lost (2 %), and so many times the share that was lost before. */
export const OVERLOAD_SITES = 2;
export const OVERLOAD_LOSSES = 12;
export const OVERLOAD_GROWTH = 3;

/** Unanswered exchanges of a run that are remembered one by one for its bracket: enough for 1e-6 at 80 % loss. */
export const RUN_REMEMBERED = 64;
/** After a start, exchanges watched for loss that would move its bracket's beginning back. */
export const SETTLE_EXCHANGES = 100;
/** DOs are beside DORAs for so long (µs) after the last DORA: at a site's share of a low rate DORAs are half an hour apart. */
export const BESIDE_US = 3600e6;
/** Identities told apart per path; further slots share the last counter. */
export const IDENTITIES_TRACKED = 256;
/** Agents of one site told apart on a path: as many as may be connected there; of a long backlog's earlier ones the last stands for the rest. */
export const WITNESSES_MAX = 16;
/** Own unanswered in a row (and answered again) before it is told that identities are refused (and no longer): at 10/s half a minute. */
export const IDENTITY_TOLD = 10;
/** Names of identities in a sentence, and remembered of a server. */
export const IDENTITIES_TOLD = 8;
/** Share of identities that may be of neither camp, for they have just changed. */
export const CAMPS_MIXED = 0.1;
/** Own unanswered in a row before an identity can be suspected alone. */
export const IDENTITY_RUN = 3;
/** Regions (sites in name order) that a server's run must be seen from, and the share of them: neighbours fail together. */
export const REGIONS = 8;
export const REGION_SHARE = 0.75;

/** Agents have stopped so long (µs) after a pause was said, and what was in flight has come in. */
export const PAUSE_SETTLED_US = 10e6;
/** Pauses in force at once. */
export const PAUSES_KEPT = 256;
/** Shortest silence (µs) that counts: shorter ones are a restart of an agent, or a slow link. */
export const SILENCE_MIN_US = 15e6;
/** A path is silent after this many of its own periods without a result, plus the drop time. */
export const SILENCE_PERIODS = 5;
/** Silence limit while the group is in first contact (one DISCOVER a minute), µs. */
export const SILENCE_FIRST_CONTACT_US = 200e6;

/** Rows (exchanges) kept for refolding over all paths: 7 MB, and an hour of seven servers at 10/s. Older history is read from the log again. */
export const ROWS_KEPT = 262_144;
/** Event time between the newest checkpoints (µs; older ones thin out), and rows after which one is made anyway (shared by many nodes), so that old rows can go. */
export const CHECKPOINT_US = 10e6;
export const CHECKPOINT_ROWS = 4096;
/** Results this much older (µs) than what is folded are left to a fold of history, whatever rows are kept: a backlog of days must not fill the memory, nor be folded again every few seconds while it streams. */
export const LATE_KEPT_US = 600e6;
/** Event time between two moments whose states are kept for folding old history again, µs. */
export const BASE_US = 60e6;
/** Such states over all nodes: some 8 MB; with eight nodes 64 each, so that two weeks back is at most a fifth further than asked for. */
export const BASES_KEPT = 3072;
/** Moments at least and at most, however few or many nodes there are. */
export const MOMENTS_LEAST = 4;
export const MOMENTS_MOST = 64;
/** Changes of what configuration says about judging, remembered for folding history again. */
export const REGIMES_KEPT = 256;
/** How far back results are folded in when no configuration says how long raw results are kept, µs: 14 days. */
export const HISTORY_US = 14 * 86_400e6;
/** History is folded again when so long (µs of log time) no more results older than the rows kept have come … */
export const HISTORY_QUIET_US = 2e6;
/** … or so long after the first of them: a backlog of days streams for minutes. */
export const HISTORY_WAIT_US = 60e6;
/** Share of the history to be folded that must have passed since the last time: 14 days at most once in 20 minutes, or an agent with a wrong clock would keep the collector busy. */
export const HISTORY_PAUSE = 1e-3;
/** A fold of history begins so long before the first late result: what an exchange may still change of a bracket before it. */
export const HISTORY_LEAD_US = 120e6;
/** Longest span (µs of event time) that a fold of history reads at once, the rows it aims at, and the rows it folds before others have a turn. */
export const SLICE_US = 3600e6;
export const SLICE_ROWS = 131_072;
export const STEP_ROWS = 8192;
/** Fold nodes beyond which checkpoints are made in proportion more rarely. */
export const NODES_AT_FULL_CHECKPOINTS = 32;
/** Log time between two refolds of one group while a backlog streams in, µs: each refold may read the whole window. */
export const REFOLD_US = 10e6;
/** Paths, agents and sites known at once; what exceeds it is counted and ignored. 1,000 sites on ten servers. */
export const PATHS_MAX = 10_000;
export const AGENTS_MAX = 4096;
/** Clock samples kept per agent: at one in 10 s six hours, and older ones ever more thinly. */
export const CLOCK_SAMPLES_KEPT = 2048;
/** How fast two clocks may drift apart (µs per µs) between samples: 100 ppm is a bad crystal. */
export const CLOCK_DRIFT = 1e-4;
/** A clock sample has come in so long after it was measured, µs: a round trip or two. */
export const CLOCK_SETTLED_US = 5e6;
/** The clock is being followed while the last such sample is at most so old, µs: six of the agent's intervals. */
export const CLOCK_TRACKED_US = 60e6;
/** Error assumed for an agent whose clock was never sampled, µs. */
export const CLOCK_UNKNOWN_ERROR_US = 1e6;
/** Spans with foreign answers remembered per path: a minute of one-second batches. */
export const FOREIGN_SPANS_KEPT = 64;
/** Transitions kept per server for reading its group, and intervals of coverage per site. */
export const TRANSITIONS_KEPT = 512;
export const COVERAGE_KEPT = 256;
/** Event time between two looks for paths that have fallen silent, µs. */
export const SCAN_US = 1e6;
/** A finding changed by results that came this long (µs of log time) after the moment that decides it is marked late. */
export const LATE_US = 20e6;
/** Exchanges of silence that one ICMP error outweighs when a run is named. */
export const ICMP_WEIGHT = 4;
