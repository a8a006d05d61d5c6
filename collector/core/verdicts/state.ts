/**
 * The verdict fold's whole state: its nodes by name, and how new ones come about. Nodes are made by what the log shows (a
 * configuration, a batch), so replaying the log makes the same ones in the same order.
 */
import type { PathRef, ResultBatch } from '../../../shared/core/batch.ts';
import { type CollectorConfig, GROUP_DEFAULTS, type GroupConfig } from '../config/config.ts';
import type { LossEntry } from '../log-entry.ts';
import type { ProbedPlace } from '../steering.ts';
import { createEvidence, type Evidence } from './evidence.ts';
import type { FoldContext, Judged } from './fold.ts';
import { readGroup } from './group-reading.ts';
import { AGENTS_MAX, NODES_AT_FULL_CHECKPOINTS, PATHS_MAX, SILENCE_FIRST_CONTACT_US } from './limits.ts';
import {
  type AgentNode,
  createFoldNode,
  type GroupNode,
  type Kept,
  type PathNode,
  type ServerNode,
  type SiteNode,
} from './nodes.ts';
import { createPathState } from './path-fold.ts';
import { allPausedSince } from './paused.ts';
import type { PoolSettings } from './pool.ts';
import { addServerSite, createServerState } from './server-fold.ts';
import { silenceLimitOf } from './silence-limit.ts';
import { type Regime, regimeAt } from './stops.ts';

