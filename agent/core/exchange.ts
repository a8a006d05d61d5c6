/**
 * One exchange as a machine: DISCOVER → OFFER → REQUEST → ACK or NAK, one deadline for the whole of it. It is given what
 * came in and says what follows; it sends nothing, and its state changes only after the send has succeeded.
 *
 *     offer ──OFFER──▶ (REQUEST) ──sent──▶ ack ──ACK──▶ acked (RELEASE)
 *       │                                   ├──NAK──▶ naked
 *       └──deadline──▶ dropped at offer     └──deadline──▶ dropped at ack
 *
 * An answer's arrival is an interval [earliest, received]: one moment when the loop was awake or the kernel stamped it,
 * wide after a stall. Where the interval holds the deadline, nobody can say, and the outcome is `unmeasured`. A timer per
 * exchange was refused: a stalled loop runs its timers before it reads its sockets, and invents drops.
 */
import { unreachable } from '../../shared/core/assert.ts';
import { type Ipv4, noAddress } from '../../shared/core/net/ipv4.ts';
import type { Outcome, Stage } from '../../shared/core/outcome.ts';
import type { MonotonicNs, Nanoseconds } from '../../shared/core/units.ts';
import type { Identity } from './identity.ts';
import { OWN_DELAY_SHARE } from './probe-limits.ts';
import type { Lease } from './probe-packet.ts';
import type { ProbePath } from './probe-path.ts';

/** Where an exchange stands; each state carries what only it has. */
export type ExchangeState =
  | { readonly kind: 'offer' }
  | {
      readonly kind: 'ack';
      readonly lease: Lease;
      /** OFFER received. */
      readonly offerNs: MonotonicNs;
      /** REQUEST sent. */
      readonly requestNs: MonotonicNs;
      /** The longest that the REQUEST may have waited for us. */
      readonly ownDelayNs: Nanoseconds;
    };

/** An exchange in flight: its DISCOVER has left. */
export interface Exchange {
  readonly path: ProbePath;
  readonly identity: Identity;
  readonly xid: number;
  /** What its packets say in `secs`: 0 but in a drill. */
  readonly secs: number;
  /** What its packets are sent from, where that is not the engine's own port. */
  readonly sourcePort?: number | undefined;
  /** DISCOVER sent. */
  readonly sentNs: MonotonicNs;
  readonly deadlineNs: MonotonicNs;
  state: ExchangeState;
  /** True when answers may have been lost on this host since the DISCOVER left (socket overflow). */
  isDoubtful: boolean;
}

/** A server's answer, as far as an exchange cares. */
export interface Answer {
  readonly type: 'OFFER' | 'ACK' | 'NAK';
  readonly yiaddr: Ipv4;
  /** Option 54. */
  readonly server: Ipv4 | undefined;
  /** Option 51. */
  readonly leaseSeconds: number | undefined;
  /** Option 118, an echo. */
  readonly subnetSelection: Ipv4 | undefined;
  /** The latest moment at which it can have arrived; kernel stamp, or the moment it was read. */
  readonly receivedNs: MonotonicNs;
  /** The earliest such moment; equal to `receivedNs` unless the loop was stalled. */
  readonly earliestNs: MonotonicNs;
}

/** How an exchange ended. Durations in ns, undefined where the outcome has none. */
export interface Ending {
  readonly outcome: Outcome;
  readonly stage: Stage;
  /** DISCOVER sent → OFFER received. */
  readonly offerNs?: number | undefined;
  /** REQUEST sent → ACK received. */
  readonly ackNs?: number | undefined;
  /** DISCOVER sent → ACK (kind `do`: OFFER) received, when acked. */
  readonly totalNs?: number | undefined;
  /** DISCOVER sent → an answer that came after the drop time. */
  readonly lateNs?: number | undefined;
  /** A lease that the server now holds for us. */
  readonly lease?: Lease | undefined;
}

/** Why an answer is no use to the exchange it belongs to. */
export type AnswerFault = 'no-server-identifier' | 'no-address' | 'ack-before-request' | 'no-subnet-selection';

/** What follows from an answer. */
export type Step =
  | { readonly kind: 'request'; readonly lease: Lease }
  | { readonly kind: 'finish'; readonly ending: Ending }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'malformed'; readonly reason: AnswerFault };

/** What an ICMP error about an exchange says. */
export type IcmpOutcome = Extract<Outcome, 'refused' | 'unreachable'>;

/** The exchange of a DISCOVER that left at `sentNs`. */
export function discoverSent(
  path: ProbePath,
  sender: Pick<Exchange, 'identity' | 'xid' | 'secs' | 'sourcePort'>,
  sentNs: MonotonicNs,
): Exchange {
  const deadlineNs = (sentNs + path.dropTimeNs) as MonotonicNs;
  return { path, ...sender, sentNs, deadlineNs, state: { kind: 'offer' }, isDoubtful: false };
}

/** What an answer leads to. `now` is the moment at which a REQUEST could leave. Changes nothing. */
export function onAnswer(exchange: Exchange, answer: Answer, now: MonotonicNs): Step {
  const { state, path } = exchange;
  // A server that does not know option 118 answers for giaddr's subnet; its OFFER or ACK is none (RFC 3011 section 3).
  if (path.subnetSelection !== undefined && answer.type !== 'NAK' && answer.subnetSelection !== path.subnetSelection)
    return { kind: 'malformed', reason: 'no-subnet-selection' };
  switch (state.kind) {
    case 'offer':
      if (answer.type === 'OFFER') return onOffer(exchange, answer, now);
      if (answer.type === 'NAK') return onLast(exchange, answer);
      // An ACK to a DISCOVER is rapid commit (RFC 4039), which we never ask for.
      return { kind: 'malformed', reason: 'ack-before-request' };
    case 'ack':
      return answer.type === 'OFFER' ? { kind: 'duplicate' } : onLast(exchange, answer);
    default:
      return unreachable(state);
  }
}

