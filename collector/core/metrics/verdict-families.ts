/**
 * What is known of groups, servers, paths and sites now, as metrics: the same view that `status` and `sites` show, with the live
 * overlay, and only of what the configuration names. States are sets of series, one a state, of which one is 1: `== 1` finds it,
 * and a graph of one series is a lane. A number that nobody knows is absent, never 0.
 */
import { type Family, gauge, type Labels, type Sample, seconds } from '../../../shared/core/metrics/family.ts';
import type { PauseRow } from '../../../shared/core/ops-reply.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';
import { openGapMs } from '../answers/status.ts';
import type { CollectorConfig } from '../config/config.ts';
import { GROUP_STATES, NOTICE_KINDS, STATES } from '../finding.ts';
import type { NoticesView } from '../notices/view.ts';
import { groupPauseText } from '../pauses.ts';
import { expectedOf, ownBucket } from '../verdicts/group-state.ts';
import type { PathView, ServerView, VerdictsView } from '../verdicts/views.ts';

export interface VerdictSources {
  readonly config: CollectorConfig;
  /** With the live overlay. */
  readonly verdicts: VerdictsView;
  readonly notices: Pick<NoticesView, 'amiss'>;
  readonly pauses: readonly PauseRow[];
  readonly now: UnixMicros;
}

/** A configured server, and what is known of it. */
export interface ShownServer {
  readonly group: string;
  readonly server: string;
  readonly expected: 'serving' | 'silent';
  readonly found: ServerView | undefined;
}

/** One sample for each possible state, 1 for the one that holds. */
const stateSamples = (states: readonly string[], state: string, labels: Labels): readonly Sample[] =>
  states.map((one) => ({ labels: { ...labels, state: one }, value: one === state ? 1 : 0 }));

const keyOf = (...names: readonly string[]): string => JSON.stringify(names);

/** Every configured server, in the configuration's order. */
export function shownServers({ config, verdicts }: VerdictSources): readonly ShownServer[] {
  const known = new Map(verdicts.servers.map((own) => [keyOf(own.group, own.server), own]));
  return config.groups.flatMap(({ name: group, mode, servers }) =>
    servers.map(({ name: server, role }) => {
      const found = known.get(keyOf(group, server));
      const bucket = ownBucket(mode, role);
      return { group, server, expected: found?.expected ?? expectedOf(mode, { role, bucket }), found };
    }),
  );
}

/** Groups, servers, paths and sites. */
export const verdictFamilies = (sources: VerdictSources): readonly Family[] => [
  ...groupFamilies(sources),
  ...serverFamilies(shownServers(sources)),
  ...pathFamilies(sources),
  siteFamily(sources),
];

function groupFamilies({ config, verdicts, notices, pauses, now }: VerdictSources): readonly Family[] {
  const groups = config.groups.map(({ name, servers }) => ({
    name,
    found: verdicts.groups.find(({ group }) => group === name),
    servers: servers.map((server) => server.name),
  }));
  const amiss = (group: string | null, kind: string): number =>
    notices.amiss.filter((one) => one.group === group && one.kind === kind).length;
  return [
    gauge(
      'dorawatch_group_state',
      'State of a group, read with its mode: 1 for the one that holds.',
      groups.flatMap(({ name, found }) => stateSamples(GROUP_STATES, found?.state ?? 'unknown', { group: name })),
    ),
    gauge(
      'dorawatch_gap_open_seconds',
      'How long the gap has lasted that is open now; 0 while none is.',
      groups.map(({ name, found }) => ({ labels: { group: name }, value: (openGapMs(found, now) ?? 0) / 1000 })),
    ),
    gauge(
      'dorawatch_group_paused',
      'Whether a person has paused probing of all or a part of a group.',
      groups.map(({ name, servers }) => ({
        labels: { group: name },
        value: groupPauseText(pauses, name, servers) === null ? 0 : 1,
      })),
    ),
    gauge(
      'dorawatch_notices',
      'What is amiss now beside the question who serves, by kind.',
      // A server that is in no group has no group to be told of.
      [...groups.map(({ name }) => name), null].flatMap((group) =>
        NOTICE_KINDS.map((kind) => ({
          labels: { ...(group !== null && { group }), kind },
          value: amiss(group, kind),
        })),
      ),
    ),
  ];
}

function serverFamilies(servers: readonly ShownServer[]): readonly Family[] {
  const labels = ({ group, server }: ShownServer): Labels => ({ group, server });
  return [
    gauge(
      'dorawatch_server_state',
      'State of a server, all its sites together: 1 for the one that holds.',
      servers.flatMap((own) => stateSamples(STATES, own.found?.state ?? 'unknown', labels(own))),
    ),
    gauge(
      'dorawatch_server_serving',
      'Whether a server serves: 1 serving or degraded, 0 non-serving; absent while nobody knows.',
      servers.flatMap((own) => {
        const state = own.found?.state ?? 'unknown';
        return state === 'unknown' ? [] : [{ labels: labels(own), value: state === 'non-serving' ? 0 : 1 }];
      }),
    ),
    gauge(
      'dorawatch_server_expected_serving',
      "Whether the group's mode asks a server to serve now: 0 for one that is silent by design.",
      servers.map((own) => ({ labels: labels(own), value: own.expected === 'serving' ? 1 : 0 })),
    ),
    gauge(
      'dorawatch_server_last_served_timestamp_seconds',
      'When the last ACK of a server came in.',
      servers.flatMap((own) => {
        const at = own.found?.lastServedAt ?? null;
        return at === null ? [] : [{ labels: labels(own), value: seconds(at) }];
      }),
    ),
  ];
}

/** In load balancing there is a path for each half of the clients, told apart by `bucket`. */
const pathLabels = ({ group, server, site, bucket }: PathView): Labels => ({
  group,
  server,
  site,
  ...(bucket !== null && { bucket: String(bucket) }),
});

function pathFamilies({ config, verdicts }: VerdictSources): readonly Family[] {
  const servers = new Set(config.groups.flatMap((group) => group.servers.map(({ name }) => keyOf(group.name, name))));
  const sites = new Set(config.sites.map(({ name }) => name));
  const paths = verdicts.paths.filter(
    ({ group, server, site }) => sites.has(site) && servers.has(keyOf(group, server)),
  );
  return [
    gauge(
      'dorawatch_path_state',
      'State of a server as one site sees it: 1 for the one that holds.',
      paths.flatMap((path) => stateSamples(STATES, path.state, pathLabels(path))),
    ),
    gauge(
      'dorawatch_path_drop_ratio',
      'Share of the recent exchanges of a path (some hundreds) that went unanswered; absent without any.',
      paths.flatMap((path) => (path.dropRatio === null ? [] : [{ labels: pathLabels(path), value: path.dropRatio }])),
    ),
  ];
}

function siteFamily({ config, verdicts }: VerdictSources): Family {
  const found = new Map(verdicts.sites.map((own) => [keyOf(own.site, own.group), own.state]));
  return gauge(
    'dorawatch_site_served',
    'Whether a group serves a site: 1 some server does, 0 none; absent while nobody knows.',
    config.sites.flatMap(({ name: site }) =>
      config.groups.flatMap(({ name: group }) => {
        const state = found.get(keyOf(site, group)) ?? 'unknown';
        return state === 'unknown' ? [] : [{ labels: { group, site }, value: state === 'served' ? 1 : 0 }];
      }),
    ),
  );
}
