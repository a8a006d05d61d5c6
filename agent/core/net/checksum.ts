// The Internet checksum (RFC 1071): the ones' complement of the ones' complement sum of 16-bit words.
//
// Only what we send is summed. What we receive is never judged by its UDP checksum: with offload, packets from this
// host or over a veth pair arrive with a sum that the hardware would have filled in, and are perfectly good.

import { u8, u16 } from '../../../shared/core/net/octets.ts';

/** Adds the 16-bit words of `octets[from, to)` to `sum`; an odd last octet counts as a word's high half. */
export function addWords(sum: number, octets: Uint8Array, from: number, to: number): number {
  let total = sum;
  for (let at = from; at + 1 < to; at += 2) total += u16(octets, at);
  return (to - from) % 2 === 1 ? total + (u8(octets, to - 1) << 8) : total;
}

/** The checksum for a sum made by `addWords`, 0..65535. */
export function checksumOf(sum: number): number {
  let folded = sum;
  // A 64 KiB datagram sums to less than 2^32, so two folds are enough; the loop says so without the arithmetic.
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}
