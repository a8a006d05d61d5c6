/**
 * Folds one exchange into a pool. Serving → non-serving needs a run of unanswered exchanges of at least `fall` that is
 * also a surprise at the loss the pool already had; degraded needs sustained loss; serving again needs `rise` answers.
 *
 * In a pool of many sites a run counts only exchanges of sites that were being answered until it began, and must be seen
 * from most regions: a site that has been dead for an hour, or forty neighbours behind one broken WAN, say nothing about
 * the server. Rejected: a vote among sites' states, which at a trickle each would take minutes to form.
 */

import type { Reason } from '../finding.ts';
import { bracket, mereLosses, startBracket, stopBracket } from './bracket.ts';
import { ANSWERED, batchOf, CODES, codeOf, DO, type Evidence, evidenceName, FOREIGN, nameOf } from './evidence.ts';
import { runText } from './evidence-text.ts';
import * as limits from './limits.ts';
import * as loss from './loss-history.ts';
import { createRise, createRun, type Pool, type PoolSettings } from './pool.ts';
import { judgeLoss, judgePace } from './pool-ills.ts';
import { lengthen, mostOf, seenFromMostRegions, surprising } from './pool-run.ts';
import { type ShiftSink, turn } from './pool-turn.ts';

/** Tells a pool that event time has reached `now`: without results for longer than the limit it becomes unknown. */
export function fallSilent(pool: Pool, settings: PoolSettings, now: number, sink: ShiftSink): void {
  const { pausedAt = null } = settings;
  const silentAt = pool.lastAt + settings.silenceUs;
  const isPaused = pausedAt !== null && pausedAt <= silentAt;
  const decided = isPaused ? Math.min(silentAt, Math.max(pool.lastAt, pausedAt) + limits.PAUSE_SETTLED_US) : silentAt;
  if (pool.lastAt < 0 || now <= decided) return;
  if (pool.state !== 'unknown') {
    const first = pool.lastBatch ? nameOf(pool.lastBatch, pool.lastIndex) : '';
    const since = bracket(pool.lastAt, pool.lastAt);
    const reason = isPaused ? 'paused' : 'silent-agent';
    turn(pool, sink, { decided, to: 'unknown', reason, bracket: since, first });
  } else if (pool.answers === 0 && pool.run.length >= settings.fall) {
    pool.before = { serves: false, at: pool.run.sent.at(-1) ?? pool.lastAt };
  }
  pool.run = createRun();
  pool.rise = createRise();
  pool.foreignRun = 0;
  pool.settling = null;
  pool.sites.run.fill(0);
}

/** Folds row `row` of `store`, an exchange of site number `site`. Rows come in order of their sent time. */
export function foldRow(
  pool: Pool,
  settings: PoolSettings,
  site: number,
  store: Evidence,
  row: number,
  sink: ShiftSink,
): void {
  hear(pool, settings, site, store, row, sink);
  const code = codeOf(store, row);
  if (code === ANSWERED) answered(pool, settings, site, store, row, sink);
  else if (code === FOREIGN) foreign(pool, settings, store, row, sink);
  else unanswered(pool, settings, site, store, row, sink);
}

/** Takes note that a site was heard of, whatever it said. */
export function hear(
  pool: Pool,
  settings: PoolSettings,
  site: number,
  store: Evidence,
  row: number,
  sink: ShiftSink,
): void {
  const sent = store.sent[row] as number;
  fallSilent(pool, settings, sent, sink);
  if (pool.firstAt < 0) begin(pool, sent);
  pool.lastAt = sent;
  pool.lastBatch = batchOf(store, row);
  pool.lastIndex = store.index[row] as number;
  pool.sites.lastAt[site] = sent;
}

function begin(pool: Pool, sent: number): void {
  pool.firstAt = sent;
  pool.cleanAt = sent;
  pool.history = loss.createHistory(sent);
}

function answered(
  pool: Pool,
  settings: PoolSettings,
  site: number,
  store: Evidence,
  row: number,
  sink: ShiftSink,
): void {
  const sent = store.sent[row] as number;
  const total = store.total[row] as number;
  const ack = store.ack[row] as number;
  const { error } = batchOf(store, row);
  pool.answers++;
  pool.foreignRun = 0;
  pool.lastAckAt = Math.max(pool.lastAckAt, sent + total + error);
  pool.aliveAt = Math.max(pool.aliveAt, sent + total - ack - error);
  if (pool.state === 'non-serving' || pool.state === 'unknown') rising(pool, settings, store, row, sink);
  else settle(pool, false, sink);
  const own = pool.sites.run[site] as number;
  pool.sites.run[site] = 0;
  if (pool.state === 'non-serving') return;
  const { history, run } = pool;
  loss.countAnswered(history, total - ack, ack);
  if (own > 0) {
    loss.countBroken(history, own);
    pool.brokenAt = sent + total;
  }
  if (run.length > 0) {
    // Silence before the first answer ever is a server that did not serve yet, not a path that loses.
    if (history.sum.answered > 1 || run.length < settings.fall) loss.countLost(history, run.length);
    pool.run = createRun();
  }
  // A DO has no ACK: what it took is its OFFER.
  const us = (store.code[row] as number) & DO ? ([total, -1] as const) : ([total - ack, ack] as const);
  judgePace(pool, site, store, row, us, sink);
  const rotated = loss.rotate(history, sent);
  if (own > 0 || rotated) judgeLoss(pool, store, row, sink);
}

