/**
 * What is known of the agents, as metrics: the rows of `dorawatch agents`. Only so many have series of their own, those that are
 * connected first; an agent that reinstalls itself daily under new names must not fill somebody's Prometheus.
 */
import { type Family, gauge, seconds, single } from '../../../shared/core/metrics/family.ts';
import type { AgentView } from '../../../shared/core/ops-view.ts';
import type { CollectorConfig } from '../config/config.ts';
import type { SiteView } from '../verdicts/views.ts';
import { AGENTS_SHOWN_MAX } from './limits.ts';

export interface AgentSources {
  readonly config: CollectorConfig;
  readonly agents: readonly AgentView[];
  /** Of all groups; a site is silent in all or none. */
  readonly sites: readonly SiteView[];
}

/** @returns those with series of their own: connected ones first, then those last heard of */
export const shownAgents = (agents: readonly AgentView[]): readonly AgentView[] =>
  agents.length <= AGENTS_SHOWN_MAX
    ? agents
    : [...agents]
        .sort((a, b) => Number(b.connected) - Number(a.connected) || (b.last_seen ?? 0) - (a.last_seen ?? 0))
        .slice(0, AGENTS_SHOWN_MAX);

export function agentFamilies(sources: AgentSources): readonly Family[] {
  const { agents, config } = sources;
  const connected = agents.filter((agent) => agent.connected);
  return [
    gauge('dorawatch_agents_connected', 'Agents that are connected.', single(connected.length)),
    gauge(
      'dorawatch_agents_behind',
      "Agents that are connected, of a version older than the collector's.",
      single(connected.filter(({ behind }) => behind === true).length),
    ),
    gauge('dorawatch_sites_configured', 'Sites that the configuration names.', single(config.sites.length)),
    reportingFamily(sources, new Set(connected.map(({ site }) => site))),
    ...ownFamilies(shownAgents(agents)),
  ];
}

function reportingFamily({ config, sites }: AgentSources, connected: ReadonlySet<string>): Family {
  const silent = new Set(sites.filter((own) => own.silent).map(({ site }) => site));
  return gauge(
    'dorawatch_site_reporting',
    'Whether a site reports: 1 when an agent of it is connected and its results come in.',
    config.sites.map(({ name: site }) => ({
      labels: { site },
      value: connected.has(site) && !silent.has(site) ? 1 : 0,
    })),
  );
}

function ownFamilies(agents: readonly AgentView[]): readonly Family[] {
  const each = (name: string, help: string, figure: (agent: AgentView) => number | null): Family =>
    gauge(
      `dorawatch_site_agent_${name}`,
      help,
      agents.flatMap((agent) => {
        const value = figure(agent);
        return value === null ? [] : [{ labels: { agent: agent.id, site: agent.site }, value }];
      }),
    );
  const inSeconds = (us: number | null): number | null => (us === null ? null : seconds(us));
  return [
    each('connected', 'Whether an agent is connected.', ({ connected }) => Number(connected)),
    each('clock_offset_seconds', "An agent's clock minus the collector's.", (own) => inSeconds(own.clock_offset_us)),
    each('clock_error_seconds', 'How well that offset is known, plus or minus.', (own) =>
      inSeconds(own.clock_error_us),
    ),
    each('backlog_batches', "Batches in an agent's spool that are not acknowledged.", (own) => own.backlog_batches),
    each('loop_delay_max_seconds', "Worst delay of an agent's event loop, as it last said.", (own) =>
      own.loop_delay_max_ms === null ? null : own.loop_delay_max_ms / 1000,
    ),
    each('leases_held', 'Leases that the probes of an agent hold.', (own) => own.leases_held),
    each('resting', 'Whether an agent probes nothing although it has targets.', (own) =>
      own.resting === null ? 0 : 1,
    ),
    each(
      'trouble',
      'Whether something is wrong with the spool or clock of an agent; `dorawatch agents` says what.',
      (own) => (own.trouble === null ? 0 : 1),
    ),
  ];
}
