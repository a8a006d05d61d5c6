/**
 * Every bound of the lease ledger and of an agent that its collector has forgotten, each with its reason. Bounds beside their
 * loops were refused: nobody could say what an agent may leave behind, and for how long.
 */
import type { Milliseconds } from '../../shared/core/units.ts';

/** Leases that may be held at once: every address of a /16. Beyond it the oldest is forgotten, which is told as trouble. */
export const LEASES_MAX = 65_536;
/** How long a lease is reckoned to last when neither OFFER nor ACK says (option 51 is missing): a day, the common default. */
export const UNTOLD_LEASE_SECONDS = 86_400;
/** A REQUEST may wait in a server's queue, and an unanswered one's lease begins then. */
export const QUEUED_REQUEST_SECONDS = 10;
/** A generation of the ledger's file: at ten exchanges a second a quarter of an hour. The one before is kept for people. */
export const LEDGER_GENERATION_BYTES = 1024 * 1024;
/** What a start reads of it; anything larger was not written by this program. */
export const LEDGER_READ_BYTES = 16 * 1024 * 1024;
/** Between two writes of what may be lost: a lease that was given back and is not noted is given back again. */
export const LEDGER_WRITE_MS = 1_000 as Milliseconds;
/** Between two attempts on a disk that took no writing. */
export const LEDGER_RETRY_MS = 10_000 as Milliseconds;
/** Between two RELEASEs outside an exchange: twenty a second are no load to any server. */
export const RELEASE_PACE_MS = 50 as Milliseconds;
/** Probing waits at most this long for the leases of the last start to be given back; the others follow meanwhile. */
export const LEFTOVERS_FIRST_MS = 10_000 as Milliseconds;
/** At the end: the longest that an agent stays for leases that it may hold; the others are left to the next start. */
export const LAST_RELEASES_MS = 3_000 as Milliseconds;
/** An agent that has heard nothing from its collector for so long is forgotten, or replaced: it probes no more. */
export const REST_AFTER_MS = (7 * 86_400_000) as Milliseconds;
/** Between two looks at that. */
export const REST_LOOK_MS = 5_000 as Milliseconds;
/** How much silence a killed agent may forget. */
export const SILENCE_KEPT_MS = 600_000 as Milliseconds;