/** An answer of a pool that is not serving (or not known): serving after `rise` of them without a run of `fall` between. */
function rising(pool: Pool, settings: PoolSettings, store: Evidence, row: number, sink: ShiftSink): void {
  const { rise } = pool;
  const sent = store.sent[row] as number;
  const { error } = batchOf(store, row);
  const arrived = sent + (store.total[row] as number) + error;
  if (rise.count === 0) {
    rise.firstSent = sent - error;
    rise.answeredAt = arrived;
    rise.first = evidenceName(store, row);
    rise.silent = pool.run.sent.slice();
  }
  rise.count++;
  rise.run = 0;
  rise.answeredAt = Math.min(rise.answeredAt, arrived);
  if (rise.count < settings.rise) return;
  const known = pool.state === 'non-serving';
  const since =
    known || rise.silent.length >= settings.fall
      ? startBracket(rise.silent, startSkip(pool), rise.answeredAt)
      : bracket(rise.firstSent, rise.answeredAt);
  const { first, silent } = rise;
  // Before the turn is told: what a site did while the server was away says nothing about the site.
  if (known) pool.sites.run.fill(0);
  turn(pool, sink, { decided: sent, to: 'serving', reason: 'answered', bracket: since, first });
  if (known) {
    pool.settling = { decided: sent, silent, left: limits.SETTLE_EXCHANGES, lost: rise.lost };
    loss.forgetLosses(pool.history);
    pool.cleanAt = rise.firstSent;
    pool.lossyFrom = rise.firstSent;
    pool.run = createRun();
  }
  pool.rise = createRise();
}

/** How many of the last unanswered may have been lost after the start: by the loss before the stop, and since. */
function startSkip({ rise, history }: Pool): number {
  const before = loss.prior(history);
  const weight = Math.min(1, limits.PRIOR_WEIGHT / Math.max(1, before.all));
  const lost = before.lost * weight + rise.lost;
  return mereLosses({ lost, all: before.all * weight + rise.lost + rise.count });
}

/** Loss after a start means that the last unanswered before it may have been lost after it too: widen the bracket. */
function settle(pool: Pool, lost: boolean, sink: ShiftSink): void {
  const s = pool.settling;
  if (!s) return;
  s.left--;
  if (lost) s.lost++;
  if (s.left > 0) return;
  pool.settling = null;
  if (s.lost === 0 || !pool.since) return;
  const skipped = mereLosses({ lost: s.lost, all: limits.SETTLE_EXCHANGES });
  const wider = startBracket(s.silent, skipped, pool.since.latest);
  if (wider.earliest >= pool.since.earliest) return;
  if (pool.state === 'serving') pool.since = wider;
  sink.widen(s.decided, wider);
}

/** Foreign answers only: somebody answers, but not who was asked. Unknown, never non-serving. */
function foreign(pool: Pool, settings: PoolSettings, store: Evidence, row: number, sink: ShiftSink): void {
  pool.foreignRun++;
  if (pool.foreignRun < settings.fall || pool.reason === 'foreign-source') return;
  const sent = store.sent[row] as number;
  const since = bracket(pool.aliveAt < 0 ? pool.firstAt : pool.aliveAt, sent + batchOf(store, row).dropUs);
  if (pool.state === 'unknown') {
    pool.reason = 'foreign-source';
    return;
  }
  turn(pool, sink, {
    decided: sent,
    to: 'unknown',
    reason: 'foreign-source',
    bracket: since,
    first: evidenceName(store, row),
  });
}

function unanswered(
  pool: Pool,
  settings: PoolSettings,
  site: number,
  store: Evidence,
  row: number,
  sink: ShiftSink,
): void {
  const { run, rise, sites } = pool;
  if (rise.count > 0) {
    rise.lost++;
    if (++rise.run >= settings.fall) pool.rise = createRise();
  }
  settle(pool, true, sink);
  if (sites.run[site] === 0) sites.began[site] = pool.answers;
  sites.run[site] = (sites.run[site] as number) + 1;
  if (sites.began[site] !== pool.answers) return;
  lengthen(pool, store, row);
  if (pool.state === 'non-serving' || run.length < settings.fall || !surprising(pool)) return;
  if (!seenFromMostRegions(pool, settings, store.sent[row] as number)) return;
  stop(pool, store, row, sink);
}

function stop(pool: Pool, store: Evidence, row: number, sink: ShiftSink): void {
  const { run } = pool;
  const sent = store.sent[row] as number;
  const decidedBy = sent + batchOf(store, row).dropUs;
  const since =
    pool.state === 'unknown'
      ? bracket(run.sent[0] ?? sent, run.stoppedBy[0] ?? decidedBy)
      : stopBracket({
          aliveAt: pool.aliveAt,
          lastAckAt: pool.lastAckAt,
          stoppedBy: run.stoppedBy,
          prior: { lost: run.priorLost, all: run.priorAll },
          decidedBy,
        });
  const code = mostOf(run.codes);
  const cause = { reason: CODES[code] as Reason, first: run.first, evidence: runText(pool, code) };
  turn(pool, sink, { decided: sent, to: 'non-serving', bracket: since, ...cause });
  pool.settling = null;
  pool.rise = createRise();
  pool.run = { ...createRun(), sent: run.sent };
}
