/**
 * The exchanges in flight and those that ended lately, by xid. It decides whose answer an answer is: xid, chaddr, the
 * client-id where it is echoed (RFC 6842), and a source that the path's server may speak from. What fits nothing is
 * named for what it is (late, duplicate, foreign, orphan) and never counts for another exchange.
 *
 * Ended exchanges stay for a minute, bounded, for only they can tell a late answer from a stranger's. Matching by xid
 * alone was refused: a second prober on the same host, or last minute's answers, would count as ours.
 */

import type { Ipv4 } from '../../shared/core/net/ipv4.ts';
import { sameOctets } from '../../shared/core/net/octets.ts';
import type { MonotonicNs } from '../../shared/core/units.ts';
import {
  type Answer,
  type Ending,
  type Exchange,
  type IcmpOutcome,
  leaseOf,
  onAbandoned,
  onAnswer,
  onDeadline,
  onIcmp,
  type Step,
} from './exchange.ts';
import { createFifo, type Fifo, first, push, removeFirst } from './fifo.ts';
import { isClientIdOf } from './identity.ts';
import { IN_FLIGHT_MAX, RECENT_MAX, RECENT_NS, XID_TRIES } from './probe-limits.ts';
import type { Lease } from './probe-packet.ts';
import { isExpectedSource } from './probe-path.ts';

/** An exchange that ended, and which of its answers have come. */
export interface Ended {
  readonly exchange: Exchange;
  readonly outcome: Ending['outcome'];
  readonly endedNs: MonotonicNs;
  /** True once an answer after the drop time was counted as late; later ones are duplicates. */
  isAnswered: boolean;
}

/** All exchanges that an answer can belong to. Changed by the functions of this file only. */
export interface ExchangeTable {
  /** In the order of their DISCOVERs. */
  readonly inFlight: Map<number, Exchange>;
  readonly recent: Map<number, Ended>;
  /** The same in the order of their ends. A Map has an order too, but walks over all that was deleted from its front. */
  readonly ended: Fifo<Ended>;
  /** The latest deadline of any exchange yet, and whether deadlines were ever given out of order until then. */
  lastDeadlineNs: number;
  mixedUntilNs: number;
}

/** An answer and the marks by which it is matched. */
export interface Arrival extends Answer {
  readonly xid: number;
  readonly source: Ipv4;
  readonly chaddr: Uint8Array;
  /** Option 61 as echoed, undefined when the server leaves it out. */
  readonly clientId: Uint8Array | undefined;
}

/** Whose answer it was, and what follows. */
export type Receipt =
  | { readonly kind: 'step'; readonly exchange: Exchange; readonly step: Step }
  /** After the drop time, for an exchange that has been reported as dropped. */
  | { readonly kind: 'late'; readonly exchange: Exchange; readonly lateNs: number; readonly lease: Lease | undefined }
  | { readonly kind: 'duplicate'; readonly exchange: Exchange }
  | { readonly kind: 'foreign'; readonly exchange: Exchange }
  | { readonly kind: 'orphan' };

/** An empty table. */
export function createTable(): ExchangeTable {
  return {
    inFlight: new Map(),
    recent: new Map(),
    ended: createFifo(),
    lastDeadlineNs: Number.NEGATIVE_INFINITY,
    mixedUntilNs: Number.NEGATIVE_INFINITY,
  };
}

/** An xid that no exchange of the table uses, drawn from `random` (32 bits); undefined when the table is full. */
export function freeXid(table: ExchangeTable, random: () => number): number | undefined {
  if (table.inFlight.size >= IN_FLIGHT_MAX) return undefined;
  for (let tries = 0; tries < XID_TRIES; tries += 1) {
    const xid = random() >>> 0;
    if (!table.inFlight.has(xid) && !table.recent.has(xid)) return xid;
  }
  return undefined;
}

/** Takes in an exchange whose DISCOVER has left. */
export function openExchange(table: ExchangeTable, exchange: Exchange): void {
  table.inFlight.set(exchange.xid, exchange);
  // One drop time at a time keeps deadlines in the order of sends; a new assignment may mix two for a while.
  if (exchange.deadlineNs < table.lastDeadlineNs) table.mixedUntilNs = table.lastDeadlineNs;
  table.lastDeadlineNs = Math.max(table.lastDeadlineNs, exchange.deadlineNs);
}

/** Finds whose answer this is and what follows. Only `endExchange` and the exchange's own functions change anything. */
export function onArrival(table: ExchangeTable, arrival: Arrival, now: MonotonicNs): Receipt {
  const exchange = table.inFlight.get(arrival.xid);
  if (exchange !== undefined) {
    if (!isSameClient(exchange, arrival)) return { kind: 'orphan' };
    if (!isExpectedSource(exchange.path, arrival.source)) return { kind: 'foreign', exchange };
    return { kind: 'step', exchange, step: onAnswer(exchange, arrival, now) };
  }
  const ended = table.recent.get(arrival.xid);
  if (ended === undefined || !isSameClient(ended.exchange, arrival)) return { kind: 'orphan' };
  const { exchange: over } = ended;
  return isExpectedSource(over.path, arrival.source) ? onAfterEnd(ended, arrival) : { kind: 'foreign', exchange: over };
}

