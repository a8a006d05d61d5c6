/**
 * Keeps a flood of refusals from becoming a flood of log lines: the first few about somebody are said, then one in a while,
 * with how many were not. Rejected: a log level for them; the first line of a fault must be seen.
 */
import { SAYING_EVERY_US, SAYINGS_BURST, SAYINGS_MAX } from './limits.ts';

export interface Sayings {
  /** @param at µs @returns null: not to be said now; else how many before it were not said */
  may(about: string, at: number): number | null;
}

interface Said {
  left: number;
  since: number;
  unsaid: number;
}

export function createSayings(): Sayings {
  const said = new Map<string, Said>();
  return {
    may: (about, at) => {
      const own = said.get(about) ?? { left: SAYINGS_BURST, since: at, unsaid: 0 };
      said.delete(about);
      said.set(about, own);
      for (const oldest of said.keys()) {
        if (said.size <= SAYINGS_MAX) break;
        said.delete(oldest);
      }
      if (at - own.since >= SAYING_EVERY_US) Object.assign(own, { left: Math.max(own.left, 1), since: at });
      if (own.left === 0) {
        own.unsaid += 1;
        return null;
      }
      own.left -= 1;
      const { unsaid } = own;
      own.unsaid = 0;
      return unsaid;
    },
  };
}
