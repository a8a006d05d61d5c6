/**
 * The agents of one site as witnesses of one path. A path serves when either of two agents is answered, so one that goes
 * unanswered while another is answered says something about itself (its uplink, its host): its exchanges are no evidence
 * until it is answered again, also when the other stops or leaves: who was blind a moment ago saw nothing happen. That the two
 * disagree is a finding of its own.
 *
 * Rejected: a path an agent. A site would have as many states as agents, and every reader would have to join them.
 */
import type { Bracket, Reason } from '../finding.ts';
import { bracket } from './bracket.ts';
import { batchOf, CODES, codeOf, type Evidence, evidenceName } from './evidence.ts';
import { MERE_LOSS_LN, WITNESSES_MAX } from './limits.ts';
import { prior } from './loss-history.ts';
import type { Pool, PoolSettings } from './pool.ts';

/** An identity that alone goes unanswered. Plain JSON. */
export interface Refused {
  readonly id: number;
  /** When it was last answered (or first seen not to be), and by when it was found, µs. */
  readonly from: number;
  readonly by: number;
  /** Code of the exchange that it was found by. */
  readonly why: number;
  /** Unanswered in a row since it was found (what went unanswered while the server was away says nothing), and answered in a row since. */
  run: number;
  back: number;
  /** Whether it was told; then it must be answered as often again. */
  told: boolean;
}

/** Plain JSON. */
export interface Witness {
  name: string;
  /** Its identities: own unanswered in a row (negative: answered in a row), the pool's `answers` when that run began, and when last answered, µs. */
  runs: number[];
  began: number[];
  seenAt: number[];
  /** Those that alone go unanswered. */
  refused: Refused[];
  answers: number;
  /** DISCOVER send times of its last answered exchange and its last unanswered one, µs; −1: none. */
  answeredAt: number;
  unansweredAt: number;
  /** Its own unanswered in a row, when the first of them was sent, what was before that, and how often others had been answered by then. */
  run: number;
  runAt: number;
  from: number;
  others: number;
  /** Whom it disagrees with; null: nobody. */
  against: string | null;
}

/** That two agents of a site began to disagree, or ceased to. */
export interface Disagreement {
  readonly decided: number;
  readonly begins: boolean;
  readonly unanswered: string;
  readonly answered: string;
  readonly reason: Reason;
  readonly bracket: Bracket;
  /** Name of the first evidence. */
  readonly first: string;
}

/** One unanswered exchange as it comes. */
interface Testimony {
  readonly store: Evidence;
  readonly row: number;
  readonly settings: PoolSettings;
  tell(disagreement: Disagreement): void;
}

/** The witness that an exchange is of, made when first heard; beyond the limit the last one stands for all the rest. */
export function witnessOf(witnesses: Witness[], name: string): Witness {
  const known = witnesses.find((one) => one.name === name);
  if (known) return known;
  if (witnesses.length >= WITNESSES_MAX) return witnesses.at(-1) as Witness;
  const counts = { answers: 0, run: 0, runAt: 0, from: 0, others: 0, answeredAt: -1, unansweredAt: -1 };
  const made: Witness = { name, runs: [], began: [], seenAt: [], refused: [], ...counts, against: null };
  witnesses.push(made);
  return made;
}

/** It was answered. @param sent its DISCOVER, µs */
export function witnessAnswered(own: Witness, sent: number): void {
  own.answers += 1;
  own.answeredAt = sent;
  own.run = 0;
  own.against = null;
}

/** The end of a disagreement, at an answer. @param other whom it was with */
export function agreed(own: Witness, other: string, store: Evidence, row: number): Disagreement {
  const sent = store.sent[row] as number;
  const { error } = batchOf(store, row);
  return {
    decided: sent,
    begins: false,
    unanswered: own.name,
    answered: other,
    reason: 'answered',
    bracket: bracket(own.unansweredAt - error, sent + (store.total[row] as number) + error),
    first: evidenceName(store, row),
  };
}

/** It was not. @returns whether that is no evidence about the server */
export function witnessUnanswered(witnesses: readonly Witness[], own: Witness, pool: Pool, heard: Testimony): boolean {
  const sent = heard.store.sent[heard.row] as number;
  own.unansweredAt = sent;
  const others = pool.answers - own.answers;
  if (own.run === 0) Object.assign(own, { runAt: sent, from: own.answeredAt < 0 ? sent : own.answeredAt, others });
  own.run += 1;
  if (own.against !== null) return true;
  const [other, seenAt] = lastAnswered(witnesses, own);
  if (other === null || sent - seenAt > heard.settings.silenceUs) return false;
  if (!isSurprising(own, others, pool, heard.settings)) return false;
  own.against = other;
  heard.tell(disagreed(own, other, heard));
  return true;
}

function lastAnswered(witnesses: readonly Witness[], own: Witness): readonly [string | null, number] {
  let last: Witness | null = null;
  for (const one of witnesses) {
    if (one !== own && one.answeredAt >= 0 && (last === null || one.answeredAt > last.answeredAt)) last = one;
  }
  return [last?.name ?? null, last?.answeredAt ?? -1];
}

/** As long a run as a stop needs, no mere loss, and others answered all the while. */
function isSurprising(own: Witness, others: number, { history }: Pool, { fall }: PoolSettings): boolean {
  if (own.run < fall || (others - own.others) * 2 < own.run) return false;
  const { lost, all } = prior(history);
  return own.run * Math.log((lost + 0.5) / (all + 1)) < MERE_LOSS_LN;
}

function disagreed(own: Witness, other: string, { store, row }: Testimony): Disagreement {
  const { error, dropUs } = batchOf(store, row);
  return {
    decided: store.sent[row] as number,
    begins: true,
    unanswered: own.name,
    answered: other,
    reason: CODES[codeOf(store, row)] ?? 'no-offer',
    bracket: bracket(own.from - error, own.runAt + dropUs + error),
    first: evidenceName(store, row),
  };
}
