/** Names and addresses that may stand in a configuration once: a second claim is reported with the line of the first. */
import type { Located, Reader } from './reader.ts';

export interface Uniqueness {
  /** Passes the value through; reports it when it was claimed before. */
  readonly claim: (at: Located | null, value: string | null) => string | null;
}

/** @param what the thing that must be unique, as a message names it @param named how one of them is named; a secret by itself is not */
export function createUniqueness(
  reader: Reader,
  what: string,
  named: (value: string) => string = (value) => `${what} "${value}"`,
): Uniqueness {
  // Bounded by the list bounds of the configuration.
  const lines = new Map<string, number>();
  return {
    claim: (at, value) => {
      if (at === null || value === null) return value;
      const first = lines.get(value);
      if (first === undefined) lines.set(value, at.node.line);
      else reader.report(at.node, at.path, `${named(value)} is already used on line ${first}`);
      return value;
    },
  };
}
