/**
 * Where an option stands in octets that our own encoder wrote: no pads, no overload, no split. For packets that are patched in place
 * for every exchange, where decoding and encoding again would cost more than all the rest.
 */
import { u8 } from '../net/octets.ts';
import { endCode } from './codes.ts';

/** Offset of an option's content, 0 when it is not there. @param from offset of the first option */
export function optionAt(octets: Uint8Array, from: number, code: number): number {
  for (let at = from; at < octets.length && u8(octets, at) !== endCode; at += 2 + u8(octets, at + 1))
    if (u8(octets, at) === code) return at + 2;
  return 0;
}
