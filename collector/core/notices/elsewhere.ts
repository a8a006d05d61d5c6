/**
 * A sweep asks for a subnet and is offered an address of another that is none of the site's: the scope is missing and the server
 * falls back on what it has. Subnets of one shared network stand in for each other, in Kea at its own choice and not only when a pool
 * is full, so an address of another subnet that the site lists is as good. A kind of its own beside `scope`, since it is known from
 * what the answer says and not from whether there is one. Told under the kind `scope`.
 */
import { isWithin, subnetOf } from './address.ts';
import { type EpisodeState, type EpisodeWords, episodeEnd, episodeStep, NO_EPISODE } from './episode.ts';
import type { Around, Kind } from './notice-kind.ts';

export const ELSEWHERE: Kind<string | null, EpisodeState> = {
  name: 'elsewhere',
  observe: (seen) => {
    const { batch } = seen;
    batch.sightings.forEach(({ path, sentUs, address, subnetMask, expected }, index) => {
      const ref = batch.paths[path];
      if (ref === undefined || ref.scope === null || ref.interface !== null || !expected) return;
      const { group, server, scope } = ref;
      const own = [scope, ...(seen.rules(seen.place(sentUs)).subnets?.[batch.site] ?? [])];
      const value = own.some((subnet) => isWithin(address, subnet)) ? null : subnetOf(address, subnetMask);
      const place = { group, server, site: batch.site, scope, detail: null };
      seen.add(place, { us: sentUs, index: `s${index}`, value, afterUs: 0 });
    });
  },
  initial: () => NO_EPISODE,
  step: (state, seen, around) => episodeStep(state, seen, seen.value, around, wordsOf(around)),
  end: (state, around) => episodeEnd(state, around, wordsOf(around)),
  isPending: ({ right }) => right !== null,
};

function wordsOf({ place: { site, server, scope } }: Around): EpisodeWords {
  const subject = `Site ${site ?? '?'}: scope ${scope ?? '?'} is`;
  const told = { kind: 'scope', reason: 'elsewhere', evidence: null } as const;
  return {
    wrong: (value) => ({ ...told, text: `${subject} offered from ${value} by ${server ?? '?'}` }),
    right: () => ({ ...told, text: `${subject} offered from itself by ${server ?? '?'} again` }),
    witness: null,
  };
}
