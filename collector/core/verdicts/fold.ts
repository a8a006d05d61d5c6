/**
 * Moves the nodes of the verdict fold through event time: paths up to their watermark, servers up to that of all their
 * sites, both again from a checkpoint when late results came.
 *
 * A watermark is waited for only while its agent keeps within the silence limit of the furthest one: a dead site host
 * must not hold up the verdict about a server.
 */

import { unixMicros } from '../../../shared/core/units.ts';
import type { Role } from '../config/config.ts';
import type { Transition } from '../finding.ts';
import { createEvidence, type Evidence, EXCLUDED, rowAt } from './evidence.ts';
import { findingId } from './finding-id.ts';
import { alter, enter } from './findings-book.ts';
import { clientsOf } from './group-state.ts';
import {
  type AgentNode,
  checkpoint,
  type FoldNode,
  type Kept,
  type PathNode,
  rollBackTo,
  type ServerNode,
  soil,
} from './nodes.ts';
import { foldPath, type PathSink } from './path-fold.ts';
import type { PoolSettings, Shift } from './pool.ts';
import { fallSilent } from './pool-fold.ts';
import type { ShiftSink } from './pool-turn.ts';
import { REFUSED } from './refused-identities.ts';
import { addServerSite, foldServer, type PathTurn } from './server-fold.ts';
import { keepBase, type Stops, stopsBetween } from './stops.ts';
import type { Disagreement } from './witnesses.ts';

/** A path or a server, as far as its settings go. */
export interface Judged {
  readonly group: string;
  readonly server: string;
  readonly site?: string;
  readonly paths?: readonly string[];
  readonly firstContact?: boolean;
}

/** What the nodes are advanced with. */
export interface FoldContext extends Stops {
  readonly kept: Kept;
  readonly paths: ReadonlyMap<string, PathNode>;
  readonly agents: ReadonlyMap<string, AgentNode>;
  /** The furthest watermark of all agents, µs. */
  readonly furthest: number;
  /** Grows with the number of nodes; see checkpoint(). */
  readonly spread: number;
  /** @param at moment of event time, µs: settings change with the configuration */
  settings(node: Judged, at: number): PoolSettings;
}

interface About {
  readonly group: string;
  readonly server: string;
  readonly site: string | null;
  readonly bucket: number | null;
  readonly role: Role;
}

/** A path's sink: its shifts, and its agents' disagreements. */
function pathSink(path: PathNode, { role }: ServerNode): PathSink {
  const disagree = ({ decided, begins, unanswered, answered, reason, bracket, first }: Disagreement): void => {
    const { group, server, site, bucket } = path;
    const [from, to] = begins ? (['serving', 'degraded'] as const) : (['degraded', 'serving'] as const);
    const id = findingId('disagreement', group, server, site, bucket, unanswered, to, first);
    const moments = { ...bracket, decided: unixMicros(decided), detectedAt: unixMicros(0) };
    const where = { group, server, site, bucket, from, to, reason, agents: { unanswered, answered } };
    enter(path.book, decided, {
      kind: 'disagreement',
      id,
      ...where,
      ...moments,
      sites: null,
      lossRatio: null,
      evidence: null,
      late: false,
    });
  };
  return { ...sinkOf(path, { ...path, role }), disagree };
}

/** A sink that turns shifts into findings of a node's book. */
function sinkOf<S>(node: FoldNode<S>, about: About): ShiftSink {
  const { group, server, site, bucket, role } = about;
  const whose = bucket === null ? {} : { clients: clientsOf(role, bucket) };
  return {
    shift: ({ decided, from, to, reason, bracket, lossRatio, evidence, first, sites }: Shift) => {
      const id = findingId('transition', group, server, site, bucket, from, to, first);
      const finding: Transition = {
        kind: 'transition',
        id,
        group,
        server,
        site,
        bucket,
        ...whose,
        from,
        to,
        reason,
        ...bracket,
        decided: unixMicros(decided),
        detectedAt: unixMicros(0),
        evidence,
        sites,
        lossRatio,
        late: false,
      };
      enter(node.book, decided, finding);
    },
    widen: (decided, wider) => alter(node.book, decided, (finding) => ({ ...finding, ...wider })),
    explain: (decided, why, evidence) =>
      alter(node.book, decided, (finding) =>
        finding.to === 'degraded' ? { ...finding, reason: why, evidence } : finding,
      ),
  };
}

/** How far a node may go: every live agent's watermark, or what silence allows. */
export function reach(context: FoldContext, agents: Iterable<string>, silenceUs: number): number {
  const silent = context.furthest - silenceUs;
  let least = Number.POSITIVE_INFINITY;
  for (const name of agents) {
    const mark = context.agents.get(name)?.watermark ?? 0;
    if (mark >= silent && mark < least) least = mark;
  }
  return Number.isFinite(least) ? least : silent;
}

