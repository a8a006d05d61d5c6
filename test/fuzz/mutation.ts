/**
 * Inputs from inputs: bits and octets changed, extremes written over, pieces cut out, doubled, laid over others, spliced from
 * another input or taken from the target's words. What a length says then is a lie in one of them or another.
 *
 * Rejected: grammars a target; they write what their author thought of.
 */
import { seeded } from '../simulation/random.ts';
import type { Target } from './target.ts';

/** Whole numbers, 0 … below − 1. */
export type Dice = (below: number) => number;

/**
 * The same for the same seed. Rejected: xorshift, a third faster; its draws depend on each other bit by bit, and some combinations of
 * place and octet never came.
 */
export function dice(seed: number): Dice {
  const draw = seeded(seed);
  return (below) => Math.floor(draw() * below);
}

const OCTETS = [0, 1, 2, 4, 7, 8, 16, 32, 63, 64, 65, 127, 128, 191, 192, 254, 255];
/** Big-endian and little-endian at once where it matters: all of one bit, or one at an end. */
const WIDE = [
  [0xff, 0xff, 0xff, 0xff],
  [0x7f, 0xff, 0xff, 0xff],
  [0x80, 0, 0, 0],
  [0, 0, 0, 0],
  [0, 0, 0, 1],
  // As protobuf writes 2^32 − 1, 2^63, −1 and what is longer than any number.
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
];
const STEPS_MAX = 6;

type Step = (octets: Uint8Array, roll: Dice, other: Uint8Array) => Uint8Array;

/** One part replaced by another of any length. */
function replaced(octets: Uint8Array, from: number, to: number, by: ArrayLike<number>): Uint8Array {
  const made = new Uint8Array(octets.length - (to - from) + by.length);
  made.set(octets.subarray(0, from));
  made.set(by, from);
  made.set(octets.subarray(to), from + by.length);
  return made;
}

const written = (octets: Uint8Array, at: number, what: ArrayLike<number>): Uint8Array => {
  for (let i = 0; i < what.length && at + i < octets.length; i += 1) octets[at + i] = what[i] ?? 0;
  return octets;
};

const span = (length: number, roll: Dice): [number, number] => {
  const from = roll(length + 1);
  // Short pieces mostly: an option, a field, a line.
  const most = Math.min(length - from, roll(4) === 0 ? 256 : 24);
  return [from, from + roll(most + 1)];
};

const one = <Item>(items: readonly Item[], roll: Dice): Item => items[roll(items.length)] as Item;

const STEPS: readonly Step[] = [
  (octets, roll) => {
    const at = roll(octets.length || 1);
    return written(octets, at, [(octets[at] ?? 0) ^ (1 << roll(8))]);
  },
  (octets, roll) => written(octets, roll(octets.length || 1), [one(OCTETS, roll)]),
  (octets, roll) => written(octets, roll(octets.length || 1), [roll(256)]),
  (octets, roll) => {
    const at = roll(octets.length || 1);
    return written(octets, at, [(octets[at] ?? 0) + roll(9) - 4]);
  },
  (octets, roll) => written(octets, roll(octets.length || 1), one(WIDE, roll).slice(0, 1 + roll(11))),
  (octets, roll) => octets.slice(0, roll(octets.length + 1)),
  (octets, roll) => replaced(octets, ...span(octets.length, roll), []),
  (octets, roll) => {
    const [from, to] = span(octets.length, roll);
    const at = roll(octets.length + 1);
    return replaced(octets, at, at, octets.slice(from, to));
  },
  (octets, roll) => written(octets, roll(octets.length || 1), octets.slice(...span(octets.length, roll))),
  (octets, roll, other) => {
    const at = roll(octets.length + 1);
    return replaced(octets, at, at, other.subarray(...span(other.length, roll)));
  },
  (octets, roll, other) =>
    replaced(octets, roll(octets.length + 1), octets.length, other.subarray(roll(other.length + 1))),
  (octets, roll) => {
    const at = roll(octets.length + 1);
    return replaced(octets, at, at, one(WIDE, roll));
  },
];

/** @returns a new input from one of a corpus; never the corpus' own memory */
export function mutated(target: Target, corpus: readonly Uint8Array[], roll: Dice): Uint8Array {
  let made: Uint8Array = one(corpus, roll).slice();
  for (let step = 1 + roll(STEPS_MAX); step > 0; step -= 1) {
    const isWord = target.tokens.length > 0 && roll(5) === 0;
    made = isWord ? withWord(made, target.tokens, roll) : one(STEPS, roll)(made, roll, one(corpus, roll));
  }
  if (made.length > target.octetsMax) made = made.slice(0, target.octetsMax);
  if (target.mend !== undefined && roll(2) === 0) target.mend(made);
  return made;
}

function withWord(octets: Uint8Array, words: readonly Uint8Array[], roll: Dice): Uint8Array {
  const word = one(words, roll);
  const at = roll(octets.length + 1);
  if (roll(2) === 0) return written(octets, at, word);
  return replaced(octets, at, at, word);
}
