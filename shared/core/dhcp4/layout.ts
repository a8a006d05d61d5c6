// Where options go: the options field and, when that is too small, file and then sname (RFC 2132 9.3, RFC 3396).
//
// Greedy and in order, so that the reader, which joins the three areas in the same order, finds the same list, and so
// that writing the result again gives the same octets. A better packing (small options into the gaps) was refused: it
// would reorder them.

import { endCode, OptionCode } from './codes.ts';
import { optionOctetsMax } from './limits.ts';

/** One whole option, before it is split. */
export interface Content {
  readonly code: number;
  readonly octets: Uint8Array;
  /** Whether a reader joins several options with this code. */
  readonly isSplittable: boolean;
}

/** Octets in each area of a message; 0 for an area that is taken. */
export interface AreaSizes {
  readonly options: number;
  readonly file: number;
  readonly sname: number;
}

/** The octets of each area, from its first option to its end option; empty for an area that is not used. */
export interface Areas {
  readonly options: Uint8Array;
  readonly file: Uint8Array;
  readonly sname: Uint8Array;
}

interface Area {
  /** Room for options, the end option taken off. */
  readonly size: number;
  readonly octets: number[];
}

/** Lays the options out. Throws RangeError when they fit nowhere, or one that cannot be split has over 255 octets. */
export function layOut(contents: readonly Content[], sizes: AreaSizes): Areas {
  const alone = area(sizes.options);
  if (place(contents, [alone])) return { options: ended(alone), file: none, sname: none };
  const options = area(sizes.options);
  const file = area(sizes.file);
  const sname = area(sizes.sname);
  options.octets.push(OptionCode.overload, 1, 0);
  if (!place(contents, [options, file, sname])) throw new RangeError('options do not fit into the message');
  options.octets[2] = (file.octets.length > 0 ? 1 : 0) | (sname.octets.length > 0 ? 2 : 0);
  return { options: ended(options), file: ended(file), sname: ended(sname) };
}

const none = new Uint8Array(0);

function area(octets: number): Area {
  return { size: octets - 1, octets: [] };
}

function ended({ octets }: Area): Uint8Array {
  return octets.length === 0 ? none : Uint8Array.from([...octets, endCode]);
}

/** Fills the areas one after the other; false when something is left over. */
function place(contents: readonly Content[], areas: readonly Area[]): boolean {
  let current = 0;
  for (const content of contents) {
    let rest: Uint8Array | undefined = content.octets;
    // At least one round, so that an option without content is written too.
    while (rest !== undefined) {
      const target = areas[current];
      if (target === undefined) return false;
      const length = lengthThatFits(content, rest.length, target);
      if (length === undefined) {
        current += 1;
        continue;
      }
      target.octets.push(content.code, length);
      for (const octet of rest.subarray(0, length)) target.octets.push(octet);
      rest = length === rest.length ? undefined : rest.subarray(length);
    }
  }
  return true;
}

/** How much of what is left of an option goes into this area; undefined when it must go to the next one. */
function lengthThatFits(content: Content, left: number, target: Area): number | undefined {
  const room = target.size - target.octets.length - 2;
  if (room < 0 || (left > 0 && room === 0)) return undefined;
  if (content.isSplittable) return Math.min(left, room, optionOctetsMax);
  if (left > optionOctetsMax) throw new RangeError(`option ${content.code} of ${left} octets cannot be split`);
  return left > room ? undefined : left;
}
