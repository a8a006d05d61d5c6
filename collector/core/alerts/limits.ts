/** Bounds of alerts and their delivery, each with its reason. */
import type { Milliseconds } from '../../../shared/core/units.ts';

/** Sites of one kind of trouble that are alerts of their own; more at once are one alert. Three people can be rung up. */
export const SITES_ALONE = 3;
/** Conditions remembered: every site of a large installation twice. Those that are over go first, and what was not delivered of them is counted. */
export const ALERTS_MAX = 8192;
/** What is over is remembered for so long, µs: an Alertmanager that was restarted is told of the end again, as Prometheus does. */
export const ENDED_KEPT_US = 15 * 60e6;
/** And for so long, µs, when a webhook has not been told of it yet. */
export const UNTOLD_KEPT_US = 24 * 3600e6;
/** After a start of the collector no site is missed for so long, µs: agents come back within half a minute. */
export const START_GRACE_US = 60e6;
/** Leases held, of those that probes can hold at worst, from which on they are not given back. */
export const FOOTPRINT_NEAR = 0.9;
/** Sites, agents or scopes named in one alert; the others are counted. */
export const NAMED_MAX = 20;
/** The event table begins so long before the cause, µs: the mark of whoever did it stands there. */
export const TABLE_BEFORE_US = 15 * 60e6;
/** Rows and characters of the event table: a page, and less than any receiver's limit. The newest rows stay. */
export const TABLE_ROWS_MAX = 30;
export const TABLE_LENGTH_MAX = 4000;
/** Characters of a summary or of its evidence. */
export const TEXT_MAX = 1000;

/** Alertmanager is told of all that lasts this often, ms (Prometheus: every minute), */
export const RESEND_MS = 60_000 as Milliseconds;
/** and takes what it was not told again for over after this long, ms: three lost messages are borne. */
export const RESEND_LASTS_MS = 240_000 as Milliseconds;
/** Alerts in one request to Alertmanager: some 300 kB with their event tables. */
export const ALERTS_PER_REQUEST = 64;
/** A webhook is told of a change of what lasts at most this often an alert, µs: a list of sites grows one by one. */
export const CHANGED_EVERY_US = 30e6;
/** One request, ms. */
export const REQUEST_LIMIT_MS = 10_000 as Milliseconds;
/** Octets of an answer that are read: what is wrong stands at its beginning. */
export const ANSWER_MAX_BYTES = 16_384;
/** First wait after a failure, and the longest: a page must not wait long for a receiver that is back. */
export const RETRY_BASE_MS = 1_000 as Milliseconds;
export const RETRY_MAX_MS = 60_000 as Milliseconds;
/** The longest that a Retry-After is obeyed. */
export const RETRY_AFTER_MAX_MS = 300_000 as Milliseconds;
/** Between two looks at what is wrong, ms: an alert is as fresh as a page that is looked at. */
export const LOOK_EVERY_MS = 1_000 as Milliseconds;
/** Log entries that verdicts may be behind; further behind they tell of the past, and nobody is called for it. */
export const BEHIND_ENTRIES_MAX = 5_000;
