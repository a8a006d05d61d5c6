/**
 * A server that answers at a site although it is in no group and on no allow-list. In client role the packet may come from the
 * relay, so the server identifier (option 54) says who it is, and the source only where there is none. Where a server answers
 * from an address that is not configured but says who it is, it is no rogue.
 *
 * It is gone when it was not seen for an hour: a rogue in an office answers when somebody turns it on.
 */
import type { PathRef, Sighting } from '../../../shared/core/batch.ts';
import { subnetOf } from './address.ts';
import { UNSEEN_US } from './limits.ts';
import type { Around, Kind, Observation } from './notice-kind.ts';
import { isKnownAddress } from './rules.ts';

/** Plain JSON. */
export interface RogueValue {
  /** Every address that it goes by. */
  readonly names: readonly string[];
  readonly mac: string | null;
  readonly offers: string;
}

export interface RogueState {
  readonly isPresent: boolean;
  readonly lastAt: number;
  readonly lastName: string;
}

export const ROGUE: Kind<RogueValue, RogueState> = {
  name: 'rogue',
  observe: (seen) => {
    const { batch } = seen;
    batch.sightings.forEach((sighting, index) => {
      const ref = batch.paths[sighting.path];
      if (ref === undefined || (ref.interface === null && sighting.expected)) return;
      const names = namesOf(ref, sighting);
      const rules = seen.rules(seen.place(sighting.sentUs));
      if (names.some((name) => isKnownAddress(rules, name))) return;
      const place = {
        group: ref.group,
        server: null,
        site: batch.site,
        scope: null,
        detail: names[0] ?? sighting.source,
      };
      const value = { names, mac: sighting.mac, offers: offersOf(sighting) };
      seen.add(place, { us: sighting.sentUs, index: `s${index}`, value, afterUs: 0 });
    });
  },
  initial: () => ({ isPresent: false, lastAt: 0, lastName: '' }),
  step: (state, seen, around) => {
    // A server behind a NAT goes by an identifier that its expected answers show, perhaps only later.
    if (seen.value.names.some((name) => around.isShown(name))) return state;
    const isGone = state.isPresent && seen.at - state.lastAt >= UNSEEN_US;
    if (isGone) sayGone(state, around);
    if (!state.isPresent || isGone) sayFound(seen, around);
    return { isPresent: true, lastAt: seen.at, lastName: seen.name };
  },
  end: (state, around) => {
    if (!state.isPresent) return;
    const rules = around.rules(around.furthest);
    if (isKnownAddress(rules, around.place.detail ?? '')) sayAllowed(state, rules.from, around);
    else if (around.furthest - state.lastAt >= UNSEEN_US) sayGone(state, around);
  },
  isPending: ({ isPresent }) => isPresent,
};

function namesOf(ref: PathRef, { source, serverIdentifier }: Sighting): readonly string[] {
  if (serverIdentifier === null) return [source];
  return ref.interface === null ? [serverIdentifier, source] : [serverIdentifier];
}

function offersOf({ address, subnetMask, routers, nameServers }: Sighting): string {
  const subnet = subnetMask === null ? '' : ` of ${subnetOf(address, subnetMask)}`;
  const router = routers.length === 0 ? '' : `, router ${routers.join(', ')}`;
  return `${address}${subnet}${router}${nameServers.length === 0 ? '' : `, name server ${nameServers.join(', ')}`}`;
}

const nameOf = ({ place }: Around): string => `Site ${place.site ?? '?'}: rogue server ${place.detail ?? '?'}`;

function sayFound({ at, name, knownAt, value }: Observation<RogueValue>, around: Around): void {
  const mac = value.mac === null ? '' : ` (MAC ${value.mac})`;
  around.say({
    kind: 'rogue',
    topic: 'found',
    name,
    at,
    earliest: at,
    latest: at,
    decided: knownAt,
    from: null,
    to: 'answering',
    reason: 'unknown-server',
    text: `${nameOf(around)}${mac} offers ${value.offers}`,
    evidence: 'it is in no group, and not among allow_servers',
    isAmiss: true,
  });
}

function sayGone({ lastAt, lastName }: RogueState, around: Around): void {
  const latest = lastAt + UNSEEN_US;
  const over = { topic: 'gone', name: lastName, at: lastAt, earliest: lastAt, latest, decided: latest } as const;
  const text = `${nameOf(around)} is no longer seen`;
  around.say({ ...OVER, ...over, to: 'unseen', reason: 'unseen', text, evidence: 'no answer from it for an hour' });
}

function sayAllowed({ lastAt, lastName }: RogueState, from: number, around: Around): void {
  const at = Math.max(lastAt, from);
  const over = { topic: 'gone', name: lastName, at: lastAt, earliest: at, latest: at, decided: at } as const;
  const text = `Site ${around.place.site ?? '?'}: server ${around.place.detail ?? '?'} is in the configuration now`;
  around.say({ ...OVER, ...over, to: 'allowed', reason: 'allowed', text, evidence: null });
}

const OVER = { kind: 'rogue', from: 'answering', isAmiss: false } as const;
