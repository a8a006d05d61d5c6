/**
 * As whom a server answers: its identifier (option 54) and the packets' source. Behind a load balancer or a NAT the one that is
 * replaced answers as another from some moment on, and that is worth a line in the failover's table.
 *
 * Sites go over one by one as their flows run out, which is one change. Several servers behind one address answer in turn:
 * then it answers as two identifiers, which is one finding as well, and no stream of them.
 */
import { isServerPath } from '../../../shared/core/batch.ts';
import { capitalised, countOf, listText } from '../words.ts';
import { HANDOVER_US, IDENTIFIERS_PER_SERVER, RETIRED_US, SITES_COUNTED } from './limits.ts';
import type { Around, Kind, Observation } from './notice-kind.ts';

/** Plain JSON. */
export interface AnswerValue {
  readonly site: string;
  readonly identifier: string | null;
  readonly source: string;
}

interface Identity {
  readonly identifier: string | null;
  readonly source: string;
  /** When any site last saw it, µs. */
  readonly last: number;
}

interface Change {
  readonly name: string;
  readonly at: number;
  readonly earliest: number;
  readonly decided: number;
  readonly from: readonly Identity[];
  readonly sites: readonly string[];
}

/** Plain JSON; never altered in place. */
export interface AnswersState {
  readonly current: readonly Identity[];
  /** Replaced, each at a moment (µs), and perhaps not everywhere yet. */
  readonly leaving: readonly (Identity & { readonly replacedAt: number })[];
  /** What each site saw last, as a key, and when. */
  readonly sites: Readonly<Record<string, { readonly key: string; readonly at: number }>>;
  /** The newest change: altered while more is learned of it. */
  readonly change: Change | null;
}

const keyOf = ({ identifier, source }: Pick<Identity, 'identifier' | 'source'>): string =>
  JSON.stringify([identifier, source]);

export const ANSWERS_AS: Kind<AnswerValue, AnswersState> = {
  name: 'answers-as',
  observe: (seen) => {
    const { batch } = seen;
    batch.sightings.forEach(({ path, sentUs, expected, serverIdentifier: identifier, source }, index) => {
      const ref = batch.paths[path];
      if (ref === undefined || !expected || !isServerPath(ref)) return;
      const place = { group: ref.group, server: ref.server, site: null, scope: null, detail: null };
      const value = { site: batch.site, identifier, source };
      seen.add(place, { us: sentUs, index: `s${index}`, value, afterUs: 0 });
    });
  },
  initial: () => ({ current: [], leaving: [], sites: {}, change: null }),
  step: (before, seen, around) => {
    const state = retired(before, seen, around);
    const next = taken(state, seen, around);
    const { site } = seen.value;
    if (!(site in next.sites) && Object.keys(next.sites).length >= SITES_COUNTED * 16) return next;
    return { ...next, sites: { ...next.sites, [site]: { key: keyOf(seen.value), at: seen.at } } };
  },
};

/** The identifiers that a server answers with now, most recent last. */
export const identifiersOf = ({ current }: AnswersState): readonly string[] => [
  ...new Set(current.map(({ identifier, source }) => identifier ?? source)),
];

/** Whether another observation is the same identity, and then how it stands. */
function taken(state: AnswersState, seen: Observation<AnswerValue>, around: Around): AnswersState {
  const { value, at } = seen;
  const key = keyOf(value);
  const identity: Identity = { identifier: value.identifier, source: value.source, last: at };
  const { current, leaving } = state;
  if (current.some((own) => keyOf(own) === key)) {
    const updated = current.map((own) => (keyOf(own) === key ? identity : own));
    return counted({ ...state, current: updated }, value.site, around);
  }
  if (current.length === 0) return { ...state, current: [identity] };
  const old = leaving.find((own) => keyOf(own) === key);
  if (old && at - old.replacedAt <= HANDOVER_US)
    return { ...state, leaving: leaving.map((own) => (own === old ? { ...own, last: at } : own)) };
  // A site that has never seen another does not show a change.
  if (old || !(value.site in state.sites)) return joined(state, identity, seen, around);
  return replaced(state, identity, seen, around);
}

/** One more site has gone over. */
function counted(state: AnswersState, site: string, around: Around): AnswersState {
  const { change } = state;
  if (change === null || change.sites.includes(site) || change.sites.length >= SITES_COUNTED) return state;
  return told({ ...state, change: { ...change, sites: [...change.sites, site] } }, around);
}

