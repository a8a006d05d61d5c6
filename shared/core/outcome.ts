/**
 * How an exchange ended: a closed set, in the order of its codes on the wire and in the log. A code is never reused.
 * An exchange whose DISCOVER left has exactly one outcome; one that never left (`unsent`) has none and is counted by cause.
 *
 * Rejected: an outcome per stage (`offer-dropped`, `ack-dropped` …). Stage and outcome vary independently, and readers
 * group by either.
 */

/** The outcomes of an exchange whose DISCOVER left; the index is the code on the wire. */
export const OUTCOMES = ['acked', 'dropped', 'naked', 'refused', 'unreachable', 'unmeasured'] as const;
/**
 * - `acked` ACK within the drop time (for kind `do`: an OFFER)
 * - `dropped` the drop time passed first
 * - `naked` the server answered NAK
 * - `refused` ICMP port unreachable: the host lives, the daemon does not
 * - `unreachable` ICMP host or net unreachable
 * - `unmeasured` sent, but the agent cannot judge it (stalled loop, socket lost); never reaches the detector
 */
export type Outcome = (typeof OUTCOMES)[number];

/** The stage an exchange was in when it ended: waiting for (or done with) the OFFER, or the ACK. Index = wire code. */
export const STAGES = ['offer', 'ack'] as const;
/** `offer` DISCOVER sent, OFFER awaited · `ack` REQUEST sent, ACK awaited (an acked exchange ended in `ack`). */
export type Stage = (typeof STAGES)[number];

/** Why an exchange that was due never left. */
export const UNSENT_CAUSES = ['no_identity', 'stalled', 'send_error'] as const;
/** `no_identity` every identity was in flight · `stalled` the loop came too late · `send_error` the kernel refused. */
export type UnsentCause = (typeof UNSENT_CAUSES)[number];

/** What an exchange is: the whole DORA, or DISCOVER → OFFER only. Index = wire code. */
export const EXCHANGE_KINDS = ['dora', 'do'] as const;
export type ExchangeKind = (typeof EXCHANGE_KINDS)[number];

/** How the answer's arrival was stamped: by the kernel, or in user space when the packet was read. Index = wire code. */
export const STAMPS = ['user', 'kernel'] as const;
export type Stamp = (typeof STAMPS)[number];
