/**
 * A server's fold: the pooled evidence of all its sites, and beside it the states of their paths. The pool says quickly
 * that the server serves or does not; the paths say slowly that some sites are not served while others are. Together:
 * non-serving or unknown as the pool says, else degraded while any site that reports is unserved, else as the pool says.
 */

import type { Bracket, Reason, State } from '../finding.ts';
import { listText } from '../words.ts';
import { bracket } from './bracket.ts';
import { ANSWERED, BESIDE, codeOf, type Evidence, evidenceName } from './evidence.ts';
import { sitesUnservedText } from './evidence-text.ts';
import * as limits from './limits.ts';
import { foldOffer } from './offers-beside.ts';
import { addSite, createPool, type Pool, type PoolSettings, type Shift } from './pool.ts';
import { fallSilent, foldRow } from './pool-fold.ts';
import { heal, revise, sicken } from './pool-ills.ts';
import type { ShiftSink } from './pool-turn.ts';
import { READMITTED, REFUSED, refusedText } from './refused-identities.ts';

/** Plain JSON. */
export interface ServerState {
  pool: Pool;
  /** Its DOs beside DORAs; null: none yet. */
  offers: Pool | null;
  /** Sites at which some identities are refused, which, and the code of how it was found. */
  refused: { site: number; ids: number[]; why: number }[];
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
  refused: [],
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
    const remarks = store.remarks[row] as number;
    if (remarks & (REFUSED | READMITTED)) noteRefused(server, input.turns, site, store, row, pooled);
    if (remarks & REFUSED) continue;
    if (remarks & BESIDE) foldOffer(pool, offersOf(server), settings, site, store, row, pooled);
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

/** What a path found of its identities: a server that refuses some is degraded, whatever it does for the others. */
function noteRefused(
  server: ServerState,
  turns: readonly PathTurn[],
  site: number,
  store: Evidence,
  row: number,
  sink: ShiftSink,
): void {
  const { pool } = server;
  const [decided, first] = [store.sent[row] as number, evidenceName(store, row)];
  const told = turns.find((turn) => turn.site === site && turn.decided === decided)?.shift.bracket;
  const others = server.refused.filter((one) => one.site !== site);
  if ((store.remarks[row] as number) & READMITTED) {
    server.refused = others;
    const since = told ?? bracket(pool.since?.earliest ?? decided, decided + (store.total[row] as number));
    if (others.length === 0) heal(pool, sink, 'some-identities', { decided, first, bracket: since });
    return;
  }
  const known = server.refused.find((one) => one.site === site);
  const own = known ?? { site, ids: [], why: codeOf(store, row) };
  if (!known) server.refused.push(own);
  const id = store.identity[row] as number;
  if (!own.ids.includes(id) && own.ids.length <= limits.IDENTITIES_TOLD)
    own.ids = [...own.ids, id].sort((a, b) => a - b);
  const sites =
    pool.names.length < 2 ? '' : ` at ${listText(server.refused.map((one) => pool.names[one.site] ?? '?'))}`;
  const evidence = refusedText(own.ids, own.why, sites, 'others are served');
  const since = told ?? bracket(pool.since?.earliest ?? decided, decided);
  sicken(pool, sink, { reason: 'some-identities', evidence, decided, first, bracket: since });
  revise(pool, sink, 'some-identities', evidence);
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
  if (turn.shift.to !== 'degraded' && server.refused.length > 0) {
    server.refused = server.refused.filter(({ site }) => site !== turn.site);
    if (server.refused.length === 0) heal(server.pool, pooled, 'some-identities', turn.shift);
  }
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
