/**
 * Kea's own maintenance as periods of a group: from a server's word `in-maintenance` (or its partner's `partner-in-maintenance`)
 * until one of the pair says that it works as ever. In between the server is shut down and says nothing, and its partner says
 * `partner-down`: that is still the same work, so the end is a word and not the absence of one. Who says it first has handed
 * over; the other takes up its service when it hears of that.
 *
 * Rejected: the two words alone. The period would end in the minute in which the server is stopped.
 */
import { afterUs, type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import type { KeaEntry } from '../log-entry.ts';
import { KEA_AFTER_US, KEA_ASKED_US, KEA_SETTLES_US, PERIODS_KEPT } from './limits.ts';

/** Plain JSON. */
export interface KeaPeriod {
  readonly group: string;
  /** Who is in maintenance, as far as it was said; null: the partner of who said so. */
  readonly server: string | null;
  readonly since: UnixMicros;
  /** When it was last said, µs. */
  readonly said: number;
  /** Null: it goes on. */
  readonly until: UnixMicros | null;
}

/** States of a pair at work, or at odds; every other one may be a part of the maintenance. */
const OVER: ReadonlySet<string> = new Set([
  'hot-standby',
  'load-balancing',
  'passive-backup',
  'communication-recovery',
  'terminated',
]);

/** @param intervalUs how often the server is asked @param previousAt when its word before was received, µs; null: never */
export function withWord(
  periods: readonly KeaPeriod[],
  { group, server, word, receivedAt }: KeaEntry,
  { intervalUs, previousAt }: { readonly intervalUs: number; readonly previousAt: number | null },
): readonly KeaPeriod[] {
  const state = word?.state ?? null;
  const index = periods.findIndex((one) => one.group === group && isOpen(one, receivedAt));
  const open = periods[index];
  const replaced = (one: KeaPeriod): readonly KeaPeriod[] => periods.map((each) => (each === open ? one : each));
  if (state === 'in-maintenance' || state === 'partner-in-maintenance') {
    const own = state === 'in-maintenance' ? server : null;
    if (open !== undefined) return replaced({ ...open, server: open.server ?? own, said: receivedAt });
    const since = unixMicros(Math.max(previousAt ?? 0, receivedAt - intervalUs - KEA_ASKED_US));
    return [...periods, { group, server: own, since, said: receivedAt, until: null }].slice(-PERIODS_KEPT);
  }
  return open !== undefined && state !== null && OVER.has(state)
    ? replaced({ ...open, until: afterUs(receivedAt, KEA_SETTLES_US) })
    : periods;
}

const isOpen = ({ until, said }: KeaPeriod, at: number): boolean => until === null && at - said <= KEA_AFTER_US;

/** When a period ends, µs: nobody says for ever that it does. */
export const keaEnd = ({ until, said }: KeaPeriod): number => until ?? said + KEA_AFTER_US;

export const keaText = ({ server }: KeaPeriod): string =>
  server === null ? 'a server is in maintenance, as Kea says' : `${server} is in maintenance, as Kea says`;