function replaced(
  state: AnswersState,
  identity: Identity,
  seen: Observation<AnswerValue>,
  around: Around,
): AnswersState {
  const { value, at, name, knownAt } = seen;
  const last = state.sites[value.site]?.at ?? at;
  const answered = around.answeredBefore(around.place.server ?? '', value.site, at);
  const earliest = Math.min(at, Math.max(last, answered ?? last));
  const gone = state.current.map((own) => ({ ...own, replacedAt: at }));
  const leaving = [...state.leaving, ...gone].slice(-IDENTIFIERS_PER_SERVER);
  const change = { name, at, earliest, decided: knownAt, from: state.current, sites: [value.site] };
  return told({ ...state, current: [identity], leaving, change }, around);
}

/** Answers as one more than before: after a change it belongs to that, otherwise it is one of its own. */
function joined(state: AnswersState, identity: Identity, seen: Observation<AnswerValue>, around: Around): AnswersState {
  const { at, name, knownAt, value } = seen;
  const key = keyOf(identity);
  const isOfChange = state.change?.from.some((own) => keyOf(own) === key) ?? false;
  const change =
    isOfChange && state.change !== null
      ? state.change
      : { name, at, earliest: at, decided: knownAt, from: state.current, sites: [value.site] };
  const current = [...state.current, identity].slice(-IDENTIFIERS_PER_SERVER);
  const leaving = state.leaving.filter((own) => keyOf(own) !== key);
  return told({ ...state, current, leaving, change }, around);
}

/** Identities that nobody has seen for long are out of use; where several were, that is told. */
function retired(
  state: AnswersState,
  { at, name, knownAt, value }: Observation<AnswerValue>,
  around: Around,
): AnswersState {
  const isOld = ({ last }: Identity): boolean => at - last > RETIRED_US;
  const leaving = state.leaving.some(isOld) ? state.leaving.filter((own) => !isOld(own)) : state.leaving;
  // One that answers again after a long silence is no other than it was.
  const gone = state.current.length < 2 ? [] : state.current.filter((own) => isOld(own) && keyOf(own) !== keyOf(value));
  if (gone.length === 0) return leaving === state.leaving ? state : { ...state, leaving };
  const current = state.current.filter((own) => !gone.includes(own));
  if (current.length === 0) return { ...state, leaving, current: gone.slice(-1) };
  const earliest = Math.max(...gone.map(({ last }) => last));
  const change = { name, at, earliest, decided: knownAt, from: state.current, sites: [value.site] };
  return told({ ...state, current, leaving, change }, around);
}

const labelOf = ({ identifier, source }: Identity): string => identifier ?? source;

function told(state: AnswersState, around: Around): AnswersState {
  const { change, current } = state;
  if (change === null) return state;
  const server = capitalised(around.place.server ?? '?');
  const [from, to] = [namesOf(change.from), namesOf(current)];
  const several = current.length > 1 && to !== labelOf(current[0] as Identity);
  const as = several ? `answers as ${current.length} identifiers, ${to}` : `now answers as ${to}`;
  const sources = sourceText(change.from, current);
  around.say({
    kind: 'answers-as',
    topic: 'change',
    name: change.name,
    at: change.at,
    earliest: change.earliest,
    latest: change.at,
    decided: change.decided,
    from,
    to,
    reason: from === to ? 'source' : 'identifier',
    text:
      from === to
        ? `${server} now answers ${sources}`
        : `${server} ${as}, was ${from}${sources === '' ? '' : ` (${sources})`}`,
    evidence: `seen at ${countOf(change.sites.length, 'site')}`,
    isAmiss: several,
  });
  return state;
}

const namesOf = (all: readonly Identity[]): string =>
  listText([...new Set(all.map(labelOf))].sort(), IDENTIFIERS_PER_SERVER);

/** "from 10.0.0.2, was 10.0.0.1" where packets come from elsewhere; empty: from where they did. */
function sourceText(before: readonly Identity[], after: readonly Identity[]): string {
  const [was, is] = [before, after].map((all) =>
    listText([...new Set(all.map(({ source }) => source))].sort(), IDENTIFIERS_PER_SERVER),
  );
  return was === is || (was === namesOf(before) && is === namesOf(after)) ? '' : `from ${is ?? ''}, was ${was ?? ''}`;
}
