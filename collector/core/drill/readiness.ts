/**
 * Whether a failover drill may begin, and how far it is: read from the state of the group as anybody sees it in `status`. A drill
 * on a group that is not whole would be an outage with a ticket number.
 */
import type { GroupView, ServerView } from '../../../shared/core/ops-view.ts';

/** Modes in which a partner takes over by itself. */
const TAKES_OVER: Readonly<Record<string, string>> = { 'hot-standby': 'standby', 'load-balancing': 'secondary' };

/** Who is taken down, and who is to take over. */
export interface DrillPair {
  readonly down: ServerView;
  readonly takesOver: ServerView;
}

export type Readiness =
  | { readonly ok: true; readonly pair: DrillPair }
  | { readonly ok: false; readonly problem: string };

const no = (problem: string): Readiness => ({ ok: false, problem });

/** @param server name of the server to take down; null: the primary */
export function readiness(group: GroupView, server: string | null): Readiness {
  const partnerRole = TAKES_OVER[group.mode];
  if (partnerRole === undefined)
    return no(`in mode ${group.mode} no server takes over from another; a drill needs hot-standby or load-balancing`);
  const pair = pairOf(group, server, partnerRole);
  if (pair === null) return no(`group ${group.name} has no server "${server}" that its partner takes over from`);
  if (group.paused !== null)
    return no(`probing of ${group.name} is paused (${group.paused}): nobody would see the failover`);
  if (group.state !== 'normal')
    return no(`group ${group.name} is ${group.state}, not normal; a drill begins from normal only (dorawatch status)`);
  const { served, unserved, unknown } = group.sites;
  if (unserved > 0) return no(`${unserved} of ${served + unserved + unknown} sites are not served`);
  if (served === 0) return no('no site reports');
  return { ok: true, pair };
}

function pairOf(group: GroupView, server: string | null, partnerRole: string): DrillPair | null {
  const primary = group.servers.find(({ role }) => role === 'primary');
  const partner = group.servers.find(({ role }) => role === partnerRole);
  if (primary === undefined || partner === undefined) return null;
  if (server === null || server === primary.name) return { down: primary, takesOver: partner };
  // In hot-standby a standby that is taken down moves nothing.
  return server === partner.name && group.mode === 'load-balancing' ? { down: partner, takesOver: primary } : null;
}

/** One line on where the group stands, for a person who waits. */
export function standing(group: GroupView): string {
  const servers = group.servers
    .filter(({ role }) => role !== 'backup')
    .map(
      ({ name, state, expected }) => `${name} ${state === 'non-serving' && expected === 'silent' ? 'silent' : state}`,
    );
  const { served, unserved, unknown } = group.sites;
  return `${group.state}; ${servers.join(', ')}; sites: ${served} served, ${unserved} unserved, ${unknown} unknown`;
}
