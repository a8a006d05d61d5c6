/**
 * Reads the fold's state out as views: the current picture, for status and its relatives. Copies only.
 */
import { microseconds, type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import type { GroupConfig, Mode } from '../config/config.ts';
import type { GroupState, State } from '../finding.ts';
import { dutyOf, expectedOf, ownBucket, type Seat, siteState } from './group-state.ts';
import { lossRatio } from './loss-history.ts';
import type { GroupNode, PathNode, ServerNode } from './nodes.ts';
import type { Pool } from './pool.ts';
import { isWatched, silenceLimit, type VerdictState } from './state.ts';
import { serversOf } from './telling.ts';
import type {
  AgentView,
  BucketVerdict,
  GroupView,
  PathView,
  ServerView,
  SiteCounts,
  SiteView,
  VerdictsView,
} from './views.ts';

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

/** A server is what it is to its own clients; one without any, what it is to whomever it serves. */
function ownNode(mode: Mode, nodes: readonly ServerNode[]): ServerNode | undefined {
  const own = nodes.find(({ role, bucket }) => bucket === ownBucket(mode, role));
  return own ?? nodes.find((node) => serves(node.state.state)) ?? nodes[0];
}

const bucketVerdicts = (mode: Mode, nodes: readonly ServerNode[]): BucketVerdict[] =>
  nodes.flatMap(({ role, bucket, state: { state, since, pool } }) => {
    const { lastServedAt, lastEvidenceAt } = seen(pool);
    const expected = expectedOf(mode, { role, bucket });
    return bucket === null ? [] : [{ bucket, expected, state, since, lastServedAt, lastEvidenceAt }];
  });

/** @param all the server in every bucket */
function serverView(state: VerdictState, mode: Mode, all: readonly ServerNode[]): ServerView[] {
  const node = ownNode(mode, all);
  if (!node) return [];
  const { group, server, address, role, bucket } = node;
  const { state: own, since, reason, evidence, pool } = node.state;
  const waiting = own === 'unknown' && node.paths.some((key) => state.paths.get(key)?.firstContact);
  const view = {
    group,
    server,
    address,
    role,
    bucket,
    expected: expectedOf(mode, node),
    state: own,
    since,
    reason: waiting ? 'never-answered' : reason,
    evidence: waiting ? null : evidence,
    ...seen(pool),
    sites: countSites(state, node),
    buckets: bucketVerdicts(mode, all),
  };
  return [view];
}

const serves = (state: State): boolean => state === 'serving' || state === 'degraded';

/** A site's path, with what it says of its server. */
interface SitePath extends Seat {
  readonly path: PathNode;
}

/** The paths to a group's servers by site, those first that should serve; what was a path in another mode is none. */
function pathsBySite(
  state: VerdictState,
  { mode }: GroupConfig,
  nodes: readonly ServerNode[],
): Map<string, SitePath[]> {
  const bySite = new Map<string, SitePath[]>();
  const rank = (node: ServerNode): number => (dutyOf(mode, node) === 'serves' ? 0 : 1);
  for (const { role, bucket, paths } of [...nodes].sort((a, b) => rank(a) - rank(b))) {
    for (const key of paths) {
      const path = state.paths.get(key);
      if (!path) continue;
      const own = { path, role, bucket, state: path.state.pool.state };
      bySite.set(path.site, [...(bySite.get(path.site) ?? []), own]);
    }
  }
  return bySite;
}

/** A site as a group serves it. */
function siteView(
  state: VerdictState,
  { name, mode }: GroupConfig,
  site: string,
  paths: readonly SitePath[],
): SiteView {
  const served = siteState(mode, paths);
  const serving = paths.filter((one) => serves(one.state));
  const silent = paths.filter((one) => one.state === 'non-serving');
  const deciding = served === 'served' ? serving : served === 'unserved' ? silent : paths;
  const pools = (of: readonly SitePath[]): Pool[] => of.map(({ path }) => path.state.pool);
  const views = deciding.map(({ path }) => pathView(path));
  const telling = views.find((view) => serves(view.state) === (served === 'served'));
  return {
    site,
    group: name,
    servedBy: [...new Set(serving.map(({ path }) => path.server))],
    state: served,
    since: moment(Math.max(-1, ...pools(deciding).map(({ since }) => since?.at ?? -1))),
    lastAckAt: moment(Math.max(-1, ...pools(paths).map(({ lastAckAt }) => lastAckAt))),
    silent: state.sites.get(site)?.told.at(-1)?.to === 'unknown',
    reason: telling?.reason ?? null,
    evidence: telling?.evidence ?? null,
  };
}

/** When the longest began of the gaps that nothing has ended. */
function openGapSince({ reading: { findings } }: GroupNode): UnixMicros | null {
  const begun = findings.flatMap((f) => (f.kind === 'gap' && f.end === null ? [f.start.at] : []));
  return begun.length === 0 ? null : unixMicros(Math.min(...begun));
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
    openGapSince: openGapSince(node),
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

/** A group's servers in the configuration's order, each in its buckets' order. */
function nodesInOrder(state: VerdictState, group: GroupNode): ServerNode[] {
  const { servers } = group.config;
  const rank = (node: ServerNode): number => servers.findIndex((s) => s.name === node.server) >>> 0;
  return serversOf(state, group).sort((a, b) => rank(a) - rank(b) || (a.bucket ?? 0) - (b.bucket ?? 0));
}

/** Groups and servers in the configuration's order, then those that only the log knows. */
export function readView(state: VerdictState): VerdictsView {
  const groups = [...state.groups.values()];
  const names = [...state.sites.keys()].filter((site) => isWatched(state, site)).sort();
  const read = groups.map((group) => ({ group, nodes: nodesInOrder(state, group) }));
  const sites = read.flatMap(({ group: { config }, nodes }) => {
    const paths = pathsBySite(state, config, nodes);
    return names.map((site) => siteView(state, config, site, paths.get(site) ?? []));
  });
  const servers = read.flatMap(({ group: { config }, nodes }) =>
    [...new Set(nodes.map(({ server }) => server))].flatMap((name) =>
      serverView(
        state,
        config.mode,
        nodes.filter(({ server }) => server === name),
      ),
    ),
  );
  const limit = microseconds(silenceLimit(state));
  return {
    groups: groups.map((group) => groupView(group, sites)),
    servers,
    paths: [...state.paths.values()].map(pathView),
    sites,
    agents: agentViews(state),
    silenceLimitUs: Object.fromEntries(groups.map((group) => [group.config.name, limit])),
    tooLate: state.tooLate,
  };
}