/** Results older than the rows kept: which groups they concern, and from when, µs of event time. */
export interface HistoryNote {
  readonly from: number;
  readonly groups: readonly string[];
  /** When the first and the last of them were received, µs. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** How old history is folded again. */
export interface HistoryState {
  /** Sent time of the earliest row of all; 0 before any. */
  began: number;
  /** Whether the log reaches back further than history may be folded: then it can only begin from a base. */
  isCut: boolean;
  /** What waits, and what is being folded (and must be folded again after a kill). */
  due: HistoryNote | null;
  running: HistoryNote | null;
  /** Log time when the last fold of history began, µs. */
  begunAt: number;
  /** By agent: batches that a guessed clock placed where they cannot be; see reclock. At most AGENTS_MAX. */
  leftOut: Record<string, LeftOut>;
}

/** Batches of one epoch that wait for its first clock sample: their span by the agent's wall clock, µs, and their names. */
export interface LeftOut {
  readonly epoch: number;
  readonly site: string;
  readonly groups: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly first: string;
  readonly last: string;
}

export interface VerdictState {
  config: CollectorConfig | null;
  readonly agents: Map<string, AgentNode>;
  readonly sites: Map<string, SiteNode>;
  readonly paths: Map<string, PathNode>;
  readonly servers: Map<string, ServerNode>;
  readonly groups: Map<string, GroupNode>;
  readonly kept: Kept;
  /** Silence limit for so many sites; null = not worked out since the configuration changed. */
  limit: { readonly sites: number; readonly us: number } | null;
  furthest: number;
  /** `furthest` when silent paths were last looked for. */
  scannedAt: number;
  rowsKept: number;
  /** Rows that were left by the last trim: it is not tried again before an eighth more have come. */
  rowsLeft: number;
  tooLate: number;
  /** What configuration has said about judging, and the moments whose states are kept; see stops. */
  regimes: Regime[];
  moments: number[];
  history: HistoryState;
  /** Batches of agents or paths beyond the limits. */
  refused: number;
}

export const createState = (): VerdictState => ({
  config: null,
  agents: new Map(),
  sites: new Map(),
  paths: new Map(),
  servers: new Map(),
  groups: new Map(),
  kept: { stores: new Map(), clocks: new Map() },
  limit: null,
  furthest: 0,
  scannedAt: 0,
  rowsKept: 0,
  rowsLeft: 0,
  tooLate: 0,
  regimes: [],
  moments: [],
  history: { began: 0, isCut: false, due: null, running: null, begunAt: 0, leftOut: {} },
  refused: 0,
});

const FALL = 10;
const RISE = 2;

/** How long a group's path may be without results, µs: some of its own periods, since 142 sites share one rate. */
export function silenceLimit(state: VerdictState): number {
  const sites = Math.max(1, state.config?.sites.length ?? 0, state.sites.size);
  if (state.limit === null || state.limit.sites !== sites)
    state.limit = { sites, us: silenceLimitOf(state.config, sites) };
  return state.limit.us;
}

/** Names of a configuration's sites: asked for every site at every batch, so that a walk of the list would be the square of it. */
const SITES = new WeakMap<CollectorConfig, ReadonlySet<string>>();

function sitesOf(config: CollectorConfig): ReadonlySet<string> {
  const known = SITES.get(config) ?? new Set(config.sites.map(({ name }) => name));
  SITES.set(config, known);
  return known;
}

/** Whether a site is still watched: one that the configuration no longer names is neither waited for nor told. */
export const isWatched = ({ config }: VerdictState, site: string): boolean =>
  config === null || config.sites.length === 0 || sitesOf(config).has(site);

/** What a path or a server is asked at: a path's own site, a server's that are watched. */
function placesOf(state: VerdictState, { group, server, site, paths }: Judged): ProbedPlace[] {
  if (site !== undefined) return [{ group, server, site }];
  const sites = (paths ?? []).flatMap((key) => state.paths.get(key)?.site ?? []);
  return sites.filter((name) => isWatched(state, name)).map((name) => ({ group, server, site: name }));
}

/** What the nodes are advanced with at this entry. */
export function contextOf(state: VerdictState): FoldContext {
  const { kept, paths, agents, furthest, regimes, moments } = state;
  const settings = (node: Judged, at: number): PoolSettings => {
    const regime = regimeAt(regimes, at) ?? settingsNow(state);
    const pauses = ('paused' in regime ? regime.paused : undefined) ?? [];
    const pausedAt = pauses.length === 0 ? null : allPausedSince(pauses, placesOf(state, node));
    const silenceUs = node.firstContact ? Math.max(regime.silenceUs, SILENCE_FIRST_CONTACT_US) : regime.silenceUs;
    return pausedAt === null && silenceUs === regime.silenceUs ? regime : { ...regime, silenceUs, pausedAt };
  };
  const spread = Math.max(1, Math.ceil(paths.size / NODES_AT_FULL_CHECKPOINTS));
  return { kept, paths, agents, furthest, regimes, moments, isFirst: true, spread, settings };
}

/** What configuration says about judging now. */
export const settingsNow = (state: VerdictState): PoolSettings => ({
  fall: state.config?.detect.fall ?? FALL,
  rise: state.config?.detect.rise ?? RISE,
  silenceUs: silenceLimit(state),
});

/** The group of a name, made from the configuration, or as independent when it is not configured. */
export function groupNode(state: VerdictState, name: string, config?: GroupConfig): GroupNode {
  const known = state.groups.get(name);
  if (known) {
    if (config) known.config = config;
    return known;
  }
  const made = config ?? { name, mode: 'independent' as const, servers: [], ...GROUP_DEFAULTS };
  const node = { config: made, reading: readGroup(name, made.mode, []), told: [], refoldedAt: 0 };
  state.groups.set(name, node);
  return node;
}

/** @returns the name of a site's path to a server in a hash bucket */
export const pathKey = (
  { group, server, bucket }: Pick<PathRef, 'group' | 'server' | 'bucket'>,
  site: string,
): string => JSON.stringify([group, server, bucket, site]);

/** @returns the name of a server as one bucket's clients see it, or as all do */
export const serverKey = ({ group, server, bucket }: Pick<PathRef, 'group' | 'server' | 'bucket'>): string =>
  JSON.stringify([group, server, bucket]);

/** The server of a name, in a bucket, made when first seen. */
export function serverNode(
  state: VerdictState,
  named: Pick<PathRef, 'group' | 'server' | 'bucket' | 'address'>,
): ServerNode {
  const key = serverKey(named);
  const known = state.servers.get(key);
  if (known) return known;
  const { group, server, bucket, address } = named;
  const role = groupNode(state, group).config.servers.find((s) => s.name === server)?.role ?? 'server';
  const node = { ...createFoldNode(createServerState()), group, server, bucket, address, role, paths: [] };
  state.servers.set(key, node);
  return node;
}

/** A path and its server, with the path's key and store. */
export interface PathFound {
  readonly key: string;
  readonly path: PathNode;
  readonly server: ServerNode;
  readonly store: Evidence;
}

/** The path that a batch's reference names; null when there are too many. @param isNewest no later batch of its agent is known */
export function pathNode(state: VerdictState, batch: ResultBatch, ref: PathRef, isNewest: boolean): PathFound | null {
  const server = serverNode(state, ref);
  const key = pathKey(ref, batch.site);
  const known = state.paths.get(key);
  const path = known ?? (state.paths.size < PATHS_MAX ? createPath(state, server, key, batch, ref) : null);
  const store = state.kept.stores.get(key);
  if (!path || !store) return null;
  if (isNewest) path.firstContact = ref.firstContact;
  if (!path.agents.includes(batch.agent)) path.agents.push(batch.agent);
  return { key, path, server, store };
}

function createPath(state: VerdictState, server: ServerNode, key: string, batch: ResultBatch, ref: PathRef): PathNode {
  const path: PathNode = {
    ...createFoldNode(createPathState(batch.site)),
    group: ref.group,
    server: ref.server,
    bucket: ref.bucket,
    site: batch.site,
    siteNumber: server.paths.push(key) - 1,
    agents: [],
    firstContact: ref.firstContact,
    foreign: [],
  };
  addServerSite(server.state, batch.site);
  state.paths.set(key, path);
  state.kept.stores.set(key, createEvidence());
  return path;
}

/** The site of a name, made when first seen. */
export function siteNode(state: VerdictState, site: string): SiteNode {
  const known = state.sites.get(site);
  if (known) return known;
  const node: SiteNode = { coverage: [], firstContact: false, filledLate: false, horizon: 0, told: [], comparedAt: 0 };
  state.sites.set(site, node);
  return node;
}

/** The agent a batch came from, with what the batch says about its sequences; null when there are too many agents. */
export function agentNode(state: VerdictState, batch: ResultBatch): AgentNode | null {
  let node = state.agents.get(batch.agent);
  if (!node) {
    if (state.agents.size >= AGENTS_MAX) return null;
    node = {
      agent: batch.agent,
      site: batch.site,
      epoch: -1,
      watermark: 0,
      guessedFrom: null,
      lastReceivedAt: batch.anchor,
      loopDelayMaxUs: 0,
      lowest: 0,
      highest: 0,
      count: 0,
      paths: [],
    };
    state.agents.set(batch.agent, node);
  }
  if (batch.epoch > node.epoch) {
    Object.assign(node, {
      epoch: batch.epoch,
      site: batch.site,
      lowest: batch.sequence,
      highest: batch.sequence,
      count: 0,
    });
  }
  if (batch.epoch === node.epoch) {
    node.count++;
    node.lowest = Math.min(node.lowest, batch.sequence);
    node.highest = Math.max(node.highest, batch.sequence);
  }
  return node;
}

/** Batches that will never come are not waited for; those of another epoch are no longer, or not yet, looked at. */
export function noteLoss(state: VerdictState, { agent, epoch, from, to }: LossEntry): void {
  const node = state.agents.get(agent);
  if (node?.epoch !== epoch) return;
  node.count += to - from + 1;
  node.lowest = Math.min(node.lowest, from);
  node.highest = Math.max(node.highest, to);
}

/** @returns true when every batch of the agent's epoch between the first and the last seen is here */
export const isWhole = (agent: AgentNode): boolean => agent.count >= agent.highest - agent.lowest + 1;
