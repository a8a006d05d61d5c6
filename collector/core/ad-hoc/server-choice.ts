/**
 * Which server a person means: by its name, by group and name ("corsham-dhcp/primary"), or by its address. A name that stands in
 * several groups is asked back about, and never guessed: the wrong one of two servers looks just like the right one.
 */
import type { ProbeRequest } from '../../../shared/core/ops-request.ts';
import { unknownName } from '../answers/mark-request.ts';
import type { CollectorConfig, GroupConfig, ServerConfig } from '../config/config.ts';

export interface ServerChoice {
  readonly ok: true;
  readonly group: GroupConfig;
  readonly server: ServerConfig;
}

export interface NoServer {
  readonly ok: false;
  readonly kind: 'not-found' | 'invalid';
  readonly problem: string;
}

type Place = Omit<ServerChoice, 'ok'>;

export function serverChoice(
  { server: typed, group }: Pick<ProbeRequest, 'server' | 'group'>,
  { groups }: CollectorConfig,
): ServerChoice | NoServer {
  const names = groups.map(({ name }) => name);
  if (group !== null && !names.includes(group))
    return { ok: false, kind: 'not-found', problem: unknownName('group', group, names) };
  const places = groups
    .filter(({ name }) => group === null || name === group)
    .flatMap((one) => one.servers.map((server) => ({ group: one, server })));
  const [found, ...others] = meant(typed, places);
  if (found === undefined) return { ok: false, kind: 'not-found', problem: unknownText(typed, places) };
  if (others.length === 0) return { ok: true, ...found };
  const choices = [found, ...others].map(placeName).join(', ');
  return {
    ok: false,
    kind: 'invalid',
    problem: `"${typed}" is several servers: ${choices}; say which by one of these`,
  };
}

/** By the first way of naming that fits any. */
function meant(typed: string, places: readonly Place[]): readonly Place[] {
  const ways: readonly ((place: Place) => string)[] = [
    ({ server }) => server.name,
    placeName,
    ({ server }) => server.address,
  ];
  for (const way of ways) {
    const found = places.filter((place) => way(place) === typed);
    if (found.length > 0) return found;
  }
  return [];
}

const placeName = ({ group, server }: Place): string => `${group.name}/${server.name}`;

function unknownText(typed: string, places: readonly Place[]): string {
  const names = new Set(places.map(typed.includes('/') ? placeName : ({ server }) => server.name));
  return unknownName('server', typed, [...names]);
}
