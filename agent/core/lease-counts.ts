/**
 * What an agent's leases add up to, by server and subnet: held now, and the most that its assignment can come to, every RELEASE
 * lost and every identity holding one. Rejected: the peak seen so far; it says nothing about tomorrow's failure.
 */
import { type Assignment, identitiesOf, type Target } from '../../shared/core/assignment.ts';
import type { LeaseCount } from '../../shared/core/lease-count.ts';
import { MAX_LEASE_COUNTS } from '../../shared/core/limits.ts';
import type { EpochMicros } from '../../shared/core/units.ts';
import type { HeldLease } from './lease-ledger.ts';

type Counts = { -readonly [Name in keyof LeaseCount]: LeaseCount[Name] };
type Where = Pick<LeaseCount, 'group' | 'server' | 'scope'>;

/**
 * By server and scope, MAX_LEASE_COUNTS rows at most: with more, a server's scopes are one row.
 * @param assignment what is probed now; undefined: nothing
 */
export function leaseCounts(
  held: Iterable<HeldLease>,
  assignment: Assignment | undefined,
  now: EpochMicros,
): readonly LeaseCount[] {
  const rows = new Map<string, Counts>();
  for (const target of assignment?.targets ?? []) {
    if (target.kind === 'do' || assignment === undefined) continue;
    for (const scope of scopesOf(target)) rowOf(rows, { ...target, scope }).worst += identitiesOf(assignment, target);
  }
  for (const { place, untilUs } of held) if (untilUs > now) rowOf(rows, place).held += 1;
  const counts = rows.size <= MAX_LEASE_COUNTS ? rows : byServer(rows.values());
  // Leases of an earlier assignment may outlast it.
  return [...counts.values()]
    .slice(0, MAX_LEASE_COUNTS)
    .map((row) => ({ ...row, worst: Math.max(row.worst, row.held) }));
}

const scopesOf = ({ scopes }: Target): readonly (string | null)[] => (scopes.length === 0 ? [null] : scopes);

function rowOf(rows: Map<string, Counts>, { group, server, scope }: Where): Counts {
  const key = [group, server, scope ?? ''].join('\u0000');
  const known = rows.get(key) ?? { group, server, scope, held: 0, worst: 0 };
  rows.set(key, known);
  return known;
}

function byServer(counts: Iterable<LeaseCount>): ReadonlyMap<string, Counts> {
  const rows = new Map<string, Counts>();
  for (const { group, server, held, worst } of counts) {
    const row = rowOf(rows, { group, server, scope: null });
    row.held += held;
    row.worst += worst;
  }
  return rows;
}
