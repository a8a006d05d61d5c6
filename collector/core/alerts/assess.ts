/**
 * All that is wrong now, from what the collector knows: the one place that lists whom alerts ask. What a start of the collector
 * cannot know yet (agents that have not come back) is unknown for its first minute, and neither begins nor ends an alert.
 */
import type { AgentView } from '../../../shared/core/ops-view.ts';
import type { CollectorConfig } from '../config/config.ts';
import type { AmissView } from '../notices/view.ts';
import type { Assessment } from './condition.ts';
import { type GroupSources, groupConditions } from './group-conditions.ts';
import { START_GRACE_US } from './limits.ts';
import { agentConditions, footprintConditions, noticeConditions } from './other-conditions.ts';
import { type SiteSources, siteConditions } from './site-conditions.ts';

export interface AlertSources extends GroupSources, SiteSources {
  readonly config: CollectorConfig;
  readonly amiss: readonly AmissView[];
  readonly agents: readonly AgentView[];
}

export interface Assessed {
  readonly assessment: Assessment;
  /** Sites that ever reported. */
  readonly heardOf: number;
}

export function assess(sources: AlertSources): Assessed {
  const { config, amiss, agents, now, startedAt } = sources;
  const [service, { heardOf, ...sites }] = [groupConditions(sources), siteConditions(sources)];
  const isYoung = now - startedAt < START_GRACE_US;
  const ofAgents = isYoung ? [] : [...footprintConditions(agents, config, now), ...agentConditions(agents, now)];
  const conditions = [...service.conditions, ...sites.conditions, ...noticeConditions(amiss), ...ofAgents];
  const unsure = new Set([...service.unsure, ...sites.unsure, ...(isYoung ? ['agent', 'footprint'] : [])]);
  return { assessment: { conditions, unsure }, heardOf };
}
