/**
 * Many sites in the same trouble at once are one alert: most of them silent is about the collector, more than a few about what
 * they share. Sites that were alerts of their own before stay so; those that join later join the crowd, as long as it is open.
 *
 * Rejected: leaving it to Alertmanager's grouping. It groups what is sent into one message, with 142 alerts in it, and plain
 * webhooks have no such thing.
 */
import { unixMicros } from '../../../shared/core/units.ts';
import { countOf, listText } from '../words.ts';
import { type Condition, condition, conditionKey } from './condition.ts';
import { SITES_ALONE } from './limits.ts';

export interface CrowdSources {
  /** Whether an alert of this name is told and not over. */
  readonly isOpen: (key: string) => boolean;
  /** Sites that ever reported. */
  readonly heardOf: number;
}

export interface Crowds {
  /** One for each crowd. */
  readonly conditions: readonly Condition[];
  /** By key of a member: the key of its crowd. */
  readonly crowdOf: ReadonlyMap<string, string>;
}

/** @param conditions those that rules speak of and nothing planned explains */
export function crowdsOf(conditions: readonly Condition[], sources: CrowdSources): Crowds {
  const silent = conditions.filter(({ kind }) => kind === 'site-silent');
  const unserved = conditions.filter(({ kind }) => kind === 'site-unserved');
  const groups = [...new Set(unserved.flatMap(({ group }) => group ?? []))];
  const found = [
    silentCrowd(silent, sources),
    ...groups.map((group) =>
      crowdOf(
        unserved.filter((one) => one.group === group),
        conditionKey('site-unserved', group),
        sources,
      ),
    ),
  ].flatMap((crowd) => crowd ?? []);
  const pairs = found.flatMap(({ told, members }) => members.map(({ key }) => [key, told.key] as const));
  return { conditions: found.map(({ told }) => told), crowdOf: new Map(pairs) };
}

interface Crowd {
  readonly told: Condition;
  readonly members: readonly Condition[];
}

function silentCrowd(silent: readonly Condition[], sources: CrowdSources): Crowd | null {
  const { isOpen, heardOf } = sources;
  const members = silent.filter(({ key }) => !isOpen(key));
  const isMost = silent.length > 1 && silent.length * 2 > heardOf;
  if (members.length === 0 || !(isMost || isOpen('collector')))
    return crowdOf(silent, conditionKey('site-silent'), sources);
  const hears = heardOf - silent.length;
  const summary = `the collector hears ${hears} of ${heardOf} sites: nothing comes in from ${named(members)}`;
  const evidence = 'most sites at once: the collector itself, its host, or the network that it is reached through';
  return { told: condition({ key: 'collector', kind: 'collector', summary, evidence, ...shared(members) }), members };
}

function crowdOf(all: readonly Condition[], key: string, { isOpen }: CrowdSources): Crowd | null {
  const members = all.filter((one) => !isOpen(one.key));
  const [first] = members;
  if (first === undefined || (members.length <= SITES_ALONE && !isOpen(key))) return null;
  const { kind, group, cause, rank } = first;
  const trouble = kind === 'site-silent' ? 'without any agent that reports' : `that no server of ${group} serves`;
  const summary = `${countOf(members.length, 'site')} ${trouble}: ${named(members)}`;
  return { told: condition({ key, kind, group, cause, rank, summary, ...shared(members) }), members };
}

const sitesOf = (members: readonly Condition[]): readonly string[] => members.flatMap(({ sites }) => sites).sort();

const named = (members: readonly Condition[]): string => listText(sitesOf(members));

const shared = (members: readonly Condition[]) => ({
  since: unixMicros(Math.min(...members.map(({ since }) => since))),
  sites: sitesOf(members),
});
