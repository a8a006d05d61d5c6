/**
 * How many addresses each subnet has left, from Kea's `stat-lease4-get` (hook stat_cmds), which knows subnets by number, and its
 * configuration, which says what the numbers stand for. Pure reading of both answers; a shape that is not theirs reads as nothing.
 */

import { answerOf, fields, list } from './json-shape.ts';

/** Subnets read from one server: ten times the largest installation known. */
const SUBNETS_READ_MAX = 10_000;

/** Prefixes by subnet number. @param answer of `config-get`, one service's */
export function subnetPrefixes(answer: unknown): ReadonlyMap<number, string> {
  const dhcp4 = fields(fields(argumentsOf(answer))?.['Dhcp4']);
  const shared = list(dhcp4?.['shared-networks']).flatMap((network) => list(fields(network)?.['subnet4']));
  const prefixes = new Map<number, string>();
  for (const one of [...list(dhcp4?.['subnet4']), ...shared].slice(0, SUBNETS_READ_MAX)) {
    const { id, subnet } = fields(one) ?? {};
    if (typeof id === 'number' && typeof subnet === 'string') prefixes.set(id, subnet);
  }
  return prefixes;
}

/** Free addresses by prefix; null where the answer is no statistic. @param answer of `stat-lease4-get`, one service's */
export function freeAddresses(
  answer: unknown,
  prefixes: ReadonlyMap<number, string>,
): Readonly<Record<string, number>> | null {
  const set = fields(fields(argumentsOf(answer))?.['result-set']);
  const columns = list(set?.['columns']);
  const [id, total, assigned, declined] = [
    columns.indexOf('subnet-id'),
    columns.indexOf('total-addresses'),
    columns.indexOf('assigned-addresses'),
    columns.indexOf('declined-addresses'),
  ];
  if (id < 0 || total < 0 || assigned < 0) return null;
  const free: Record<string, number> = {};
  for (const row of list(set?.['rows']).slice(0, SUBNETS_READ_MAX)) {
    const cells = list(row).map(Number);
    const prefix = prefixes.get(cells[id] ?? Number.NaN);
    const left = (cells[total] ?? 0) - (cells[assigned] ?? 0) - (cells[declined] ?? 0);
    if (prefix !== undefined && Number.isFinite(left)) free[prefix] = Math.max(0, left);
  }
  return free;
}

function argumentsOf(answer: unknown): unknown {
  const one = answerOf(answer);
  return one?.['result'] === 0 ? one['arguments'] : null;
}
