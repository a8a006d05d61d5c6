/**
 * Who a probe says it is. Identities are few, stable and recognisable: a locally administered MAC (`02:…`) and option 61
 * of type 1 with the same MAC, derived from the agent, the server and the slot, so that a server sees the same clients
 * every day and its lease table holds no more of them than we have slots.
 *
 * A base of 40 hashed bits per (agent, server), and the slot added to it; in load balancing, the slot-th address after the
 * base that falls into the wanted bucket. Hashing the slot as well was refused: it makes two clients of one server collide at
 * large counts, where consecutive ones cannot.
 */

import { sameOctets } from '../../shared/core/net/octets.ts';
import type { MonotonicNs } from '../../shared/core/units.ts';
import { BUCKETS, bucketOf } from './load-balancing-hash.ts';
import { NEVER } from './probe-limits.ts';

/** chaddr and client-id of a probe. */
export interface Identity {
  /** 0 … within its path. */
  readonly slot: number;
  /** Six octets. */
  readonly chaddr: Uint8Array;
  /** An exchange is using it; kept by the pool. */
  isInFlight: boolean;
  /** It rests until then; kept by the pool. */
  freeAt: MonotonicNs;
}

/** The six octets that slot 0 of a path has; further slots count up from it. */
export type MacBase = readonly [number, number, number, number, number, number];

/** How slots become addresses. */
export interface Series {
  /** Leading octets that no slot changes, 1 … 5: the operator's prefix, or the `02` alone. */
  readonly fixedOctets: number;
  /** RFC 3074 bucket that every identity must fall into; null = whichever. */
  readonly bucket: number | null;
}

/** Outside load balancing, and with no prefix of the operator's. */
export const PLAIN_SERIES: Series = { fixedOctets: 1, bucket: null };

/**
 * Reads "02:00:5e"; anything that is not one to three octets of two hex digits gives `02`, as if nothing had been asked for.
 * Each octet taken is one less to tell agents apart: with 142 agents, two servers and 31 identities each, some two share a MAC
 * in one fleet of seven with three octets, in one of 1,700 with two.
 */
export function macPrefixOctets(text: string | null): readonly number[] {
  const isPrefix = text !== null && /^[0-9a-f]{2}(?::[0-9a-f]{2}){0,2}$/i.test(text);
  return isPrefix ? text.split(':').map((octet) => Number.parseInt(octet, 16)) : [UNICAST_LOCAL];
}

/** Unicast and locally administered (IEEE 802 clause 8), so never the address of a real card. */
const UNICAST_LOCAL = 0x02;

/**
 * The base of the identities that this agent shows to this server. The same words give the same base, for ever. `prefix`
 * takes the place of the first octets.
 */
export function macBase(agent: string, server: string, prefix: readonly number[] = [UNICAST_LOCAL]): MacBase {
  const words = `${agent}\u0000${server}`;
  const high = mix(words, 0x811c9dc5);
  const low = mix(words, 0x9747b28c);
  const [first = UNICAST_LOCAL, second = high & 255, third = low >>> 24] = prefix;
  return [first, second, third, (low >>> 16) & 255, (low >>> 8) & 255, low & 255];
}

/** The identity in a slot. It depends on base, series and slot alone, so never on how many there are. */
export function identityAt(base: MacBase, slot: number, series: Series = PLAIN_SERIES): Identity {
  const { fixedOctets, bucket } = series;
  const chaddr =
    bucket === null ? countedUp(base, slot, fixedOctets) : countedInBucket(base, slot, fixedOctets, bucket);
  return { slot, chaddr, isInFlight: false, freeAt: NEVER };
}

/** The base's octets after the fixed ones, as one number, plus `steps`. */
function countedUp(base: MacBase, steps: number, fixedOctets: number): Uint8Array {
  const chaddr = Uint8Array.from(base);
  let carry = steps;
  for (let at = 5; at >= fixedOctets; at -= 1) {
    const sum = (base[at] ?? 0) + carry;
    carry = Math.floor(sum / 256);
    chaddr[at] = sum - carry * 256;
  }
  return chaddr;
}

/**
 * The hash begins with the last octet and each step permutes it, so of the 256 addresses that differ in that octet alone,
 * half fall into each bucket, whatever the others are: no search can come back empty, and no two slots find the same one.
 */
function countedInBucket(base: MacBase, slot: number, fixedOctets: number, bucket: number): Uint8Array {
  const perRow = 256 / BUCKETS;
  const row = Math.floor(slot / perRow) * 256;
  let left = slot % perRow;
  for (let step = 0; step < 256; step += 1) {
    const chaddr = countedUp(base, row + ((base[5] + step) & 255) - base[5], fixedOctets);
    if (bucketOf(chaddr, clientIdOf(chaddr)) !== bucket) continue;
    if (left === 0) return chaddr;
    left -= 1;
  }
  return countedUp(base, row, fixedOctets);
}

/** Option 61's content: hardware type 1, then the MAC (RFC 2132 section 9.14). */
export function clientIdOf(chaddr: Uint8Array): Uint8Array {
  const clientId = new Uint8Array(chaddr.length + 1);
  clientId[0] = 1;
  clientId.set(chaddr, 1);
  return clientId;
}

/** True when these octets are `clientIdOf(chaddr)`, without making it. */
export function isClientIdOf(chaddr: Uint8Array, clientId: Uint8Array): boolean {
  return clientId[0] === 1 && sameOctets(clientId.subarray(1), chaddr);
}

/** FNV-1a with murmur's last step, 32 bits; the words are ASCII names, so their UTF-16 units are their octets. */
function mix(words: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < words.length; at += 1) hash = Math.imul(hash ^ words.charCodeAt(at), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
