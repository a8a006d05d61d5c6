/**
 * The way of a site's own clients, tried by broadcast through the site's real relay. When it goes unanswered while servers
 * answer the site's direct probes, the relay is at fault; when they do not either, it is told and the relay not blamed.
 * Which of the two it is may change while it lasts, and is then told again.
 */
import type { PathRef } from '../../../shared/core/batch.ts';
import type { AnsweredAt } from './answering.ts';
import { type ExchangeValue, takeExchanges } from './exchange-value.ts';
import { FALL_LEAST, FALL_SPREAD_US, ORDINARY_WAIT_US, RISE } from './limits.ts';
import { fallBracket, isFallen, NO_RUN, type RunState, runText, withAnswered, withMissed } from './missed-run.ts';
import type { Around, Kind, Observation, Place } from './notice-kind.ts';

/** Plain JSON. */
export interface ClientState extends RunState {
  readonly fault: 'relay' | 'client' | null;
  /** How ordinary exchanges fared at the last few unanswered. */
  readonly beside: readonly AnsweredAt['word'][];
  /** Until ordinary exchanges, or the time, tell whose fault it is. */
  readonly isPending: boolean;
}

const placeOf =
  (site: string) =>
  ({ group, interface: on }: PathRef): Place | null =>
    on === null ? null : { group, server: null, site, scope: null, detail: on };

export const CLIENT: Kind<ExchangeValue, ClientState> = {
  name: 'client',
  observe: (seen) => takeExchanges(seen, placeOf(seen.batch.site)),
  initial: () => ({ ...NO_RUN, fault: null, beside: [], isPending: false }),
  step: (state, seen, around) =>
    seen.value.miss === null ? answered(state, seen, around) : missed(state, seen, around),
  isPending: ({ isPending }) => isPending,
};

const nameOf = ({ place }: Around): string => `Site ${place.site ?? '?'}: clients on ${place.detail ?? '?'}`;

function answered(before: ClientState, seen: Observation<ExchangeValue>, around: Around): ClientState {
  const state: ClientState = { ...before, ...withAnswered(before, seen), beside: [], isPending: false };
  const { rising, fault } = state;
  if (state.word !== 'non-serving' || rising === null || rising.count < RISE) return state;
  around.say({
    kind: fault ?? 'client',
    topic: 'serving',
    name: rising.name,
    at: rising.at,
    earliest: state.lastMissed,
    latest: rising.at,
    decided: seen.knownAt,
    from: 'non-serving',
    to: 'serving',
    reason: 'answered',
    text: `${nameOf(around)} are answered again`,
    evidence: null,
    isAmiss: false,
  });
  return { ...state, word: 'serving', since: rising.at, rising: null, fault: null };
}

function missed(before: ClientState, seen: Observation<ExchangeValue>, around: Around): ClientState {
  const { word, knownAt, server } = around.ordinaryOfGroup(seen.at);
  const isWaiting = word === 'unknown' && around.furthest < seen.at + ORDINARY_WAIT_US;
  const beside = [...before.beside, word === 'unknown' && !isWaiting ? ('silent' as const) : word].slice(-FALL_LEAST);
  const decided = Math.max(seen.knownAt, word === 'unknown' ? seen.at + ORDINARY_WAIT_US : knownAt);
  const reason = seen.value.miss ?? 'no-offer';
  const run = withMissed(before, { at: seen.at, name: seen.name, decided, reason, server, spreadUs: 0 });
  return fallen({ ...before, ...run, beside, isPending: isWaiting }, seen, around);
}

/** Whose fault the last few unanswered say that it is; null: they do not agree. */
function faultOf({ beside }: ClientState): 'relay' | 'client' | null {
  if (beside.length < FALL_LEAST) return null;
  if (beside.every((word) => word === 'answered')) return 'relay';
  return beside.every((word) => word === 'silent') ? 'client' : null;
}

function fallen(state: ClientState, seen: Observation<ExchangeValue>, around: Around): ClientState {
  const fault = faultOf(state);
  const [first] = state.missed;
  // The relay is not absolved when servers fail as well.
  if (fault === null || state.fault === 'relay' || state.fault === fault || first === undefined) return state;
  if (state.word !== 'non-serving' && !isFallen(state, FALL_SPREAD_US)) return state;
  const isNew = state.word !== 'non-serving';
  const bracket = isNew ? fallBracket(state) : { earliest: first.at, latest: seen.at };
  const servers = state.missed.findLast(({ server }) => server !== null)?.server ?? 'a server';
  const also =
    fault === 'relay'
      ? "get no answer though the servers answer direct probes: the relay's fault"
      : 'get no answer, and direct probes get none either';
  around.say({
    kind: fault,
    topic: fault,
    name: isNew ? first.name : seen.name,
    at: isNew ? first.at : seen.at,
    ...bracket,
    decided: Math.max(...state.missed.map(({ decided }) => decided)),
    from: isNew ? (state.word === 'unknown' ? null : state.word) : 'non-serving',
    to: 'non-serving',
    reason: fault === 'relay' ? 'relay' : 'no-offer',
    text: `${nameOf(around)} ${also}`,
    evidence: `${runText(state)}${fault === 'relay' ? `, while ${servers} answered the site's direct probes` : ''}`,
    isAmiss: true,
  });
  const since = isNew ? (bracket.earliest + bracket.latest) / 2 : state.since;
  return { ...state, word: 'non-serving', since, fault };
}