/** Folds a path up to a moment. */
export function advancePath(context: FoldContext, path: PathNode, server: ServerNode, key: string, to: number): void {
  if (to <= path.frontier) return;
  const store = context.kept.stores.get(key) ?? createEvidence();
  const known = path.book.kept.length;
  const sink = pathSink(path, server);
  for (const stop of stopsBetween(context, path.frontier, to)) {
    const settings = context.settings(path, path.frontier);
    const begin = rowAt(store, path.frontier);
    const end = rowAt(store, stop);
    foldPath(path.state, settings, store, begin, end, sink);
    fallSilent(path.state.pool, settings, stop, sink);
    path.rows += end - begin;
    path.frontier = stop;
    if (path.state.pool.lastAt >= 0) keepBase(path, context);
  }
  for (const { decided } of path.book.kept.slice(known)) soil(server, decided);
  if (context.isFirst) checkpoint(path, context.spread);
}

/** The rows of all sites in a span, in sending order; equal times in an order that neighbours' names do not decide. */
function gather(stores: readonly Evidence[], ranks: readonly number[], from: number, to: number) {
  let length = 0;
  const spans = ranks.map((site) => {
    const store = stores[site] as Evidence;
    const begin = rowAt(store, from);
    const end = rowAt(store, to);
    length += end - begin;
    return { site, store, begin, end };
  });
  const site = new Int32Array(length);
  const row = new Int32Array(length);
  const sent = new Float64Array(length);
  let n = 0;
  for (const span of spans) {
    for (let i = span.begin; i < span.end; i++) {
      if (((span.store.remarks[i] as number) & (EXCLUDED | REFUSED)) === EXCLUDED) continue;
      site[n] = span.site;
      row[n] = i;
      sent[n++] = span.store.sent[i] as number;
    }
  }
  if (spans.length === 1 || n < 2) return { site, row, length: n };
  const order = Array.from({ length: n }, (_, i) => i).sort(
    (a, b) => (sent[a] as number) - (sent[b] as number) || a - b,
  );
  const sorted = { site: new Int32Array(n), row: new Int32Array(n), length: n };
  order.forEach((from_, i) => {
    sorted.site[i] = site[from_] as number;
    sorted.row[i] = row[from_] as number;
  });
  return sorted;
}

const ORDERS = new WeakMap<ServerNode, number[]>();

/** Site numbers in an order that only hashes know; remembered, since it only changes with the number of sites. */
function shuffled(server: ServerNode): number[] {
  const known = ORDERS.get(server);
  if (known?.length === server.paths.length) return known;
  const order = server.paths
    .map((key, site) => ({ site, hash: findingId(key) }))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1))
    .map(({ site }) => site);
  ORDERS.set(server, order);
  return order;
}

function turnsOf(context: FoldContext, server: ServerNode, from: number, to: number): PathTurn[] {
  const turns: PathTurn[] = [];
  server.paths.forEach((key, site) => {
    const { kept } = context.paths.get(key)?.book ?? { kept: [] };
    for (const { decided, finding } of kept) {
      if (decided < from || decided >= to || finding.kind !== 'transition') continue;
      const { earliest, latest, at, reason, lossRatio, evidence, id } = finding;
      const bracket = { at, earliest, latest };
      turns.push({
        decided,
        site,
        shift: {
          decided,
          from: finding.from,
          to: finding.to,
          reason,
          bracket,
          lossRatio,
          evidence,
          first: id,
          sites: null,
        },
      });
    }
  });
  return turns.sort((a, b) => a.decided - b.decided || a.site - b.site);
}

/** Folds a server up to a moment: the pooled rows of its sites, and its paths' turns. */
export function advanceServer(context: FoldContext, server: ServerNode, to: number): void {
  if (to <= server.frontier) return;
  const stores = server.paths.map((key) => context.kept.stores.get(key) ?? createEvidence());
  for (let site = server.state.paths.length; site < server.paths.length; site++) {
    addServerSite(server.state, context.paths.get(server.paths[site] as string)?.site ?? '');
  }
  const about = { ...server, site: null };
  for (const stop of stopsBetween(context, server.frontier, to)) {
    const rows = gather(stores, shuffled(server), server.frontier, stop);
    const turns = turnsOf(context, server, server.frontier, stop);
    const settings = context.settings(server, server.frontier);
    foldServer(server.state, settings, { stores, turns, ...rows }, stop, sinkOf(server, about));
    server.rows += rows.length;
    server.frontier = stop;
    if (server.state.pool.lastAt >= 0) keepBase(server, context);
  }
  if (context.isFirst) checkpoint(server, context.spread);
}

/** Folds a dirty path again from before its late rows. */
export function refoldPath(context: FoldContext, path: PathNode, server: ServerNode, key: string): void {
  if (path.dirtyFrom === null) return;
  const from = path.dirtyFrom;
  const reached = rollBackTo(path, from);
  soil(server, from);
  advancePath(context, path, server, key, reached);
}

/** Folds a dirty server again; its paths must have been. */
export function refoldServer(context: FoldContext, server: ServerNode): void {
  if (server.dirtyFrom === null) return;
  const reached = rollBackTo(server, server.dirtyFrom);
  advanceServer(context, server, reached);
}
