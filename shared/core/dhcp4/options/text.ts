// Options that are text: 12 host name, 15 domain name, 60 vendor class, 114 captive portal. RFC 2132, RFC 8910.
//
// Each character is one octet (its code 0..255), trailing NULs kept, so that any content survives a round trip. Reading
// UTF-8 was refused: NVT ASCII is what the RFCs say, and bytes that are neither would be lost on the way back.

import type { OptionFault } from '../option-fault.ts';

/** A host name, domain name, vendor class or captive-portal URI. */
export interface TextOption {
  readonly kind: 'text';
  readonly code: 12 | 15 | 60 | 114;
  /** At least one character, each of code 0..255. */
  readonly text: string;
}

/** Reads one octet or more. */
export function readText(code: TextOption['code'], octets: Uint8Array): TextOption | OptionFault {
  return octets.length === 0 ? 'length' : { kind: 'text', code, text: textOf(octets) };
}

/** The octets of a text, one a character; throws RangeError on a character above 255. */
export function octetsOfText(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => {
    const octet = character.codePointAt(0) ?? 0;
    if (octet > 255) throw new RangeError(`"${character}" is not one octet`);
    return octet;
  });
}

/** The text of some octets, one character each. */
export function textOf(octets: Uint8Array): string {
  // Mapped one by one: String.fromCharCode(...octets) overflows the stack on a long option.
  return Array.from(octets, (octet) => String.fromCharCode(octet)).join('');
}
