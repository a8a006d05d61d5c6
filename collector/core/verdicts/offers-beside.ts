/**
 * DOs beside DORAs: a path that is asked for OFFERs often and for leases seldom. An OFFER is no evidence that leases are given,
 * so only DORAs say that a server serves; but a server that gives no OFFER gives no lease either, and the many DOs see that
 * long before the few DORAs do. So DOs have a pool of their own, of which one thing is taken over: that it stopped.
 *
 * Rejected: one pool for both. An answered DO would end every run of DORAs without an ACK, and a database that is stuck would
 * pass for a little loss.
 */
import { bracket } from './bracket.ts';
import { ANSWERED, batchOf, codeOf, type Evidence, FOREIGN } from './evidence.ts';
import { RUN_REMEMBERED } from './limits.ts';
import { createRise, createRun, type Pool, type PoolSettings, type Shift } from './pool.ts';
import { foldRow, hear } from './pool-fold.ts';
import { type ShiftSink, turn } from './pool-turn.ts';

/** Folds a DO of a path that has DORAs too. @param leases the pool of DORAs @param offers that of DOs */
export function foldOffer(
  leases: Pool,
  offers: Pool,
  settings: PoolSettings,
  site: number,
  store: Evidence,
  row: number,
  sink: ShiftSink,
): void {
  hear(leases, settings, site, store, row, sink);
  const shift = (change: Shift): void => {
    if (change.to === 'non-serving') stopWith(leases, offers, change, sink);
  };
  foldRow(offers, settings, site, store, row, { shift, widen: () => undefined, explain: () => undefined });
  const code = codeOf(store, row);
  if (code === ANSWERED || code === FOREIGN || leases.state !== 'non-serving') return;
  const { sent } = leases.run;
  sent.push((store.sent[row] as number) - batchOf(store, row).error);
  if (sent.length > RUN_REMEMBERED) sent.shift();
}

/** No OFFERs, no leases. */
function stopWith(leases: Pool, offers: Pool, change: Shift, sink: ShiftSink): void {
  if (leases.state === 'non-serving') return;
  const { earliest, latest } = change.bracket;
  // DORAs that went unanswered before may have been the first to see it.
  const since = leases.run.length > 0 && leases.aliveAt >= 0 ? Math.min(leases.aliveAt, earliest) : earliest;
  turn(leases, sink, { ...change, bracket: bracket(since, latest) });
  leases.settling = null;
  leases.rise = createRise();
  leases.run = { ...createRun(), sent: offers.run.sent.slice(0, -1) };
}
