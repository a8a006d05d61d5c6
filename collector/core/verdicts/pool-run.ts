/**
 * A pool's run of unanswered exchanges: how it grows, whether it is a surprise, and whether it was seen widely enough to be
 * the server's and not some sites'. What follows from it is decided in pool-fold.
 */

import { batchOf, CODES, codeOf, type Evidence, evidenceName, NAK, NO_ACK } from './evidence.ts';
import * as limits from './limits.ts';
import * as loss from './loss-history.ts';
import type { Pool, PoolSettings } from './pool.ts';

/** The run grows by one; its first exchanges say by when the server had stopped, its last ones since when it may be back. */
export function lengthen(pool: Pool, store: Evidence, row: number): void {
  const { run } = pool;
  const sent = store.sent[row] as number;
  const { error } = batchOf(store, row);
  run.sent.push(sent - error);
  if (run.sent.length > limits.RUN_REMEMBERED) run.sent.shift();
  if (pool.state === 'non-serving') return;
  if (run.length === 0) {
    const { lost, all } = loss.prior(pool.history);
    run.priorLost = lost;
    run.priorAll = all;
    run.first = evidenceName(store, row);
  }
  const code = codeOf(store, row);
  run.surprise += loss.nextLostLn({ lost: run.priorLost, all: run.priorAll }, run.length);
  run.length++;
  run.codes[code] = (run.codes[code] as number) + 1;
  if (code === NO_ACK && run.offers.length < limits.RUN_REMEMBERED) run.offers.push(store.total[row] as number);
  if (run.stoppedBy.length >= limits.RUN_REMEMBERED) return;
  run.stoppedBy.push(sent + error + patience(pool, store, row, code));
}

/** How long after its DISCOVER an unanswered exchange would have been answered at the latest, µs. */
function patience(pool: Pool, store: Evidence, row: number, code: number): number {
  const { history } = pool;
  const { dropUs } = batchOf(store, row);
  const known = history.sum.answered;
  if (known === 0) return dropUs;
  const offered = store.total[row] as number;
  const inAck = (code === NO_ACK || code === NAK) && offered >= 0;
  const wait = inAck
    ? offered + loss.worstLatency(history.worstAck, known, pool.run.length)
    : loss.worstLatency(history.worstOffer, known, pool.run.length);
  return Math.min(wait, dropUs);
}

/** With little history a path is allowed a smaller surprise: it is asked only some dozens of times in its life. */
export function surprising(pool: Pool): boolean {
  const { run } = pool;
  if (run.surprise <= limits.SURPRISE_LN) return true;
  if (run.priorAll >= limits.COLD_HISTORY) return false;
  return run.surprise <= limits.COLD_SURPRISE_LN || run.length >= limits.COLD_RUN;
}

/** Of the sites answered until the run began, most regions (eighths of them in name order) must have an unanswered one. */
export function seenFromMostRegions(pool: Pool, settings: PoolSettings, now: number): boolean {
  const { sites, names } = pool;
  if (names.length === 1) return true;
  const eligible = names
    .map((_, i) => i)
    .filter((i) => now - (sites.lastAt[i] as number) <= settings.silenceUs && (sites.lastAt[i] as number) >= 0)
    .filter((i) => sites.run[i] === 0 || sites.began[i] === pool.answers)
    .sort((a, b) => ((names[a] as string) < (names[b] as string) ? -1 : 1));
  const regions = Math.min(limits.REGIONS, eligible.length);
  const seen = new Set<number>();
  eligible.forEach((site, rank) => {
    if (sites.run[site] !== 0) seen.add(Math.floor((rank * regions) / eligible.length));
  });
  return seen.size >= Math.ceil(regions * limits.REGION_SHARE);
}

/**
 * What a run is called: its commonest code, an ICMP error counting for several, since hosts limit how often they send one (Linux: one a
 * second after the first six) and silence says nothing against it; of equals, the later code.
 */
export function mostOf(codes: readonly number[]): number {
  const weight = (code: number): number => (codes[code] ?? 0) * (ICMP_CODES.includes(code) ? limits.ICMP_WEIGHT : 1);
  let best = 1;
  codes.forEach((_, code) => {
    if (code > 0 && weight(code) >= weight(best)) best = code;
  });
  return best;
}

const ICMP_CODES = [CODES.indexOf('refused'), CODES.indexOf('unreachable')];
