/**
 * Where addresses run out: servers whose probes lie in a subnet with fewer free addresses than `free_addresses` are asked for
 * OFFERs only, which take none. A server comes back to DORA when twice as many are free, so that one lease does not turn it to
 * and fro. Members of a pair lease from the same pools, so what one of them says goes for all; independent servers have their own.
 */
import type { CollectorConfig } from '../config/config.ts';
import { isWithin } from '../notices/address.ts';
import type { GroupServer } from '../steering.ts';
import type { KeaBook } from './kea-book.ts';

/** How full a subnet is: under the floor, under twice the floor, or neither. */
export type Band = 'scarce' | 'low' | 'ample';

export const bandOf = (free: number, floor: number): Band =>
  free < floor ? 'scarce' : free < 2 * floor ? 'low' : 'ample';

/** @param before what this said last; what is low stays as it was */
export function scarceServers(
  { groups, probe: { freeAddresses: floor } }: CollectorConfig,
  kea: Pick<KeaBook, 'find' | 'offered'>,
  before: readonly GroupServer[],
): readonly GroupServer[] {
  if (floor === null) return [];
  return groups.flatMap(({ name: group, mode, servers }) => {
    const bands = servers.map(({ name: server }) => worst(kea, group, server, floor));
    const of = (index: number): readonly (Band | null)[] => (mode === 'independent' ? [bands[index] ?? null] : bands);
    return servers.flatMap(({ name: server }, index): readonly GroupServer[] => {
      const wasScarce = before.some((one) => one.group === group && one.server === server);
      const isScarce = of(index).includes('scarce') || (wasScarce && !isAmple(of(index)));
      return isScarce ? [{ group, server }] : [];
    });
  });
}

/** Nobody who says anything says less than plenty; without any word nothing has changed. */
const isAmple = (bands: readonly (Band | null)[]): boolean =>
  bands.includes('ample') && bands.every((band) => band === null || band === 'ample');

/** The fullest of the subnets that the group's probes were offered addresses of; null: it does not say. */
function worst(kea: Pick<KeaBook, 'find' | 'offered'>, group: string, server: string, floor: number): Band | null {
  const free = kea.find(group, server)?.entry.word?.freeAddresses ?? {};
  const own = Object.entries(free).filter(([prefix]) =>
    kea.offered(group).some((address) => isWithin(address, prefix)),
  );
  return own.length === 0 ? null : bandOf(Math.min(...own.map(([, count]) => count)), floor);
}
