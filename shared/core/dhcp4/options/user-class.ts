// Option 77, the user classes of a client, each with its own length octet. RFC 3004.
//
// Many clients (and server configurations) put plain text here without the inner length. Such content rarely parses
// and is then `malformed`, its octets kept; guessing which of the two was meant was refused, as both can be right.

import { u8 } from '../../net/octets.ts';
import type { OptionFault } from '../option-fault.ts';

/** The classes that a client says it belongs to. */
export interface UserClassOption {
  readonly kind: 'user-class';
  readonly code: 77;
  /** At least one class of 1..255 octets each. */
  readonly classes: readonly Uint8Array[];
}

/** Reads a sequence of length octet and content that ends exactly with the option. */
export function readUserClass(octets: Uint8Array): UserClassOption | OptionFault {
  const classes: Uint8Array[] = [];
  let at = 0;
  while (at < octets.length) {
    const length = u8(octets, at);
    if (length === 0 || at + 1 + length > octets.length) return 'length';
    classes.push(octets.slice(at + 1, at + 1 + length));
    at += 1 + length;
  }
  return classes.length === 0 ? 'length' : { kind: 'user-class', code: 77, classes };
}

/** The octets of all classes, each after its length. */
export function writeUserClass(option: UserClassOption): Uint8Array {
  return Uint8Array.from(option.classes.flatMap((name) => [name.length, ...name]));
}
