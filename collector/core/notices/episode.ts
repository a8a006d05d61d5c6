/**
 * A value that ought to be right and for a time is not: the machine under expectations and under addresses offered from
 * elsewhere. It is told when the first wrong value is seen, once for each wrong value, and again when it has stayed right for two
 * minutes: two pools of one network, or two servers behind one address, take turns, and are one episode rather than a stream.
 */
import { SETTLED_US, WRONG_VALUES } from './limits.ts';
import type { Around, Observation, Saying } from './notice-kind.ts';

/** Plain JSON; never altered in place. */
export interface EpisodeState {
  /** Wrong values seen since it began; null: right, or nothing known. */
  readonly wrong: readonly string[] | null;
  readonly lastRight: number | null;
  readonly lastWrong: number;
  /** The first right one after the last wrong one. */
  readonly right: { readonly at: number; readonly name: string } | null;
}

export const NO_EPISODE: EpisodeState = { wrong: null, lastRight: null, lastWrong: 0, right: null };

/** What a kind makes of it. */
export interface EpisodeWords {
  /** What is said of the place with a wrong value, and when it is right again. */
  wrong(value: string): Pick<Saying, 'kind' | 'text' | 'evidence' | 'reason'>;
  right(before: string): Pick<Saying, 'kind' | 'text' | 'evidence' | 'reason'>;
  /** A server whose answered exchanges prove that nothing had changed by then; null: there is no such. */
  readonly witness: { readonly server: string; readonly site: string } | null;
}

/** @param value null: right */
export function episodeStep(
  state: EpisodeState,
  seen: Observation<unknown>,
  value: string | null,
  around: Around,
  words: EpisodeWords,
): EpisodeState {
  const { at, name } = seen;
  const settled = state.right !== null && at - state.right.at >= SETTLED_US ? close(state, around, words) : state;
  if (value === null) {
    if (settled.wrong === null) return { ...settled, lastRight: at };
    return { ...settled, right: settled.right ?? { at, name } };
  }
  const begun = settled.wrong ?? [];
  const next = { ...settled, lastWrong: at, right: null };
  if (begun.includes(value) || begun.length >= WRONG_VALUES) return next;
  const before = begun.length > 0 ? settled.lastWrong : earlierOf(settled.lastRight, at, around, words);
  around.say({
    topic: 'wrong',
    name,
    at,
    earliest: before ?? at,
    latest: at,
    decided: seen.knownAt,
    from: begun.at(-1) ?? (settled.lastRight === null ? null : 'as expected'),
    to: value,
    isAmiss: true,
    ...words.wrong(value),
  });
  return { ...next, wrong: [...begun, value] };
}

/** Right for long enough since: said when that can be known, whether or not another value is seen by then. */
export function episodeEnd(state: EpisodeState, around: Around, words: EpisodeWords): void {
  if (state.right !== null && around.furthest - state.right.at >= SETTLED_US) close(state, around, words);
}

function close(state: EpisodeState, around: Around, words: EpisodeWords): EpisodeState {
  const { right, wrong } = state;
  if (right === null || wrong === null) return state;
  const before = wrong.at(-1) ?? '';
  around.say({
    topic: 'right',
    name: right.name,
    at: right.at,
    earliest: earlierOf(state.lastWrong, right.at, around, words) ?? right.at,
    latest: right.at,
    decided: right.at + SETTLED_US,
    from: before,
    to: 'as expected',
    isAmiss: false,
    ...words.right(before),
  });
  return { wrong: null, lastRight: right.at, lastWrong: state.lastWrong, right: null };
}

/** Agents tell what changes at once, so what was answered since the last sighting was as it had been. */
function earlierOf(last: number | null, at: number, around: Around, { witness }: EpisodeWords): number | null {
  if (last === null) return null;
  const answered = witness === null ? null : around.answeredBefore(witness.server, witness.site, at);
  return Math.min(at, Math.max(last, answered ?? last));
}
