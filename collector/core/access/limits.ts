/** Bounds of who may come in and of what is written down of them, each with its reason. */

/** Characters that a line of the audit list says of a deed: a mark's text with its place. */
export const DEED_ABOUT_MAX = 600;
/** Sessions of the page at once, and those that one token opens: each person of a large department with several browsers. */
export const SESSIONS_MAX = 1024;
export const SESSIONS_PER_BEARER = 32;
/** Wrong tokens and cookies from one address: a person who mistypes, a page whose session ended; more is a guesser. */
export const GUESSES = { perSecond: 0.5, burst: 20 };
/** Addresses whose guesses are remembered. */
export const GUESSERS_MAX = 4096;
/** Refusals that are written down of one person: a script without rights must not fill the disk. */
export const REFUSALS_WRITTEN = { perSecond: 0.1, burst: 50 };
/** Characters of a user's name, as a proxy tells it. */
export const NAME_MAX = 64;
/** Bearer tokens that are valid at once: people, and the programs that ask. */
export const BEARERS_MAX = 1024;
/** How long one may live, ms: a scraper's is made anew once a year. */
export const BEARER_TTL_MAX_MS = 366 * 86_400_000;
