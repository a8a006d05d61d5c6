/**
 * Which identities of a path are free. An identity is in flight once at most: a server that sees two packets of one
 * client at a time drops one of them, and the drop would be ours. Fresh slots first, then the one that rested longest,
 * as perfdhcp cycles through its clients.
 *
 * A random choice was refused: it reuses an identity while its RELEASE is still being worked on.
 */
import type { MonotonicNs } from '../../shared/core/units.ts';
import { createFifo, type Fifo, first, push, removeFirst } from './fifo.ts';
import { type Identity, identityAt, type MacBase, PLAIN_SERIES, type Series } from './identity.ts';
import { IDENTITY_REST_NS } from './probe-limits.ts';

/** The free identities of one path; changed by the functions of this file only. */
export interface IdentityPool {
  readonly base: MacBase;
  readonly series: Series;
  /** How many there may be; may change while some are in flight. */
  count: number;
  /** Slots handed out at least once are below this. */
  fresh: number;
  inFlight: number;
  /** Free identities, the one that has rested longest first. */
  readonly resting: Fifo<Identity>;
  /** Set aside while the count is too small for their slots; forgetting them could hand one out while it is in flight. */
  surplus: Identity[];
}

/** A pool with every identity free. */
export function createPool(base: MacBase, count: number, series: Series = PLAIN_SERIES): IdentityPool {
  return { base, series, count, fresh: 0, inFlight: 0, resting: createFifo(), surplus: [] };
}

/** An identity that nobody uses, or undefined when all are in flight or still resting. */
export function takeIdentity(pool: IdentityPool, now: MonotonicNs): Identity | undefined {
  if (pool.fresh < pool.count) {
    pool.fresh += 1;
    return taken(pool, identityAt(pool.base, pool.fresh - 1, pool.series));
  }
  for (let identity = first(pool.resting); identity !== undefined; identity = first(pool.resting)) {
    if (identity.freeAt > now) return undefined;
    removeFirst(pool.resting);
    if (identity.slot < pool.count) return taken(pool, identity);
    pool.surplus.push(identity);
  }
  return undefined;
}

/** Gives an identity back at the end of its exchange; it rests a moment before its next one. */
export function returnIdentity(pool: IdentityPool, identity: Identity, now: MonotonicNs): void {
  rest(identity, now);
  giveBack(pool, identity);
}

/** Gives back an identity whose DISCOVER never left: no server knows of it, so it need not rest. */
export function returnUnused(pool: IdentityPool, identity: Identity): void {
  giveBack(pool, identity);
}

/** A packet went out for an identity outside an exchange (the RELEASE after a late ACK): it rests from now on. */
export function rest(identity: Identity, now: MonotonicNs): void {
  identity.freeAt = (now + IDENTITY_REST_NS) as MonotonicNs;
}

function taken(pool: IdentityPool, identity: Identity): Identity {
  pool.inFlight += 1;
  identity.isInFlight = true;
  return identity;
}

function giveBack(pool: IdentityPool, identity: Identity): void {
  pool.inFlight -= 1;
  identity.isInFlight = false;
  push(pool.resting, identity);
}

/** Changes how many identities there may be; those in flight beyond the new count finish first. */
export function resizePool(pool: IdentityPool, count: number): void {
  pool.count = count;
  for (const identity of pool.surplus) push(pool.resting, identity);
  pool.surplus = [];
}
