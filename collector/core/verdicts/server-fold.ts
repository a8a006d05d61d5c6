/**
 * A server's fold: the pooled evidence of all its sites, and beside it the states of their paths. The pool says quickly
 * that the server serves or does not; the paths say slowly that some sites are not served while others are. Together:
 * non-serving or unknown as the pool says, else degraded while any site that reports is unserved, else as the pool says.
 */

import type { Bracket, Reason, State } from '../finding.ts';
import { bracket } from './bracket.ts';
import { ANSWERED, BESIDE, codeOf, type Evidence } from './evidence.ts';
import { sitesUnservedText } from './evidence-text.ts';
import { foldOffer } from './offers-beside.ts';
import { addSite, createPool, type Pool, type PoolSettings, type Shift } from './pool.ts';
import { fallSilent, foldRow } from './pool-fold.ts';
import type { ShiftSink } from './pool-turn.ts';

/** Plain JSON. */
export interface ServerState {
  pool: Pool;
  /** Its DOs beside DORAs; null: none yet. */
  offers: Pool | null;
  /** The state of each site's path (worst bucket's last word is not needed: buckets are paths of their own). */
  paths: State[];
  state: State;
  reason: Reason | null;
  evidence: string | null;
  since: Bracket | null;
}

/** A change of a path that its server's fold takes in when it gets to that moment. */
export interface PathTurn {
  readonly decided: number;
  readonly site: number;
  readonly shift: Shift;
}

/** What a server is folded from: one store a site, by the site's number in the pool. */
export interface ServerInput {
  readonly stores: readonly Evidence[];
  readonly site: Int32Array;
  readonly row: Int32Array;
  readonly length: number;
  /** Turns of its paths in the same span, in order. */
  readonly turns: readonly PathTurn[];
}

export const createServerState = (): ServerState => ({
  pool: createPool(),
  offers: null,
  paths: [],
  state: 'unknown',
  reason: null,
  evidence: null,
  since: null,
});

/** Adds a site's path. @returns its number */
export function addServerSite(server: ServerState, site: string): number {
  server.paths.push('unknown');
  if (server.offers) addSite(server.offers, site);
  return addSite(server.pool, site);
}

/** How many sites report, and how many of them are not served. */
function countSites(server: ServerState, settings: PoolSettings, now: number, suspectRun: number) {
  const { lastAt, run: unacked } = server.pool.sites;
  const run = unacked.map((own, i) => Math.max(own, server.offers?.sites.run[i] ?? 0));
  let reporting = 0;
  const unserved: string[] = [];
  let suspect = 0;
  for (let i = 0; i < lastAt.length; i++) {
    const last = lastAt[i] as number;
    if (last < 0 || now - last > settings.silenceUs) continue;
    reporting++;
    if (server.paths[i] === 'non-serving' && (run[i] as number) >= settings.rise)
      unserved.push(server.pool.names[i] as string);
    else if ((run[i] as number) >= suspectRun) suspect++;
  }
  return { reporting, unserved, suspect };
}

type Cause = Pick<Shift, 'decided' | 'reason' | 'bracket' | 'first' | 'lossRatio' | 'evidence'>;

/** Reads pool and paths together; a change goes to the sink with the counts of sites. */
function judge(server: ServerState, settings: PoolSettings, cause: Cause, sink: ShiftSink): void {
  const { pool } = server;
  const { reporting, unserved, suspect } = countSites(server, settings, cause.decided, Math.ceil(settings.fall / 2));
  const pooled = pool.state;
  const alive = pooled === 'serving' || pooled === 'degraded';
  const none = alive && unserved.length > 0 && unserved.length === reporting;
  const some = alive && unserved.length > 0 && !none;
  const to: State = none ? 'non-serving' : some ? 'degraded' : pooled;
  if (to === server.state) return;
  const reason: Reason = some ? 'some-sites' : to === 'serving' ? 'answered' : cause.reason;
  const served = to === 'non-serving' ? 0 : reporting - unserved.length - (some ? suspect : 0);
  const from = server.state;
  server.state = to;
  server.reason = reason;
  server.evidence = some || none ? sitesUnservedText(unserved, reporting) : to === 'serving' ? null : cause.evidence;
  server.since = cause.bracket;
  const lossRatio = to === 'degraded' && !some ? cause.lossRatio : null;
  const { evidence } = server;
  sink.shift({ ...cause, from, to, reason, lossRatio, evidence, sites: { served, reporting } });
}

/** Folds a span of merged rows and turns up to event time `through`. */
export function foldServer(
  server: ServerState,
  settings: PoolSettings,
  input: ServerInput,
  through: number,
  sink: ShiftSink,
): void {
  const { pool } = server;
  const pooled: ShiftSink = {
    shift: (shift) => judge(server, settings, shift, sink),
    widen: (decided, wider) => {
      if (server.state === 'serving' && server.since?.latest === wider.latest) server.since = wider;
      sink.widen(decided, wider);
    },
    explain: (decided, reason, evidence) => {
      if (server.state === 'degraded' && server.reason !== 'some-sites') Object.assign(server, { reason, evidence });
      sink.explain(decided, reason, evidence);
    },
  };
  let next = 0;
  for (let i = 0; i < input.length; i++) {
    const site = input.site[i] as number;
    const store = input.stores[site] as Evidence;
    const row = input.row[i] as number;
    const sent = store.sent[row] as number;
    while (next < input.turns.length && (input.turns[next] as PathTurn).decided < sent) {
      takeTurn(server, settings, input.turns[next++] as PathTurn, sink, pooled);
    }
    if ((store.remarks[row] as number) & BESIDE) foldOffer(pool, offersOf(server), settings, site, store, row, pooled);
    else foldRow(pool, settings, site, store, row, pooled);
    if (codeOf(store, row) !== ANSWERED && server.paths[site] === 'non-serving')
      stillUnserved(server, settings, site, sent, sink);
  }
  while (next < input.turns.length) {
    takeTurn(server, settings, input.turns[next++] as PathTurn, sink, pooled);
  }
  fallSilent(pool, settings, through, pooled);
  // Ills may come and go while it stays degraded.
  if (server.state === 'degraded' && pool.state === 'degraded' && server.reason !== 'some-sites')
    Object.assign(server, { reason: pool.reason, evidence: pool.evidence });
}

function offersOf(server: ServerState): Pool {
  if (server.offers === null) {
    server.offers = createPool();
    for (const name of server.pool.names) addSite(server.offers, name);
  }
  return server.offers;
}

function takeTurn(
  server: ServerState,
  settings: PoolSettings,
  turn: PathTurn,
  sink: ShiftSink,
  pooled: ShiftSink,
): void {
  // Or the order of the two would depend on how far the fold went at a time.
  fallSilent(server.pool, settings, turn.decided, pooled);
  server.paths[turn.site] = turn.shift.to;
  judge(server, settings, { ...turn.shift, decided: turn.decided }, sink);
}

/** After the server is back, a site that goes on unanswered makes it degraded, though its path's state never changed. */
function stillUnserved(server: ServerState, settings: PoolSettings, site: number, sent: number, sink: ShiftSink): void {
  const { pool } = server;
  if (pool.state === 'non-serving' || pool.sites.run[site] !== settings.rise || !pool.since) return;
  const since = bracket(pool.since.earliest, sent);
  const first = `site ${pool.names[site]}`;
  judge(
    server,
    settings,
    { decided: sent, reason: 'some-sites', bracket: since, first, lossRatio: null, evidence: null },
    sink,
  );
}
