/**
 * What a site's clients ought to be given (`expect:` in the YAML) against what answers hold: one track a site, server and
 * field. An answer is judged by the configuration in force when it was asked for. Sweeps are left out: they ask for other
 * subnets than the site's own.
 */
import type { Sighting } from '../../../shared/core/batch.ts';
import type { ExpectConfig } from '../config/config.ts';
import { isWithin, subnetOf } from './address.ts';
import { type EpisodeState, type EpisodeWords, episodeEnd, episodeStep, NO_EPISODE } from './episode.ts';
import type { Around, Kind } from './notice-kind.ts';
import { isHome, isKnownAddress, serverAt } from './rules.ts';

/** Plain JSON. */
export interface FieldValue {
  /** The identifier that answered in client role: whose it is may be learned later; null: the server that was asked. */
  readonly identifier: string | null;
  /** As the answer has it, with its verb: "name router 10.0.0.1"; and what was expected. */
  readonly found: string;
  readonly expected: string;
  readonly isRight: boolean;
}

type Judged = Omit<FieldValue, 'identifier'>;
type Field = (expect: ExpectConfig, sighting: Sighting) => Judged | null;

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one) => b.includes(one));

function addresses(noun: string, expected: readonly string[] | null, found: readonly string[]): Judged | null {
  if (expected === null) return null;
  const named = found.length === 0 ? `name no ${noun}` : `name ${noun} ${found.join(', ')}`;
  return {
    found: named,
    expected: expected.length === 0 ? 'none' : expected.join(', '),
    isRight: sameSet(expected, found),
  };
}

function text(noun: string, expected: string | null, found: string | null): Judged | null {
  if (expected === null) return null;
  return { found: found === null ? `name no ${noun}` : `name ${noun} ${found}`, expected, isRight: found === expected };
}

const FIELDS: Readonly<Record<string, Field>> = {
  subnet: ({ subnet }, { address, subnetMask }) =>
    subnet === null
      ? null
      : {
          found: `offer addresses of ${subnetOf(address, subnetMask)}`,
          expected: subnet,
          isRight: isWithin(address, subnet),
        },
  lease_time: ({ leaseMs }, { leaseSeconds }) =>
    leaseMs === null
      ? null
      : {
          found: leaseSeconds === null ? 'name no lease time' : `give leases of ${leaseSeconds} s`,
          expected: `at least ${leaseMs / 1000} s`,
          isRight: leaseSeconds !== null && leaseSeconds * 1000 >= leaseMs,
        },
  routers: ({ routers }, sighting) => addresses('router', routers, sighting.routers),
  name_servers: ({ nameServers }, sighting) => addresses('name server', nameServers, sighting.nameServers),
  domain: ({ domain }, sighting) => text('domain', domain, sighting.domain),
  next_server: ({ nextServer }, sighting) => text('next server', nextServer, sighting.nextServer),
};

export const EXPECTATION: Kind<FieldValue, EpisodeState> = {
  name: 'expectation',
  observe: (seen) => {
    const { batch } = seen;
    batch.sightings.forEach((sighting, index) => {
      const ref = batch.paths[sighting.path];
      const rules = seen.rules(seen.place(sighting.sentUs));
      const expect = rules.expect[batch.site];
      if (ref === undefined || expect === undefined || ref.scope !== null || !sighting.expected) return;
      if (!isHome(rules, batch.site, ref.group)) return;
      const inClientRole = ref.interface !== null;
      const identifier = inClientRole ? (sighting.serverIdentifier ?? sighting.source) : null;
      const server = identifier === null ? ref.server : (serverAt(rules, ref.group, identifier) ?? identifier);
      for (const [detail, judge] of Object.entries(FIELDS)) {
        const judged = judge(expect, sighting);
        if (judged === null) continue;
        const place = { group: ref.group, server, site: batch.site, scope: null, detail };
        seen.add(place, { us: sighting.sentUs, index: `s${index}`, value: { identifier, ...judged }, afterUs: 0 });
      }
    });
  },
  initial: () => NO_EPISODE,
  step: (state, seen, around) => {
    const { identifier, isRight, found, expected } = seen.value;
    // What a rogue server says is the rogue's own notice.
    if (identifier !== null && !isKnownAddress(around.rules(seen.at), identifier) && !around.isShown(identifier))
      return state;
    return episodeStep(state, seen, isRight ? null : `${found}, expected ${expected}`, around, wordsOf(around));
  },
  end: (state, around) => episodeEnd(state, around, wordsOf(around)),
  isPending: ({ right }) => right !== null,
};

function wordsOf({ place: { site, server, detail } }: Around): EpisodeWords {
  const subject = `Site ${site ?? '?'}: ${server ?? '?'}'s answers`;
  const field = (detail ?? '').replaceAll('_', ' ');
  const told = { kind: 'expectation', reason: detail, evidence: null } as const;
  return {
    wrong: (value) => ({ ...told, text: `${subject} ${value}` }),
    right: () => ({ ...told, text: `${subject} are as expected again (${field})` }),
    witness: server === null || site === null ? null : { server, site },
  };
}
