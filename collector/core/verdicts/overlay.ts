/**
 * The live overlay: what is shown when the log has said nothing for a while. The fold derives silence from event time
 * alone, so with no entry coming in it rightly stays where it was; a person looking at a screen must still be told that
 * the picture is old. For display only: nothing here becomes a finding.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import { bracket } from './bracket.ts';
import { groupState, type Seat, siteState } from './group-state.ts';
import type { BucketVerdict, GroupView, PathView, ServerView, SiteCounts, SiteView, VerdictsView } from './views.ts';

/** @param now collector's wall clock @returns the view with everything silent for longer than its limit shown as unknown */
export function overlay(view: VerdictsView, now: UnixMicros): VerdictsView {
  const isStale = (group: string, last: UnixMicros | null): boolean =>
    last !== null && now - last > (view.silenceLimitUs[group] ?? Number.POSITIVE_INFINITY);
  const stale = (row: PathView | ServerView): boolean =>
    [row, ...('buckets' in row ? row.buckets : [])].some((one) => isStale(row.group, one.lastEvidenceAt));
  if (![...view.paths, ...view.servers].some(stale)) return view;
  const age = <T extends Aging>(group: string, row: T): T => (isStale(group, row.lastEvidenceAt) ? aged(row) : row);
  const paths = view.paths.map((path) => age(path.group, path));
  const servers = view.servers.map((server): ServerView => {
    const buckets = server.buckets.map((bucket) => age(server.group, bucket));
    return age(server.group, { ...server, buckets, sites: countPaths(server, paths) });
  });
  const sites = view.sites.map((site) => agedSite(site, paths, view));
  return { ...view, paths, servers, sites, groups: view.groups.map((group) => agedGroup(group, servers, sites)) };
}

type Aging = PathView | ServerView | BucketVerdict;

/** Unknown since the last that was heard: the state before it has no end that anybody saw. */
function aged<T extends Aging>(row: T): T {
  const reason = 'reason' in row ? { reason: 'silent-agent', evidence: null } : {};
  // Nobody is missed where nobody probes.
  if ('reason' in row && row.reason === 'paused') return row;
  if (row.state === 'unknown') return { ...row, ...reason };
  const last = row.lastEvidenceAt;
  return { ...row, state: 'unknown', ...reason, since: last === null ? null : bracket(last, last) };
}

function countPaths({ group, server, bucket, sites }: ServerView, paths: readonly PathView[]): SiteCounts {
  const own = paths.filter((path) => path.group === group && path.server === server && path.bucket === bucket);
  const count = (state: PathView['state']): number => own.filter((path) => path.state === state).length;
  const [serving, degraded, nonServing] = [count('serving'), count('degraded'), count('non-serving')];
  const all = sites.serving + sites.degraded + sites.nonServing + sites.unknown;
  return { serving, degraded, nonServing, unknown: all - serving - degraded - nonServing };
}

/** A site is served, or unserved, only as far as its paths are still known. */
function agedSite(site: SiteView, paths: readonly PathView[], { groups, servers }: VerdictsView): SiteView {
  const mode = groups.find(({ group }) => group === site.group)?.mode ?? 'independent';
  const own = paths.flatMap((path) => {
    if (path.group !== site.group || path.site !== site.site) return [];
    // Of a time when the group had another mode.
    if (path.bucket !== null && mode !== 'load-balancing') return [];
    const known = servers.find(({ group, server }) => group === path.group && server === path.server);
    return known ? [{ ...path, role: known.role }] : [];
  });
  const servedBy = site.servedBy.filter((name) => own.some((path) => path.server === name && path.state !== 'unknown'));
  if (site.state === 'unknown' || siteState(mode, own) === site.state) return { ...site, servedBy };
  const last = Math.max(-1, ...own.map((path) => path.lastEvidenceAt ?? -1));
  const since = last < 0 ? null : bracket(last, last).at;
  return { ...site, servedBy: [], state: 'unknown', since, reason: 'silent-agent', evidence: null };
}

/** The seats that a server fills: one, or one a bucket. */
export const seatsOf = (server: ServerView): readonly Seat[] =>
  server.buckets.length === 0 ? [server] : server.buckets.map((bucket) => ({ ...bucket, role: server.role }));

/** The group read again with its mode; what was known of it and no longer is has been unknown since the last result. */
function agedGroup(group: GroupView, servers: readonly ServerView[], sites: readonly SiteView[]): GroupView {
  const own = servers.filter((server) => server.group === group.group);
  const its = sites.filter((site) => site.group === group.group);
  const count = (state: SiteView['state']): number => its.filter((site) => site.state === state).length;
  const counts = { served: count('served'), unserved: count('unserved'), unknown: count('unknown') };
  if (groupState(group.mode, own.flatMap(seatsOf)) !== 'unknown' || group.state === 'unknown')
    return { ...group, sites: counts };
  const last = Math.max(-1, ...own.map(({ lastEvidenceAt }) => lastEvidenceAt ?? -1));
  return { ...group, state: 'unknown', since: last < 0 ? null : bracket(last, last), sites: counts };
}
