/**
 * What a change of the configuration means, before it is made: what comes and goes, what each server is asked before and after,
 * and which agents hear of it. Both sides are read off assignments, so "nothing changes for agents" is no estimate.
 */
import type { CollectorConfig } from './config.ts';
import { assignmentsOf, type Load, loadOf, NO_LOAD, type ServerLoad } from './load.ts';
import { type Rows, rateText } from './load-text.ts';

export interface ConfigDifference {
  /** "server standby of group corsham-dhcp (10.77.2.2)" */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** A line a server whose load changes, the head first; the last is the sum. */
  readonly loads: Rows;
  /** Sites whose agents are told something new. */
  readonly told: readonly string[];
  /** Sections of the file that differ in what they mean. */
  readonly sections: readonly string[];
}

export function configDifference(before: CollectorConfig, after: CollectorConfig): ConfigDifference {
  const [old, now] = [assignmentsOf(before), assignmentsOf(after)];
  const parts = [partsOf(before), partsOf(after)] as const;
  const told = [...now].filter(
    ([site, assignment]) => !isSame(withoutVersion(old.get(site)), withoutVersion(assignment)),
  );
  const sections = (
    ['groups', 'sites', 'probe', 'detect', 'influx', 'retention', 'alerts', 'allowServers', 'maintenance'] as const
  ).filter((key) => !isSame(before[key], after[key]));
  return {
    added: [...parts[1]].filter((part) => !parts[0].has(part)),
    removed: [...parts[0]].filter((part) => !parts[1].has(part)),
    loads: loadRows(loadOf(before, old), loadOf(after, now)),
    told: told.map(([site]) => site),
    sections: sections.map((key) => (key === 'allowServers' ? 'allow_servers' : key)),
  };
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const withoutVersion = (assignment: object | undefined): object => ({ ...assignment, version: 0 });

/** Everything that has a name, in words. */
function partsOf({ groups, sites }: CollectorConfig): ReadonlySet<string> {
  return new Set([
    ...groups.map(({ name, mode }) => `group ${name} (${mode})`),
    ...groups.flatMap(({ name: group, servers }) =>
      servers.map(({ name, address, role }) => `server ${name} of group ${group} (${role}, ${address})`),
    ),
    ...sites.map(({ name }) => `site ${name}`),
    ...sites.flatMap(({ name, subnets }) => subnets.map((subnet) => `subnet ${subnet} of site ${name}`)),
    ...sites.flatMap(({ name, client }) => (client === null ? [] : [`client at site ${name} (${client.interface})`])),
  ]);
}

interface Side {
  readonly servers: readonly ServerLoad[];
  readonly total: Load;
}

function loadRows(before: Side, after: Side): Rows {
  const head = ['Group', 'Server', 'Exchanges/s', 'Packets/s to', 'from', 'Leases kept', 'at worst'];
  const keyOf = ({ group, server }: ServerLoad): string => `${group} ${server}`;
  const old = new Map(before.servers.map((load) => [keyOf(load), load]));
  const now = new Map(after.servers.map((load) => [keyOf(load), load]));
  const keys = [...new Set([...now.keys(), ...old.keys()])];
  const rows = keys.flatMap((key) => {
    const [was, is] = [old.get(key), now.get(key)];
    const { group = '', server = '' } = is ?? was ?? {};
    const cells = changeCells(was ?? NO_LOAD, is ?? NO_LOAD);
    return cells.some(isChange) ? [[group, server, ...cells]] : [];
  });
  return rows.length === 0 ? [head] : [head, ...rows, ['all servers', '', ...changeCells(before.total, after.total)]];
}

function changeCells(was: Load, is: Load): readonly string[] {
  const rates = (['exchanges', 'to', 'from'] as const).map((key) => changeText(rateText(was[key]), rateText(is[key])));
  const leases = (['kept', 'worst'] as const).map((key) => changeText(String(was[key]), String(is[key])));
  return [...rates, ...leases];
}

const changeText = (was: string, is: string): string => (was === is ? is : `${was} → ${is}`);
const isChange = (cell: string): boolean => cell.includes('→');

/** More names than this are counted: a list of 829 subnets says less than its length. */
const NAMED_MAX = 12;

/** The difference in lines, without its table. */
export function differenceLines(
  { added, removed, told, sections: differ }: ConfigDifference,
  sites: number,
): readonly string[] {
  const agents =
    told.length === 0
      ? 'Nothing changes for agents.'
      : `Agents of ${told.length} of ${sites} ${sites === 1 ? 'site' : 'sites'} are told anew: ${listed(told).join(', ')}.`;
  const sections = differ.length === 0 ? 'The two files mean the same.' : `Sections that differ: ${differ.join(', ')}.`;
  return [...listed(added).map((part) => `+ ${part}`), ...listed(removed).map((part) => `- ${part}`), agents, sections];
}

function listed(names: readonly string[]): readonly string[] {
  if (names.length <= NAMED_MAX) return names;
  return [...names.slice(0, NAMED_MAX), `${names.length - NAMED_MAX} more`];
}