/** The REQUEST has left at `requestNs`, for the OFFER in `answer`. */
export function requestSent(exchange: Exchange, lease: Lease, answer: Answer, requestNs: MonotonicNs): void {
  const earliest = Math.max(answer.earliestNs, exchange.sentNs);
  const ownDelayNs = (requestNs - earliest) as Nanoseconds;
  exchange.state = { kind: 'ack', lease, offerNs: answer.receivedNs, requestNs, ownDelayNs };
}

/** The REQUEST could not be sent: the server did its part and we did not, so there is nothing to judge. */
export function requestFailed(exchange: Exchange, answer: Answer): Ending {
  return { outcome: 'unmeasured', stage: 'offer', offerNs: since(exchange, answer) };
}

/** The deadline has passed, and everything that the kernel held for us has been read. */
export function onDeadline(exchange: Exchange): Ending {
  const { state } = exchange;
  const dropTimeNs = exchange.deadlineNs - exchange.sentNs;
  // An exchange that lost a good part of its drop time to our own stall was not given its chance.
  const isOurs = state.kind === 'ack' && state.ownDelayNs > dropTimeNs * OWN_DELAY_SHARE;
  return { outcome: exchange.isDoubtful || isOurs ? 'unmeasured' : 'dropped', ...progress(exchange) };
}

/** An ICMP error about this exchange's own DISCOVER or REQUEST. */
export function onIcmp(exchange: Exchange, outcome: IcmpOutcome): Ending {
  return { outcome, ...progress(exchange) };
}

/** The exchange cannot be followed any more: the socket is gone. */
export function onAbandoned(exchange: Exchange): Ending {
  return { outcome: 'unmeasured', ...progress(exchange) };
}

function onOffer(exchange: Exchange, answer: Answer, now: MonotonicNs): Step {
  const offerNs = since(exchange, answer);
  if (answer.earliestNs > exchange.deadlineNs)
    return { kind: 'finish', ending: { outcome: 'dropped', stage: 'offer', lateNs: offerNs } };
  if (answer.receivedNs > exchange.deadlineNs)
    return { kind: 'finish', ending: { outcome: 'unmeasured', stage: 'offer' } };
  if (answer.server === undefined) return { kind: 'malformed', reason: 'no-server-identifier' };
  if (answer.yiaddr === noAddress) return { kind: 'malformed', reason: 'no-address' };
  if (exchange.path.kind === 'do')
    return { kind: 'finish', ending: { outcome: 'acked', stage: 'offer', offerNs, totalNs: offerNs } };
  // The OFFER was in time, and we read it too late to go on.
  if (now > exchange.deadlineNs) return { kind: 'finish', ending: { outcome: 'unmeasured', stage: 'offer', offerNs } };
  const leaseSeconds = answer.leaseSeconds ?? null;
  return { kind: 'request', lease: { address: answer.yiaddr, server: answer.server, leaseSeconds } };
}

/** ACK, or NAK in either stage: the exchange ends. */
function onLast(exchange: Exchange, answer: Answer): Step {
  const { state } = exchange;
  const lease = leaseOf(exchange, answer);
  const totalNs = since(exchange, answer);
  if (answer.earliestNs > exchange.deadlineNs)
    return { kind: 'finish', ending: { outcome: 'dropped', ...progress(exchange), lease, lateNs: totalNs } };
  if (answer.receivedNs > exchange.deadlineNs)
    return { kind: 'finish', ending: { outcome: 'unmeasured', ...progress(exchange), lease } };
  if (answer.type === 'NAK' || state.kind === 'offer')
    return { kind: 'finish', ending: { outcome: 'naked', ...progress(exchange), lease } };
  const ackNs = Math.max(0, answer.receivedNs - state.requestNs);
  const offerNs = state.offerNs - exchange.sentNs;
  return { kind: 'finish', ending: { outcome: 'acked', stage: 'ack', offerNs, ackNs, totalNs, lease } };
}

/** What an ACK gives us: its own yiaddr, and the server identifier and the seconds of the OFFER where it names none. */
export function leaseOf(exchange: Exchange, answer: Answer): Lease | undefined {
  if (answer.type !== 'ACK' || exchange.state.kind !== 'ack' || answer.yiaddr === noAddress) return undefined;
  const { lease } = exchange.state;
  const leaseSeconds = answer.leaseSeconds ?? lease.leaseSeconds;
  return { address: answer.yiaddr, server: answer.server ?? lease.server, leaseSeconds };
}

function progress(exchange: Exchange): { readonly stage: Stage; readonly offerNs?: number } {
  const { state } = exchange;
  return state.kind === 'offer' ? { stage: 'offer' } : { stage: 'ack', offerNs: state.offerNs - exchange.sentNs };
}

/** A kernel stamp may lie a few µs before our own send stamp's clock reading; a latency is never negative. */
function since(exchange: Exchange, answer: Answer): number {
  return Math.max(0, answer.receivedNs - exchange.sentNs);
}
