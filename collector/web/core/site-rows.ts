/** Sites and their agents in one table: a row an agent, sites that are not served first, then those that are silent. */
import type { AgentView, SiteView } from '../../../shared/core/ops-view.ts';
import { siteLook } from './state-look.ts';

export interface SiteRow {
  readonly key: string;
  readonly site: string;
  /** A line a group; several where groups share the site. */
  readonly verdicts: readonly SiteView[];
  readonly agent: AgentView | null;
}

export function siteRows(sites: readonly SiteView[], agents: readonly AgentView[]): readonly SiteRow[] {
  const names = [...new Set([...sites.map(({ site }) => site), ...agents.map(({ site }) => site)])];
  return names
    .flatMap((site) => {
      const verdicts = sites.filter((one) => one.site === site);
      const here = agents.filter((one) => one.site === site);
      return (here.length === 0 ? [null] : here).map((agent) => ({
        key: `${site}/${agent?.id ?? ''}`,
        site,
        verdicts,
        agent,
      }));
    })
    .sort((a, b) => trouble(b) - trouble(a) || (a.site < b.site ? -1 : 1));
}

function trouble({ verdicts, agent }: SiteRow): number {
  const worst = Math.max(0, ...verdicts.map(({ state }) => siteLook(state).rank));
  return worst * 10 + (agent?.connected ? 0 : 4) + (agent?.trouble || agent?.resting ? 2 : 0);
}

/** @param words as typed: a row has them all, in its site, agent, group, servers or state */
export function isFound(row: SiteRow, words: string): boolean {
  const text = [
    row.site,
    row.agent?.id ?? '',
    row.agent?.version ?? '',
    ...row.verdicts.flatMap(({ group, served_by, state }) => [group, ...served_by, state]),
  ]
    .join(' ')
    .toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
