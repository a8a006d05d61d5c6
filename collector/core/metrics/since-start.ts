/**
 * Counters of this run out of figures that others keep: what the log remembers for ever, and what is forgotten with its agent.
 * Each growth is added, a figure that falls or begins anew is a new beginning, and what stood there at the start is another run's.
 */

/** A figure by name, as it stands now. */
export type Figures = ReadonlyMap<string, number>;

/** @param before figures at the start of this run @returns what each has grown by since, all names together */
export function createGrowth(before: Figures): (now: Figures) => number {
  // As large as what it is given, which is bounded where it is kept.
  let last = before;
  let grown = 0;
  return (now) => {
    for (const [name, value] of now) {
      const known = last.get(name) ?? 0;
      grown += value >= known ? value - known : value;
    }
    last = new Map(now);
    return grown;
  };
}
