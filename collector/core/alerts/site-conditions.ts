/**
 * Sites in trouble: those whose agents report nothing, and those that no server of a group serves though their agents do. Silence
 * is judged by the clock, as the overlay of `status` is: with no agent left nothing else would tell of it. A site that never
 * reported is not missed.
 */
import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import type { CollectorConfig } from '../config/config.ts';
import { type Seat, siteState } from '../verdicts/group-state.ts';
import type { SiteView, VerdictsView } from '../verdicts/views.ts';
import { type Assessment, type Condition, condition, conditionKey, serviceCause } from './condition.ts';
import { START_GRACE_US } from './limits.ts';
import { momentText } from './moment-text.ts';

export interface SiteSources {
  readonly config: Pick<CollectorConfig, 'sites'>;
  /** With the live overlay. */
  readonly verdicts: VerdictsView;
  readonly zone: string;
  /** When this run of the collector began, and now, µs. */
  readonly startedAt: UnixMicros;
  readonly now: UnixMicros;
}

/** @returns with `heardOf` sites in all that ever reported and are watched */
export function siteConditions(sources: SiteSources): Assessment & { readonly heardOf: number } {
  const last = lastReceived(sources);
  const silent = silentSites(sources, last);
  const names = new Set(silent.flatMap(({ site }) => site ?? []));
  const unserved = unservedSites(sources, names);
  const isYoung = sources.now - sources.startedAt < START_GRACE_US;
  return {
    conditions: [...(isYoung ? [] : silent), ...unserved.conditions],
    unsure: new Set([...(isYoung ? ['site-silent', 'collector'] : []), ...unserved.unsure]),
    heardOf: last.size,
  };
}

/** When anything of a site was last received, of those that the configuration names. */
function lastReceived({ config, verdicts }: SiteSources): ReadonlyMap<string, UnixMicros> {
  const watched = new Set(config.sites.map(({ name }) => name));
  const last = new Map<string, UnixMicros>();
  for (const { site, lastReceivedAt } of verdicts.agents) {
    if (!watched.has(site)) continue;
    last.set(site, unixMicros(Math.max(last.get(site) ?? 0, lastReceivedAt)));
  }
  return last;
}

function silentSites(
  { verdicts, now, zone }: SiteSources,
  last: ReadonlyMap<string, UnixMicros>,
): readonly Condition[] {
  // One limit for all groups.
  const limit = Math.max(0, ...Object.values(verdicts.silenceLimitUs));
  return [...last]
    .filter(([, at]) => now - at > limit)
    .map(([site, since]) =>
      condition({
        key: conditionKey('site-silent', site),
        kind: 'site-silent',
        site,
        since,
        summary: `site ${site} is silent: nothing of its agents since ${momentText(since, zone)}`,
        sites: [site],
      }),
    );
}

function unservedSites({ verdicts, zone }: SiteSources, silent: ReadonlySet<string>): Assessment {
  const unsure = new Set<string>();
  const conditions = verdicts.sites.flatMap((one): readonly Condition[] => {
    const { site, group, state, evidence, reason, lastAckAt } = one;
    const key = conditionKey('site-unserved', group, site);
    const since = unservedSince(verdicts, one);
    if (since === null && (state !== 'served' || silent.has(site))) unsure.add(key);
    // Never served: it was not there when the watch began.
    if (silent.has(site) || since === null || lastAckAt === null) return [];
    const summary = `site ${site} is served by no server of ${group} since ${momentText(since, zone)}`;
    // Held back by a gap of the group, and by nothing less.
    const why = { evidence: evidence ?? reason, cause: serviceCause(group), rank: 1, sites: [site] };
    return [condition({ key, kind: 'site-unserved', group, site, since, summary, ...why })];
  });
  return { conditions, unsure };
}

/**
 * Since when no server of a group serves a site; null: one does, or nobody knows. A trickle of exchanges takes long to tell that a
 * standby is silent here too; where it is silent to all sites together, it is to this one.
 */
export function unservedSince(
  { groups, servers, paths }: VerdictsView,
  { site, group, state, since }: Pick<SiteView, 'site' | 'group' | 'state' | 'since'>,
): UnixMicros | null {
  if (state !== 'unknown') return state === 'unserved' ? since : null;
  const mode = groups.find((one) => one.group === group)?.mode ?? 'independent';
  const own = paths.filter((path) => path.site === site && path.group === group);
  const seats = own.flatMap((path): readonly Seat[] => {
    const server = servers.find((one) => one.group === group && one.server === path.server);
    const known = server?.buckets.find(({ bucket }) => bucket === path.bucket) ?? server;
    const isSilent = path.state === 'unknown' && known?.state === 'non-serving';
    if (server === undefined) return [];
    return [{ role: server.role, bucket: path.bucket, state: isSilent ? 'non-serving' : path.state }];
  });
  const silent = own.flatMap((path) => (path.state === 'non-serving' && path.since !== null ? [path.since.at] : []));
  if (silent.length === 0 || siteState(mode, seats) !== 'unserved') return null;
  return unixMicros(Math.max(...silent));
}
