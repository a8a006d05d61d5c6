/**
 * The live overlay: what is shown when the log has said nothing for a while. The fold derives silence from event time
 * alone, so with no entry coming in it rightly stays where it was; a person looking at a screen must still be told that
 * the picture is old. For display only: nothing here becomes a finding.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import { bracket } from './bracket.ts';
import { groupState } from './group-reading.ts';
import type { GroupView, PathView, ServerView, SiteCounts, SiteView, VerdictsView } from './views.ts';

/** @param now collector's wall clock @returns the view with everything silent for longer than its limit shown as unknown */
export function overlay(view: VerdictsView, now: UnixMicros): VerdictsView {
  const isStale = ({ group, lastEvidenceAt: last }: PathView | ServerView): boolean =>
    last !== null && now - last > (view.silenceLimitUs[group] ?? Number.POSITIVE_INFINITY);
  if (![...view.paths, ...view.servers].some(isStale)) return view;
  const paths = view.paths.map((path) => (isStale(path) ? aged(path) : path));
  const counted = view.servers.map((server) => ({ ...server, sites: countPaths(server, paths) }));
  const servers = counted.map((server) => (isStale(server) ? aged(server) : server));
  const sites = view.sites.map((site) => agedSite(site, paths));
  return { ...view, paths, servers, sites, groups: view.groups.map((group) => agedGroup(group, servers, sites)) };
}

/** Unknown since the last that was heard: the state before it has no end that anybody saw. */
function aged<T extends PathView | ServerView>(row: T): T {
  if (row.state === 'unknown') return { ...row, reason: 'silent-agent', evidence: null };
  const last = row.lastEvidenceAt;
  return {
    ...row,
    state: 'unknown',
    reason: 'silent-agent',
    evidence: null,
    since: last === null ? null : bracket(last, last),
  };
}

function countPaths({ group, server, sites }: ServerView, paths: readonly PathView[]): SiteCounts {
  const own = paths.filter((path) => path.group === group && path.server === server);
  const count = (state: PathView['state']): number => own.filter((path) => path.state === state).length;
  const [serving, degraded, nonServing] = [count('serving'), count('degraded'), count('non-serving')];
  const all = sites.serving + sites.degraded + sites.nonServing + sites.unknown;
  return { serving, degraded, nonServing, unknown: all - serving - degraded - nonServing };
}

/** A site is served, or unserved, only as far as its paths are still known. */
function agedSite(site: SiteView, paths: readonly PathView[]): SiteView {
  const own = paths.filter((path) => path.group === site.group && path.site === site.site);
  const servedBy = site.servedBy.filter((name) => own.some((path) => path.server === name && path.state !== 'unknown'));
  const isKnown = site.state === 'served' ? servedBy.length > 0 : own.every(({ state }) => state === 'non-serving');
  if (site.state === 'unknown' || isKnown) return { ...site, servedBy };
  const last = Math.max(-1, ...own.map((path) => path.lastEvidenceAt ?? -1));
  const since = last < 0 ? null : bracket(last, last).at;
  return { ...site, servedBy: [], state: 'unknown', since, reason: 'silent-agent', evidence: null };
}

/** The group read again with its mode; what was known of it and no longer is has been unknown since the last result. */
function agedGroup(group: GroupView, servers: readonly ServerView[], sites: readonly SiteView[]): GroupView {
  const own = servers.filter((server) => server.group === group.group);
  const its = sites.filter((site) => site.group === group.group);
  const count = (state: SiteView['state']): number => its.filter((site) => site.state === state).length;
  const counts = { served: count('served'), unserved: count('unserved'), unknown: count('unknown') };
  const states = own.map(({ state }) => state);
  if (groupState(group.mode, own, states) !== 'unknown' || group.state === 'unknown')
    return { ...group, sites: counts };
  const last = Math.max(-1, ...own.map(({ lastEvidenceAt }) => lastEvidenceAt ?? -1));
  return { ...group, state: 'unknown', since: last < 0 ? null : bracket(last, last), sites: counts };
}
