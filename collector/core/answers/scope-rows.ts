/**
 * What `scopes` shows: every subnet that a configured site lists, once for each group that is asked for it, with what the sweep has
 * found. One that was never asked for is shown too, as unknown: what is missing from a table looks like what is well.
 */
import type { ScopesView, ScopeView } from '../../../shared/core/ops-reply.ts';
import type { ScopesRequest } from '../../../shared/core/ops-request.ts';
import type { CollectorConfig } from '../config/config.ts';
import type { NoticesView, PlaceView } from '../notices/view.ts';

/** Sites and groups in the order of the configuration. */
export function scopesOf(
  config: CollectorConfig,
  { scopes }: Pick<NoticesView, 'scopes'>,
  { group: asked, unserved }: ScopesRequest,
): ScopesView {
  const found = new Map(scopes.map((one) => [keyOf(one.group, one.site, one.name), one]));
  const groups = config.groups.filter(({ name }) => asked === null || name === asked);
  const rows = config.sites.flatMap(({ name: site, subnets, group: home }) =>
    groups.flatMap(({ name: group }) =>
      // A site's subnets are asked for at its own group alone, where it names one.
      (home && home !== group ? [] : subnets).map((scope) =>
        scopeRow({ group, site, scope }, found.get(keyOf(group, site, scope))),
      ),
    ),
  );
  return { scopes: unserved ? rows.filter(({ state }) => state === 'non-serving') : rows };
}

const keyOf = (group: string, site: string, scope: string): string => JSON.stringify([group, site, scope]);

function scopeRow(where: Pick<ScopeView, 'group' | 'site' | 'scope'>, found: PlaceView | undefined): ScopeView {
  return {
    ...where,
    state: found?.state ?? 'unknown',
    since: found?.since ?? null,
    reason: found?.reason ?? null,
    evidence: found?.evidence ?? null,
    last_served_at: found?.lastServedAt ?? null,
    exchanges: found?.exchanges ?? 0,
    answered: found?.answered ?? 0,
  };
}
