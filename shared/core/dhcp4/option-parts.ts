// How options lie in a message, before anybody reads what they say: one after the other in the options field and in the fields
// that it declares to hold more, long ones in parts. RFC 2131 and 3396. For the decoder, which refuses what does not fit, and
// for whoever shows a message, which must account for every octet of it.

import { joinOctets, u8 } from '../net/octets.ts';
import { endCode, OptionCode, padCode } from './codes.ts';
import { isJoined, readOption } from './option-codec.ts';

/** One option as it stands on the wire, perhaps only a part of a long one; `offset` is that of its code. */
export interface OptionPart {
  readonly code: number;
  readonly offset: number;
  readonly octets: Uint8Array;
}

/** One field's options. */
export interface OptionArea {
  readonly parts: readonly OptionPart[];
  /** Pad octets before the end. */
  readonly pads: number;
  /** Where the end option stands; undefined: there is none. */
  readonly endAt: number | undefined;
  /** Where an option stands that runs past the field's end; what follows cannot be told apart. */
  readonly cutAt: number | undefined;
}

/** The options in octets[from, to). Each octet is visited once; never throws. */
export function readArea(octets: Uint8Array, from: number, to: number): OptionArea {
  const parts: OptionPart[] = [];
  let pads = 0;
  let at = from;
  while (at < to) {
    const code = u8(octets, at);
    if (code === endCode) return { parts, pads, endAt: at, cutAt: undefined };
    if (code === padCode) {
      pads += 1;
      at += 1;
      continue;
    }
    const end = at + 2 + u8(octets, at + 1);
    if (at + 2 > to || end > to) return { parts, pads, endAt: undefined, cutAt: at };
    parts.push({ code, offset: at, octets: octets.slice(at + 2, end) });
    at = end;
  }
  return { parts, pads, endAt: undefined, cutAt: undefined };
}

/** The fields that the options field declares to hold options: bit 1 file, bit 2 sname. The first well-formed one counts. */
export function overloadOf(parts: readonly OptionPart[]): number {
  for (const { code, octets } of parts) {
    if (code !== OptionCode.overload) continue;
    const option = readOption(code, octets);
    if (option.kind === 'overload') return option.fields;
  }
  return 0;
}

/** A whole option, from one part or more. */
export interface WholeOption {
  readonly code: number;
  readonly offsets: readonly number[];
  readonly octets: Uint8Array;
}

/** Joins the parts of long options, each at the place of its first part. */
export function wholeOptions(parts: readonly OptionPart[]): readonly WholeOption[] {
  const groups: { readonly code: number; readonly offsets: number[]; readonly octets: Uint8Array[] }[] = [];
  const byCode = new Map<number, (typeof groups)[number]>();
  for (const { code, offset, octets } of parts) {
    const known = isJoined(code) ? byCode.get(code) : undefined;
    if (known !== undefined) {
      known.offsets.push(offset);
      known.octets.push(octets);
      continue;
    }
    const group = { code, offsets: [offset], octets: [octets] };
    groups.push(group);
    byCode.set(code, group);
  }
  return groups.map(({ octets, ...group }) => ({
    ...group,
    octets: octets.length === 1 ? (octets[0] ?? empty) : joinOctets(octets),
  }));
}

const empty = new Uint8Array(0);
