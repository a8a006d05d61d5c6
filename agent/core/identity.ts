/**
 * Who a probe says it is. Identities are few, stable and recognisable: a locally administered MAC (`02:…`) and option 61
 * of type 1 with the same MAC, derived from the agent, the server and the slot, so that a server sees the same clients
 * every day and its lease table holds no more of them than we have slots.
 *
 * A base of 40 hashed bits per (agent, server), and the slot added to it. Hashing the slot as well was refused: it makes
 * two clients of one server collide at large counts, where consecutive ones cannot.
 */

import type { MonotonicNs } from '../../shared/core/units.ts';
import { sameOctets } from './net/octets.ts';
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

/** The base of the identities that this agent shows to this server. The same words give the same base, for ever. */
export function macBase(agent: string, server: string): MacBase {
  const words = `${agent}\u0000${server}`;
  const high = mix(words, 0x811c9dc5);
  const low = mix(words, 0x9747b28c);
  // 02: unicast and locally administered (IEEE 802 clause 8), so never the address of a real card.
  return [0x02, high & 255, low >>> 24, (low >>> 16) & 255, (low >>> 8) & 255, low & 255];
}

/** The identity in a slot: the base's last five octets, as one number, plus the slot. The first octet never changes. */
export function identityAt(base: MacBase, slot: number): Identity {
  const low = ((base[2] << 24) | (base[3] << 16) | (base[4] << 8) | base[5]) >>> 0;
  const sum = base[1] * 2 ** 32 + low + slot;
  const tail = sum % 2 ** 32;
  const chaddr = new Uint8Array(6);
  chaddr[0] = base[0];
  chaddr[1] = Math.floor(sum / 2 ** 32) & 255;
  chaddr[2] = tail / 2 ** 24;
  chaddr[3] = (tail / 2 ** 16) & 255;
  chaddr[4] = (tail / 256) & 255;
  chaddr[5] = tail & 255;
  return { slot, chaddr, isInFlight: false, freeAt: NEVER };
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

/** How many identities a path needs: those that can be in flight when nobody answers, and one more. */
export function identitiesNeeded(ratePerSecond: number, dropTimeSeconds: number): number {
  return Math.ceil(ratePerSecond * dropTimeSeconds) + 1;
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