/** Moves an exchange out of flight; its xid is remembered for late answers. */
export function endExchange(table: ExchangeTable, exchange: Exchange, ending: Ending, now: MonotonicNs): void {
  table.inFlight.delete(exchange.xid);
  const isAnswered = ending.lateNs !== undefined;
  const ended: Ended = { exchange, outcome: ending.outcome, endedNs: now, isAnswered };
  table.recent.set(exchange.xid, ended);
  push(table.ended, ended);
  forget(table, now);
}

/** Those in flight whose deadline has passed, with how they ended. To be asked only when the sockets have been drained. */
export function expired(table: ExchangeTable, now: MonotonicNs): { exchange: Exchange; ending: Ending }[] {
  const over: { exchange: Exchange; ending: Ending }[] = [];
  const isMixed = now <= table.mixedUntilNs;
  for (const exchange of table.inFlight.values()) {
    if (exchange.deadlineNs <= now) over.push({ exchange, ending: onDeadline(exchange) });
    else if (!isMixed) break;
  }
  return over;
}

/** All in flight, given up: their socket is gone. */
export function abandoned(table: ExchangeTable): { exchange: Exchange; ending: Ending }[] {
  return [...table.inFlight.values()].map((exchange) => ({ exchange, ending: onAbandoned(exchange) }));
}

/** The deadline to wake up for, undefined when nothing is in flight. */
export function nextDeadline(table: ExchangeTable, now: MonotonicNs): MonotonicNs | undefined {
  let soonest: MonotonicNs | undefined;
  for (const { deadlineNs } of table.inFlight.values()) {
    if (soonest === undefined || deadlineNs < soonest) soonest = deadlineNs;
    if (now > table.mixedUntilNs) break;
  }
  return soonest;
}

/** The DISCOVER of the exchange that has been in flight longest and will be a result; undefined when none is. */
export function oldestSent(table: ExchangeTable): MonotonicNs | undefined {
  for (const { path, sentNs } of table.inFlight.values()) if (path.trace === undefined) return sentNs;
  return undefined;
}

/**
 * Tells, whenever it is asked, whether anything is in flight where an answer can be hoped for: not on a path on which an exchange has
 * waited since `before` or longer as this is called. Nobody answers there, by design or otherwise.
 */
export function hopeSince(table: ExchangeTable, before: number): () => boolean {
  const inFlight = () => [...table.inFlight.values()];
  const silent = new Set(inFlight().flatMap(({ path, sentNs }) => (sentNs <= before ? [path] : [])));
  return () => inFlight().some(({ path }) => !silent.has(path));
}

/** Answers may have been lost on this host: those in flight can no longer be judged by silence. */
export function doubtAll(table: ExchangeTable): void {
  for (const exchange of table.inFlight.values()) exchange.isDoubtful = true;
}

/** What an ICMP error is about, as far as it is quoted. */
export interface IcmpQuote {
  readonly destination: Ipv4;
  readonly xid: number | undefined;
}

/** The exchange that an ICMP error is about, ended by it; undefined when it is about none in flight. */
export function onIcmpError(
  table: ExchangeTable,
  quote: IcmpQuote,
  outcome: IcmpOutcome,
): { exchange: Exchange; ending: Ending } | undefined {
  const exchange = quote.xid === undefined ? oldestTo(table, quote.destination) : table.inFlight.get(quote.xid);
  if (exchange === undefined || exchange.path.address !== quote.destination) return undefined;
  return { exchange, ending: onIcmp(exchange, outcome) };
}

/** A quote of 8 octets ends before the xid. Routers answer in order, so it is about the one that waits longest. */
function oldestTo(table: ExchangeTable, destination: Ipv4): Exchange | undefined {
  for (const exchange of table.inFlight.values()) if (exchange.path.address === destination) return exchange;
  return undefined;
}

function isSameClient(exchange: Exchange, arrival: Arrival): boolean {
  if (!sameOctets(exchange.identity.chaddr, arrival.chaddr)) return false;
  return arrival.clientId === undefined || isClientIdOf(exchange.identity.chaddr, arrival.clientId);
}

function onAfterEnd(ended: Ended, arrival: Arrival): Receipt {
  const { exchange } = ended;
  // An OFFER to an exchange that has one is a repetition, however late; so is anything after a real end.
  const isAwaited = exchange.state.kind === 'offer' || arrival.type !== 'OFFER';
  if (ended.outcome !== 'dropped' || ended.isAnswered || !isAwaited) return { kind: 'duplicate', exchange };
  ended.isAnswered = true;
  const lateNs = Math.max(0, arrival.receivedNs - exchange.sentNs);
  return { kind: 'late', exchange, lateNs, lease: leaseOf(exchange, arrival) };
}

function forget(table: ExchangeTable, now: MonotonicNs): void {
  for (let ended = first(table.ended); ended !== undefined; ended = first(table.ended)) {
    if (table.recent.size <= RECENT_MAX && now - ended.endedNs < RECENT_NS) return;
    table.recent.delete(ended.exchange.xid);
    removeFirst(table.ended);
  }
}
