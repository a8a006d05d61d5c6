/**
 * Reads the fold's state out as views: the current picture, for status and its relatives. Copies only.
 */
import { microseconds, type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import type { GroupState, State } from '../finding.ts';
import { lossRatio } from './loss-history.ts';
import type { GroupNode, PathNode, ServerNode } from './nodes.ts';
import type { Pool } from './pool.ts';
import { isWatched, silenceLimit, type VerdictState } from './state.ts';
import type { AgentView, GroupView, PathView, ServerView, SiteCounts, SiteView, VerdictsView } from './views.ts';

const moment = (us: number): UnixMicros | null => (us < 0 ? null : unixMicros(Math.round(us)));

const seen = (pool: Pool) => ({
  lastServedAt: moment(pool.lastAckAt),
  lastEvidenceAt: moment(pool.lastAt),
  dropRatio: dropRatio(pool),
});

/** While it does not serve everything is lost; what came before is history. */
const dropRatio = (pool: Pool): number | null =>
  pool.lastAt < 0 ? null : pool.state === 'non-serving' ? 1 : lossRatio(pool.history);

function pathView(node: PathNode): PathView {
  const { pool } = node.state;
  const reason = pool.state === 'unknown' && node.firstContact ? 'never-answered' : pool.reason;
  const { group, server, site, bucket } = node;
  const { state, since, evidence } = pool;
  return { group, server, site, bucket, state, since, reason, evidence, ...seen(pool) };
}

function countSites(state: VerdictState, node: ServerNode): SiteCounts {
  const counts = { serving: 0, degraded: 0, nonServing: 0, unknown: 0 };
  for (const key of node.paths) {
    const path = state.paths.get(key);
    if (!path || !isWatched(state, path.site)) continue;
    const own = path.state.pool.state;
    if (own === 'non-serving') counts.nonServing++;
    else counts[own]++;
  }
  return counts;
}

function serverView(state: VerdictState, node: ServerNode): ServerView {
  const { group, server, address, role } = node;
  const { state: own, since, reason, evidence, pool } = node.state;
  const waiting = own === 'unknown' && node.paths.some((key) => state.paths.get(key)?.firstContact);
  return {
    group,
    server,
    address,
    role,
    expected: role === 'standby' ? 'silent' : 'serving',
    state: own,
    since,
    reason: waiting ? 'never-answered' : reason,
    evidence: waiting ? null : evidence,
    ...seen(pool),
    sites: countSites(state, node),
  };
}

const serves = (state: State): boolean => state === 'serving' || state === 'degraded';

/** A site as a group serves it: served by any, unserved by all, or not known. */
function siteView(state: VerdictState, group: string, site: string): SiteView {
  const paths = [...state.paths.values()].filter((path) => path.group === group && path.site === site);
  const pools = paths.map((path) => path.state.pool);
  const servedBy = [...new Set(paths.filter((path) => serves(path.state.pool.state)).map((path) => path.server))];
  const known = pools.length > 0 && pools.every((pool) => pool.state === 'non-serving');
  const deciding = pools.filter((pool) => (servedBy.length > 0 ? serves(pool.state) : true));
  const since = Math.max(-1, ...deciding.map((pool) => pool.since?.at ?? -1));
  const telling = paths.map(pathView).find((view) => serves(view.state) === servedBy.length > 0);
  return {
    site,
    group,
    servedBy,
    state: servedBy.length > 0 ? 'served' : known ? 'unserved' : 'unknown',
    since: moment(since),
    lastAckAt: moment(Math.max(-1, ...pools.map((pool) => pool.lastAckAt))),
    silent: state.sites.get(site)?.told.at(-1)?.to === 'unknown',
    reason: telling?.reason ?? null,
    evidence: telling?.evidence ?? null,
  };
}

function groupView(node: GroupNode, sites: readonly SiteView[]): GroupView {
  const { name, mode } = node.config;
  const count = (state: SiteView['state']): number => sites.filter((s) => s.group === name && s.state === state).length;
  const unserved = count('unserved');
  const { state, since } = node.reading;
  const worse: GroupState = unserved > 0 && (state === 'normal' || state === 'failed-over') ? 'degraded' : state;
  return {
    group: name,
    mode,
    state: worse,
    since,
    sites: { served: count('served'), unserved, unknown: count('unknown') },
  };
}

function agentViews(state: VerdictState): AgentView[] {
  const limit = silenceLimit(state);
  return [...state.agents.values()].map((node) => {
    const sample = state.kept.clocks.get(node.agent)?.at(-1);
    return {
      agent: node.agent,
      site: node.site,
      epoch: node.epoch,
      completeThrough: unixMicros(Math.round(node.watermark)),
      lastReceivedAt: node.lastReceivedAt,
      clockOffsetUs: sample ? microseconds(sample.offset) : null,
      clockErrorUs: sample ? microseconds(sample.error) : null,
      loopDelayMaxUs: microseconds(node.loopDelayMaxUs),
      silent: state.furthest - node.watermark > limit,
    };
  });
}

/** Groups and servers in the configuration's order, then those that only the log knows. */
export function readView(state: VerdictState): VerdictsView {
  const groups = [...state.groups.values()];
  const names = [...state.sites.keys()].filter((site) => isWatched(state, site)).sort();
  const sites = groups.flatMap((group) => names.map((site) => siteView(state, group.config.name, site)));
  const servers = groups.flatMap(({ config }) => {
    const own = [...state.servers.values()].filter((server) => server.group === config.name);
    const rank = (server: ServerNode): number => config.servers.findIndex((s) => s.name === server.server) >>> 0;
    return own.sort((a, b) => rank(a) - rank(b));
  });
  const limit = microseconds(silenceLimit(state));
  return {
    groups: groups.map((group) => groupView(group, sites)),
    servers: servers.map((server) => serverView(state, server)),
    paths: [...state.paths.values()].map(pathView),
    sites,
    agents: agentViews(state),
    silenceLimitUs: Object.fromEntries(groups.map((group) => [group.config.name, limit])),
    tooLate: state.tooLate,
  };
}
