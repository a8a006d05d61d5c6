/**
 * Bounds and thresholds of what is noticed beside the verdicts, each with its reason. What the configuration says (expectations,
 * servers allowed) is not here. What is shed is counted, and shown with the fold's view.
 */

/** Observations kept over all keys: with 900 scopes a day of a sweep that takes 1 exchange in 2 s; some 12 MB. */
export const OBSERVATIONS_KEPT = 65_536;
/** The same of one key, at least and at most: three hours of a scope that is asked for every three seconds. */
export const OBSERVATIONS_LEAST = 64;
export const OBSERVATIONS_MOST = 4096;
/** Keys (a scope at a site, a field of a server's answers, …) in all: 829 scopes, 142 sites with six fields at four servers, and room. */
export const KEYS_MAX = 16_384;
/** Rogue servers told apart at a site: somebody who answers from ever new addresses must not fill the memory. */
export const ROGUES_PER_SITE = 32;
/** Findings of one key that are still compared with what is read from its track. */
export const TOLD_KEPT = 64;
/** Configurations whose expectations are remembered: a batch is judged by the one in force when it was measured. */
export const RULES_KEPT = 32;
/** Identifiers that expected answers have shown: eight for each server of a full configuration. */
export const IDENTIFIERS_MAX = 4096;

/** Slots (µs) in which a site's ordinary exchanges are noted as answered: the finest whose neighbours are not empty decides. */
export const SLOTS_US = [10e6, 60e6, 600e6] as const;
/** Ranges of slots kept per path and size: a path that is asked rarely has one a slot, and the coarser sizes speak for it. */
export const SLOT_RANGES = 256;
/** Paths whose slots are kept: as many as the verdict fold knows. */
export const SLOT_PATHS = 10_000;

/** Unanswered in a row before a scope or a client's way is not served, when nothing was lost before. */
export const FALL_LEAST = 3;
/** They must be spread over this long (µs): a moment's congestion is no fault of a scope. */
export const FALL_SPREAD_US = 20e6;
/** Answered in a row before it is served again: a pool that is nearly full answers now and then. */
export const RISE = 2;
/** Chance (ln) that a run of unanswered is mere loss: 1e-6, as for the brackets of verdicts. */
export const MERE_LOSS_LN = Math.log(1e-6);
/** Exchanges that an assumed clean past counts for, and how many of the own past count beside them. */
export const PRIOR_EXCHANGES = 100;
export const PAST_EXCHANGES = 400;
/** Most unanswered of one run that are remembered one by one. */
export const RUN_REMEMBERED = 64;

/** A value counts as right again when no wrong one was seen for so long (µs): two pools of a network take turns faster. */
export const SETTLED_US = 120e6;
/** Wrong values of one episode that are told apart. */
export const WRONG_VALUES = 8;
/** Sites go over to another identifier one by one, as their flows run out; for so long (µs) that is one change. */
export const HANDOVER_US = 600e6;
/** An identifier is out of use when nobody saw it for so long (µs): agents tell what they see every ten minutes. */
export const RETIRED_US = 3600e6;
/** Identifiers of one server told apart at once, and sites that are counted for each. */
export const IDENTIFIERS_PER_SERVER = 16;
export const SITES_COUNTED = 256;
/** A rogue server is gone when it was not seen for so long (µs): six times what agents repeat themselves after. */
export const UNSEEN_US = 3600e6;
/** Without a word of ordinary exchanges for so long (µs), clients that get no answer are told without one. */
export const ORDINARY_WAIT_US = 60e6;
/** A scope or a client's way is unknown when nothing was learned of it for so long (µs): a slow sweep takes half an hour. */
export const STALE_US = 3600e6;
/** A finding that results show so long (µs) after they could first have been here is late. */
export const LATE_US = 20e6;
/** An epoch that was never measured is placed by its agent's own clock, if that says that its batches are at most so old, µs. */
export const UNMEASURED_MAX_US = 60e6;
