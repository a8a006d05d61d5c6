/**
 * Identities that alone go unanswered: their class is refused, their reservation or pool is full. Each is told apart by its own
 * run, held against the loss of the path; or all of them together, when they fall into two camps, of which one is always
 * answered and the other never: half of them failing would else be half of everything lost. Their exchanges are no evidence
 * about the server until they are answered again; when it lasts, the path is degraded and says who they are.
 *
 * Rejected: counting them as loss. One of thirty-one is 3 % for ever, and nobody learns which.
 */
import { listText } from '../words.ts';
import { bracket } from './bracket.ts';
import { batchOf, CODES, codeOf, type Evidence, evidenceName, NO_OFFER } from './evidence.ts';
import { CAMPS_MIXED, IDENTITIES_TOLD, IDENTITY_RUN, IDENTITY_TOLD, MERE_LOSS_LN, SURPRISE_LN } from './limits.ts';
import { prior } from './loss-history.ts';
import type { Pool } from './pool.ts';
import { heal, revise, sicken } from './pool-ills.ts';
import type { ShiftSink } from './pool-turn.ts';
import type { Witness } from './witnesses.ts';

/** Remarks: of an exchange that says that its identity is refused, and of one that says that none is any longer. */
export const REFUSED = 64;
export const READMITTED = 128;

/** Makes room for an identity's counts. */
export function fillIdentities({ runs, began, seenAt }: Witness, identity: number): void {
  while (runs.length <= identity) {
    runs.push(0);
    began.push(0);
    seenAt.push(-1);
  }
}

/** One was answered. @returns true when that ends the path's trouble with them */
export function identityAnswered(pool: Pool, own: Witness, id: number, store: Evidence, row: number, sink: ShiftSink) {
  const sent = store.sent[row] as number;
  own.runs[id] = Math.min(0, own.runs[id] as number) - 1;
  own.seenAt[id] = sent;
  const known = own.refused.find((one) => one.id === id);
  if (!known) return false;
  known.back++;
  if (known.told && known.back < IDENTITY_TOLD) return false;
  own.refused = own.refused.filter((one) => one !== known);
  if (!known.told || own.refused.some(({ told }) => told)) return false;
  const since = bracket(known.by, sent + (store.total[row] as number));
  heal(pool, sink, 'some-identities', { decided: sent, first: evidenceName(store, row), bracket: since });
  return true;
}

/** One was not. @returns 'counts' when that is evidence about the server, 'told' when it has lasted */
export function identityUnanswered(
  pool: Pool,
  own: Witness,
  id: number,
  store: Evidence,
  row: number,
  sink: ShiftSink,
) {
  const sent = store.sent[row] as number;
  const known = own.refused.find((one) => one.id === id);
  const run = Math.max(0, own.runs[id] as number) + 1;
  own.runs[id] = run;
  if (run === 1) own.began[id] = pool.answers;
  if (known) {
    known.run++;
    known.back = 0;
  } else {
    if (!isAlone(pool, own, id)) return 'counts';
    const from = (own.seenAt[id] as number) < 0 ? sent : (own.seenAt[id] as number);
    const [by, why] = [sent + batchOf(store, row).dropUs, codeOf(store, row)];
    own.refused.push({ id, from, by, why, run: IDENTITY_RUN, back: 0, told: false });
  }
  if (!known || known.run < IDENTITY_TOLD || isOwn(own)) return 'excluded';
  // What was found soon after a start was held against a loss that nobody knew yet; by now it is known.
  if (!known.told && !isBeyondLoss(pool, known.run) && !areCamps(own.runs)) return 'excluded';
  for (const one of own.refused) if (one.id === id) one.told = true;
  tell(pool, own, store, row, sink);
  return 'told';
}

/** An agent none of whose identities is answered speaks of itself: its witnesses say so, not its identities. */
const isOwn = ({ against, refused, runs }: Witness): boolean =>
  against !== null || refused.length >= runs.filter((run) => run !== 0).length;

function tell(pool: Pool, own: Witness, store: Evidence, row: number, sink: ShiftSink): void {
  const ids = own.refused.map(({ id }) => id).sort((a, b) => a - b);
  const all = own.runs.filter((run) => run !== 0).length;
  const evidence = refusedText(ids, own.refused[0]?.why ?? NO_OFFER, ` of ${all}`, `${all - ids.length} are served`);
  const since = bracket(Math.min(...own.refused.map(({ from }) => from)), Math.min(...own.refused.map(({ by }) => by)));
  const decided = store.sent[row] as number;
  const symptom = {
    reason: 'some-identities',
    evidence,
    decided,
    bracket: since,
    first: evidenceName(store, row),
  } as const;
  sicken(pool, sink, symptom);
  revise(pool, sink, 'some-identities', evidence);
}

/**
 * @param why code of how they were found to be refused: what they meet later may be another failure, of all identities
 * @param of " of 31", where that is known
 */
export const refusedText = (ids: readonly number[], why: number, of: string, rest: string): string =>
  `${ids.length === 1 ? 'identity' : 'identities'} ${listText(ids, IDENTITIES_TOLD)}${of} refused (${CODES[why]}), ${rest}: class, reservation or pool`;

function isAlone(pool: Pool, { runs, began }: Witness, id: number): boolean {
  const run = runs[id] as number;
  if (run < IDENTITY_RUN || pool.answers - (began[id] as number) < run - 1) return false;
  return isBeyondLoss(pool, run) || areCamps(runs);
}

/** Whether so many unanswered in a row are more than the path's loss makes. */
function isBeyondLoss({ history }: Pool, run: number): boolean {
  const { lost, all } = prior(history);
  return run * Math.log((lost + 0.5) / (all + 1)) < MERE_LOSS_LN;
}

/** Whether nearly all identities are of two camps, answered m times in a row or unanswered m times, and loss at one rate would not make them so. */
function areCamps(runs: readonly number[]): boolean {
  const seen = runs.filter((run) => run !== 0);
  const lengths = seen.map(Math.abs).sort((a, b) => a - b);
  const m = lengths[Math.floor(seen.length * CAMPS_MIXED)] ?? 0;
  if (m < IDENTITY_RUN) return false;
  const never = seen.filter((run) => run >= m).length;
  const always = seen.filter((run) => run <= -m).length;
  if (never === 0 || always === 0) return false;
  const all = never + always;
  const gain = m * (never * Math.log(all / never) + always * Math.log(all / always));
  // For who is of which camp, and who of neither, was chosen after the fact.
  return gain - choices(all, never) - choices(seen.length, all) - Math.log(m) > -SURPRISE_LN;
}

/** ln of the ways to choose k of n. */
function choices(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= Math.min(k, n - k); i++) sum += Math.log((n - i + 1) / i);
  return sum;
}
