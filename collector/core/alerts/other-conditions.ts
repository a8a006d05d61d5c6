/**
 * What is amiss beside the question who serves: notices (one condition a thing, with the sites that see it), probes that hold on
 * to their leases, agents in trouble. One rogue server that ten sites see is one alert, and so is a scope that is full everywhere.
 */
import type { AgentView } from '../../../shared/core/ops-view.ts';
import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import type { CollectorConfig } from '../config/config.ts';
import type { AmissView } from '../notices/view.ts';
import { countOf, listText } from '../words.ts';
import { type Condition, condition, conditionKey, overlapCause, serviceCause } from './condition.ts';
import { FOOTPRINT_NEAR, NAMED_MAX } from './limits.ts';

/** One condition for each thing that is amiss, whatever the number of its sites. */
export function noticeConditions(amiss: readonly AmissView[]): readonly Condition[] {
  const byKey = new Map<string, AmissView[]>();
  for (const one of amiss) {
    const key = conditionKey(one.kind, one.group, one.server, one.scope ?? (one.kind === 'rogue' ? one.detail : null));
    byKey.set(key, [...(byKey.get(key) ?? []), one]);
  }
  return [...byKey].flatMap(([key, all]) => noticeCondition(key, all));
}

function noticeCondition(key: string, all: readonly AmissView[]): readonly Condition[] {
  const [first] = [...all].sort((a, b) => a.since - b.since);
  if (first === undefined) return [];
  const { kind, group, server, since, text, detail } = first;
  const sites = [...new Set(all.flatMap(({ site }) => site ?? []))].sort();
  const site = sites.length === 1 && kind !== 'rogue' ? (sites[0] ?? null) : null;
  const others = sites.length > 1 ? ` (and at ${countOf(sites.length - 1, 'other site')})` : '';
  const address = kind === 'rogue' ? detail : null;
  const why = kind === 'maintenance' ? leftBehind(group) : {};
  return [condition({ key, kind, group, server, site, address, since, summary: text + others, sites, ...why })];
}

/** Whatever is wrong with the group's service now says it better: one cause, one page. */
const leftBehind = (group: string | null): Pick<Condition, 'cause' | 'wider' | 'rank'> => ({
  cause: serviceCause(group ?? ''),
  wider: overlapCause(group ?? ''),
  rank: -1,
});

/** Servers of which the probes of all agents hold as many leases as they ever can, though each is released. */
export function footprintConditions(
  agents: readonly AgentView[],
  { probe }: Pick<CollectorConfig, 'probe'>,
  since: UnixMicros,
): readonly Condition[] {
  if (probe.release === 'never') return [];
  const byServer = new Map<
    string,
    { group: string; server: string; held: number; worst: number; sites: Set<string> }
  >();
  for (const { site, leases } of agents) {
    for (const { group, server, held, worst } of leases) {
      const key = conditionKey('footprint', group, server);
      const sum = byServer.get(key) ?? { group, server, held: 0, worst: 0, sites: new Set() };
      sum.held += held;
      sum.worst += worst;
      if (held > 0) sum.sites.add(site);
      byServer.set(key, sum);
    }
  }
  return [...byServer].flatMap(([key, { group, server, held, worst, sites }]) => {
    if (worst === 0 || held < worst * FOOTPRINT_NEAR) return [];
    const summary = `${group}: probes do not get rid of their leases of ${server}`;
    const evidence = `they hold ${held}, and ${worst} at worst; is RELEASE lost on the way, or refused?`;
    const where = { group, server, sites: [...sites].sort() };
    return [condition({ key, kind: 'footprint', since, summary, evidence, ...where })];
  });
}

/** Agents that say what is wrong with them: one alert, which names them. Those that are not connected are silent sites. */
export function agentConditions(agents: readonly AgentView[], now: UnixMicros): readonly Condition[] {
  const ill = agents.filter(({ connected, trouble, resting }) => connected && (trouble !== null || resting !== null));
  if (ill.length === 0) return [];
  const told = ill.map(({ id, trouble, resting }) => `${id}: ${trouble ?? resting}`);
  const summary = `${countOf(ill.length, 'agent')} in trouble: ${listText(ill.map(({ id }) => id))}`;
  const evidence = listText(told, NAMED_MAX);
  const sites = [...new Set(ill.map(({ site }) => site))].sort();
  return [condition({ key: 'agent', kind: 'agent', since: unixMicros(now), summary, evidence, sites })];
}
