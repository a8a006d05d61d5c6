/**
 * Who may speak under an agent's id. One disk copied to two hosts gives two agents of one id; they are told apart by epoch (an
 * agent's epochs only grow), by host (a hash that a copy does not take along) and by address, and the second is refused
 * before anything of it could be taken for the first one's.
 *
 * Honest agents look much the same: restarted (same host, later epoch), rebooted (other host, later epoch, nobody connected),
 * moved to another address, or come back while their old connection is not yet known to be dead. Rejected: letting a later
 * start always win; a copy then throws the original out, and the other way about, for ever.
 */
import { ALIVE_SAME_HOST_US, ALIVE_US } from './limits.ts';

/** Who says hello. */
export interface Claimant {
  readonly agent: string;
  readonly epoch: number;
  /** What tells hosts apart; empty: not told. */
  readonly host: string;
  /** The address it comes from, without the port. */
  readonly address: string;
}

/** What is known of the id. */
export interface Incumbent extends Claimant {
  readonly connected: boolean;
  /** Last word from it, µs. */
  readonly lastSeen: number;
}

const ADVICE =
  'two hosts must not share one state directory or copies of it: start the copy with another --state directory ' +
  '(or remove the copied one while it is stopped), and it gets an id of its own. What it has spooled is kept there';

/**
 * @param newestStored the newest epoch of the id in the log; 0: none
 * @returns why the claimant may not speak, for its log; null when it may
 */
export function cloneRefusal(
  incumbent: Incumbent | undefined,
  newestStored: number,
  claimant: Claimant,
  now: number,
): string | null {
  const { agent, epoch } = claimant;
  const newest = Math.max(incumbent?.epoch ?? 0, newestStored);
  if (epoch < newest) {
    return `agent id ${agent} has been used by a later start (epoch ${newest}; this one is ${epoch}): ${ADVICE}`;
  }
  if (incumbent === undefined || !incumbent.connected) return null;
  const heardAgo = now - incumbent.lastSeen;
  const elsewhere = incumbent.host !== '' && claimant.host !== '' && incumbent.host !== claimant.host;
  const moved = incumbent.epoch === epoch && incumbent.address !== claimant.address;
  if ((elsewhere && heardAgo < ALIVE_US) || (moved && heardAgo < ALIVE_SAME_HOST_US)) {
    return `agent id ${agent} is connected from another host (${incumbent.address}): ${ADVICE}`;
  }
  return null;
}

/** For `dorawatch agents`: what the refused one was. */
export const clashText = ({ address, epoch }: Claimant): string =>
  `another host presents this agent id (last from ${address}, epoch ${epoch}) and is refused: its disk is a copy`;
