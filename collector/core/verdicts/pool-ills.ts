/**
 * What makes a serving pool degraded. It can have several ills at once: it becomes degraded with the first and serves as it
 * should when the last is gone, so that loss beside slowness is one change and not four. The reason that is shown is the
 * one that says most; an ill that began together with the change explains the change too.
 *
 * Overload is a reading of two of them. An agent probes at a constant rate, so loss that grows with the rate cannot be
 * measured by it; what it can see is a queue: answers that come far later than usual at several sites at a time, and
 * exchanges lost meanwhile that were not before. At one site alone the queue may be that site's uplink, and nothing is claimed.
 */
import type { Bracket, Reason } from '../finding.ts';
import { bracket } from './bracket.ts';
import { type Evidence, evidenceName } from './evidence.ts';
import { lossText, overloadText, paceText } from './evidence-text.ts';
import * as limits from './limits.ts';
import * as loss from './loss-history.ts';
import { countPace, paceFigures } from './pace.ts';
import type { Ill, Pool } from './pool.ts';
import { type ShiftSink, turn } from './pool-turn.ts';

/** The one that says most comes first. */
const RANK: readonly Reason[] = ['overloaded', 'some-identities', 'loss', 'slow'];

interface Symptom extends Ill {
  readonly decided: number;
  readonly bracket: Bracket;
  readonly first: string;
  readonly lossRatio?: number | null;
}

const has = ({ ills }: Pool, reason: Reason): boolean => ills.some((ill) => ill.reason === reason);

/** A pool has an ill more; unknown or non-serving, it has worse. */
export function sicken(pool: Pool, sink: ShiftSink, symptom: Symptom): void {
  const { reason, evidence, decided } = symptom;
  if (has(pool, reason) || (pool.state !== 'serving' && pool.state !== 'degraded')) return;
  const isFirst = pool.state === 'serving';
  if (isFirst) {
    turn(pool, sink, { ...symptom, to: 'degraded' });
    pool.degradedAt = decided;
    pool.illAtFirst = reason;
  }
  pool.ills.push({ reason, evidence });
  pool.ills.sort((a, b) => RANK.indexOf(a.reason) - RANK.indexOf(b.reason));
  show(pool);
  const isSame = pool.since !== null && symptom.bracket.earliest <= pool.since.latest;
  if (isFirst || !isSame || pool.reason !== reason) return;
  pool.illAtFirst = reason;
  sink.explain(pool.degradedAt, reason, evidence);
}

/** What is known of an ill has grown. */
export function revise(pool: Pool, sink: ShiftSink, reason: Reason, evidence: string): void {
  const ill = pool.ills.find((one) => one.reason === reason);
  if (ill === undefined || ill.evidence === evidence) return;
  pool.ills = pool.ills.map((one) => (one === ill ? { reason, evidence } : one));
  show(pool);
  if (pool.reason === reason && pool.illAtFirst === reason) sink.explain(pool.degradedAt, reason, evidence);
}

/** An ill is over. */
export function heal(pool: Pool, sink: ShiftSink, reason: Reason, change: Omit<Symptom, keyof Ill>): void {
  if (!has(pool, reason)) return;
  pool.ills = pool.ills.filter((ill) => ill.reason !== reason);
  if (pool.ills.length > 0) show(pool);
  else turn(pool, sink, { ...change, to: 'serving', reason: 'answered' });
}

function show(pool: Pool): void {
  const [worst] = pool.ills;
  if (worst) Object.assign(pool, worst);
}

/** Sustained loss, with hysteresis wide enough that no constant loss crosses both edges in a day. */
export function judgeLoss(pool: Pool, store: Evidence, row: number, sink: ShiftSink): void {
  const { history } = pool;
  const sent = store.sent[row] as number;
  const recent = loss.recentLosses(history);
  if (recent >= limits.DEGRADED_LOSSES) pool.lossyFrom = loss.recentStart(history);
  else if (recent <= limits.CLEAN_LOSSES / 3) pool.cleanAt = sent;
  const cause = { decided: sent, first: evidenceName(store, row) };
  if (recent >= limits.DEGRADED_LOSSES && !has(pool, 'loss')) {
    const since = bracket(Math.min(pool.cleanAt, pool.lossyFrom), sent + (store.total[row] as number));
    const evidence = lossText(pool, sent);
    sicken(pool, sink, { ...cause, reason: 'loss', evidence, bracket: since, lossRatio: loss.lossRatio(history) });
  } else if (history.sum.losses <= limits.CLEAN_LOSSES && has(pool, 'loss')) {
    const oldest = history.start[0] as number;
    const slack = (2 * (sent - oldest)) / limits.BLOCKS_KEPT;
    const since = bracket(pool.lossyFrom, Math.min(sent, Math.max(oldest, pool.brokenAt) + slack));
    heal(pool, sink, 'loss', { ...cause, bracket: since });
  }
  judgeLoad(pool, store, row, sink);
}

/** An answer's pace. @param us offer and ack, µs; −1 none */
export function judgePace(
  pool: Pool,
  site: number,
  store: Evidence,
  row: number,
  us: readonly [number, number],
  sink: ShiftSink,
): void {
  const sent = store.sent[row] as number;
  const { pace } = pool;
  const clears = pace.slow && pace.clears[pace.slow.stage];
  if (!countPace(pace, site, sent, store.remarks[row] as number, us)) return;
  if (Math.max(...pace.overs.map(({ count }) => count)) === 1) pool.calm = loss.olderShare(pool.history);
  const cause = { decided: sent, first: evidenceName(store, row) };
  const figures = paceFigures(pace, sent);
  if (pace.slow && figures && !has(pool, 'slow')) {
    const { earliest, latest } = pace.overs[pace.slow.stage];
    const evidence = paceText(figures, pace.sites);
    sicken(pool, sink, { ...cause, reason: 'slow', evidence, bracket: bracket(earliest, latest) });
  } else if (pace.slow === null && has(pool, 'slow')) {
    const since = bracket(clears?.earliest ?? sent, clears?.latest ?? sent);
    heal(pool, sink, 'overloaded', { ...cause, bracket: since });
    heal(pool, sink, 'slow', { ...cause, bracket: since });
  }
  judgeLoad(pool, store, row, sink);
}

/** Slow at several sites at a time, and losing what it did not lose before. */
function judgeLoad(pool: Pool, store: Evidence, row: number, sink: ShiftSink): void {
  const { pace, history } = pool;
  if (!has(pool, 'slow') || has(pool, 'overloaded') || pace.sites[0] < limits.OVERLOAD_SITES) return;
  const recent = loss.recentShare(history);
  const before = pool.calm;
  if (recent.lost < limits.OVERLOAD_LOSSES) return;
  if (recent.lost / recent.all < limits.OVERLOAD_GROWTH * ((before.lost + 1) / (before.all + 1))) return;
  const sent = store.sent[row] as number;
  const figures = paceFigures(pace, sent);
  if (figures === null || pace.slow === null) return;
  const { earliest, latest } = pace.overs[pace.slow.stage];
  sicken(pool, sink, {
    decided: sent,
    first: evidenceName(store, row),
    reason: 'overloaded',
    evidence: overloadText(recent, figures, pace.sites),
    bracket: bracket(earliest, Math.max(latest, sent)),
  });
}
