/**
 * A subnet that is not served at a site although a server serves: the pool is exhausted, the subnet missing. The sweep's
 * exchanges are held against the ordinary ones of the same site, server and bucket: an unanswered one counts only where those
 * were answered around the same moment, so a server that is not serving says nothing of its scopes.
 *
 * Answered by any server, the scope is served: split scopes are one server's each.
 */
import type { PathRef } from '../../../shared/core/batch.ts';
import { type ExchangeValue, levelOf, type Miss, takeExchanges } from './exchange-value.ts';
import { FALL_SPREAD_US, RISE } from './limits.ts';
import {
  fallBracket,
  isFallen,
  mainReason,
  NO_RUN,
  type RunState,
  runText,
  withAnswered,
  withMissed,
} from './missed-run.ts';
import type { Around, Kind, Observation, Place } from './notice-kind.ts';

const placeOf =
  (site: string) =>
  ({ group, scope, interface: on }: PathRef): Place | null =>
    scope === null || on !== null ? null : { group, server: null, site, scope, detail: null };

const MEANINGS: Readonly<Record<Miss, string>> = {
  'no-offer': 'no OFFER: the pool is exhausted, or the subnet missing',
  'no-ack': 'OFFER, but no ACK',
  nak: 'NAK',
  refused: 'refused',
  unreachable: 'unreachable',
};

export const SCOPE: Kind<ExchangeValue, RunState> = {
  name: 'scope',
  observe: (seen) => takeExchanges(seen, placeOf(seen.batch.site)),
  initial: () => NO_RUN,
  step: (state, seen, around) => {
    const { miss, server, bucket } = seen.value;
    if (miss === null) return risen(withAnswered(state, seen), seen, around);
    const ordinary = around.ordinary(server, bucket, levelOf(miss), seen.at);
    if (ordinary.word !== 'answered') return state;
    const decided = Math.max(seen.knownAt, ordinary.knownAt);
    const spreadUs = 2 * ordinary.slotUs;
    return fallen(withMissed(state, { at: seen.at, name: seen.name, decided, reason: miss, server, spreadUs }), around);
  },
};

const nameOf = ({ place }: Around): string => `Site ${place.site ?? '?'}: scope ${place.scope ?? '?'}`;

function risen(state: RunState, seen: Observation<ExchangeValue>, around: Around): RunState {
  if (state.word !== 'non-serving' || state.rising === null || state.rising.count < RISE) return state;
  const { at, name } = state.rising;
  around.say({
    kind: 'scope',
    topic: 'serving',
    name,
    at,
    earliest: state.lastMissed,
    latest: at,
    decided: seen.knownAt,
    from: 'non-serving',
    to: 'serving',
    reason: 'answered',
    text: `${nameOf(around)} is served again`,
    evidence: `${seen.value.server} answers for it`,
    isAmiss: false,
  });
  return { ...state, word: 'serving', since: at, rising: null };
}

function fallen(state: RunState, around: Around): RunState {
  const [first] = state.missed;
  if (state.word === 'non-serving' || first === undefined || !isFallen(state, FALL_SPREAD_US)) return state;
  const servers = [...new Set(state.missed.map(({ server }) => server))].sort().join(' and ');
  const reason = mainReason(state.missed);
  const why = MEANINGS[reason as Miss];
  const bracket = fallBracket(state);
  const serve = servers.includes(' and ') ? 'serve' : 'serves';
  around.say({
    kind: 'scope',
    topic: 'non-serving',
    name: first.name,
    at: first.at,
    ...bracket,
    decided: Math.max(...state.missed.map(({ decided }) => decided)),
    from: state.word === 'unknown' ? null : state.word,
    to: 'non-serving',
    reason,
    text: `${nameOf(around)} is not served though ${servers} ${serve} (${why})`,
    evidence: `${runText(state)}, while ${servers} answered the site's other probes`,
    isAmiss: true,
  });
  return { ...state, word: 'non-serving', since: (bracket.earliest + bracket.latest) / 2 };
}
