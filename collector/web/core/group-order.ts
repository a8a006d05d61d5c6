/** What is wrong first, and the sentence above it all. */
import type { GroupView, ServerView } from '../../../shared/core/ops-view.ts';
import { groupLook, type Look, stateLook } from './state-look.ts';

/** Worst first; those that are equally bad in the configuration's order. */
export const worstFirst = (groups: readonly GroupView[]): readonly GroupView[] =>
  [...groups].sort((a, b) => trouble(b) - trouble(a));

/** A group's own state first, then what is amiss beside it. */
function trouble({ state, sites, notices, paused }: GroupView): number {
  const isAmiss = notices.length > 0 || paused !== null;
  return groupLook(state).rank * 10 + (sites.unserved > 0 ? 2 : 0) + (isAmiss ? 1 : 0);
}

/** In a gap one that stands by should have taken over; the collector's reason says whether its silence is by design. */
export const isStandingBy = ({ expected, state, reason }: ServerView): boolean =>
  expected === 'silent' && state === 'non-serving' && reason === 'by-design';

/** A server's look in its group; one that serves where silence is expected is still well by itself. */
export const serverLook = (server: ServerView): Look => stateLook(server.state, isStandingBy(server));

/** Who serves leases now: "primary", "primary and standby", or nobody. */
export function serversServing({ servers }: GroupView): string {
  const names = servers.filter(({ state }) => state === 'serving' || state === 'degraded').map(({ name }) => name);
  if (names.length === 0) return 'nobody';
  return names.length === 1 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

export interface Headline {
  readonly text: string;
  readonly look: Look;
}

/** One sentence for the whole page: how many groups want attention, and which is worst. */
export function headline(groups: readonly GroupView[]): Headline {
  const { text, look } = stateHeadline(groups);
  const paused = groups.filter((group) => group.paused !== null);
  if (paused.length === 0) return { text, look };
  const whose = groups.length === 1 ? 'probing is paused' : `${paused.length} paused`;
  return { text: `${text}; ${whose}`, look: look.rank === 0 ? groupLook('unknown') : look };
}

function stateHeadline(groups: readonly GroupView[]): Headline {
  const [worst] = worstFirst(groups);
  if (worst === undefined) return { text: 'No groups are configured', look: groupLook('unknown') };
  const amiss = groups.filter(({ state }) => state !== 'normal');
  if (amiss.length === 0) return { text: allNormal(groups), look: groupLook('normal') };
  const look = groupLook(worst.state);
  if (groups.length === 1) return { text: `${worst.name}: ${look.word}`, look };
  const want =
    amiss.length === 1 ? `1 of ${groups.length} groups is` : `${amiss.length} of ${groups.length} groups are`;
  return { text: `${want} not normal: ${worst.name}, ${look.word}`, look };
}

function allNormal(groups: readonly GroupView[]): string {
  return groups.length === 1 ? `${groups[0]?.name}: normal` : `All ${groups.length} groups are normal`;
}
