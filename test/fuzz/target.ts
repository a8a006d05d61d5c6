/**
 * What a decoder promises, as something that can be fuzzed: octets to begin with, words that its grammar knows, and a judge that
 * decodes once and says what was not kept. No exception is declared anywhere here: every decoder gives a value or a refusal.
 */

export interface Target {
  readonly name: string;
  /** Sound inputs, encoded or captured; never empty. */
  readonly seeds: readonly Uint8Array[];
  /** What mutation puts in beside single octets: magic numbers, options, words. */
  readonly tokens: readonly Uint8Array[];
  /** Inputs of the short form, in `npm test`: a good half second's. */
  readonly short: number;
  /** Octets of an input at most; longer ones are cut. */
  readonly octetsMax: number;
  /** Puts right what would be refused at once (a length, a cookie), in place; called on half of the inputs. */
  readonly mend?: (octets: Uint8Array) => void;
  /** @returns what is not as promised; null: all is. What it throws is a finding as well. */
  readonly judge: (octets: Uint8Array) => string | null | Promise<string | null>;
  /** Work in counted blocks of the product's code: so much an input, and so much an octet; see coverage.ts. */
  readonly work: { readonly base: number; readonly perOctet: number };
}

export const octets = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
export const textOctets = (text: string): Uint8Array => new TextEncoder().encode(text);
export const sameOctets = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Where a decoded value holds the very memory that it was read from; null: nowhere. */
export function aliasIn(value: unknown, input: Uint8Array, path = ''): string | null {
  if (value instanceof Uint8Array) return value.length > 0 && value.buffer === input.buffer ? path : null;
  if (typeof value !== 'object' || value === null) return null;
  // Columns of numbers hold no octets.
  if (Array.isArray(value) && typeof value[0] === 'number') return null;
  for (const [key, part] of Object.entries(value)) {
    const found = aliasIn(part, input, `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

/** The first of these sentences that is one. */
export function firstOf(...rules: readonly (() => string | null)[]): string | null {
  for (const rule of rules) {
    const found = rule();
    if (found !== null) return found;
  }
  return null;
}

/** A rule's sentence unless it holds. */
export const unless = (holds: boolean, sentence: string): string | null => (holds ? null : sentence);
