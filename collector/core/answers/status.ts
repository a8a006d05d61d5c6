/**
 * What `status` and `sites` show: the verdicts' view, joined with the configuration (what is expected of whom) and the
 * recent window. Servers and sites that nobody has measured yet are shown too, as unknown: what is missing from a table
 * looks like what is well.
 */

import type { KeaView } from '../../../shared/core/kea-view.ts';
import type { PauseRow } from '../../../shared/core/ops-reply.ts';
import type * as ask from '../../../shared/core/ops-request.ts';
import type * as view from '../../../shared/core/ops-view.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { CollectorConfig, GroupConfig, Mode, ServerConfig } from '../config/config.ts';
import type { KeaBook, KeaStand } from '../kea/kea-book.ts';
import type { NoticesView } from '../notices/view.ts';
import { groupPauseText } from '../pauses.ts';
import { dutyOf, expectedOf, ownBucket } from '../verdicts/group-state.ts';
import type {
  BucketVerdict,
  GroupView as GroupVerdict,
  ServerView,
  SiteCounts,
  VerdictsView,
} from '../verdicts/views.ts';
import { amissLines } from './amiss-lines.ts';
import { RECENT_WINDOW_S } from './limits.ts';
import type { Recent } from './recent.ts';

export interface StatusSources {
  readonly config: CollectorConfig;
  /** With the live overlay. */
  readonly verdicts: VerdictsView;
  readonly recent: Recent;
  readonly now: UnixMicros;
  readonly consumers: readonly view.ConsumerView[];
  readonly store: view.StoreView;
  /** What is paused now. */
  readonly pauses: readonly PauseRow[];
  /** What servers say of themselves. */
  readonly kea: Pick<KeaBook, 'find'>;
  /** What sites depend on beside the question who serves. */
  readonly notices: NoticesView;
  /** Periods of maintenance that last now. */
  readonly planned: readonly view.PlannedView[];
  /** What else deserves a look, a sentence each. */
  readonly remarks: readonly string[];
}

/** @param group only this one; null = all, in the order of the configuration */
export function statusOf(sources: StatusSources, group: string | null): view.StatusView {
  const groups = sources.config.groups.filter(({ name }) => group === null || name === group);
  const { consumers, store, remarks } = sources;
  const shown = groups.map((config) => groupView(sources, config));
  return { groups: shown, window_s: RECENT_WINDOW_S, consumers, store, remarks };
}

function groupView(sources: StatusSources, config: GroupConfig): view.GroupView {
  const found = sources.verdicts.groups.find((one) => one.group === config.name);
  return {
    name: config.name,
    mode: config.mode,
    state: found?.state ?? 'unknown',
    since: found?.since?.at ?? null,
    sites: groupSites(found, sources.config.sites.length),
    servers: config.servers.map((server) => serverView(sources, config, server)),
    open_gap_ms: openGapMs(found, sources.now),
    paused: groupPauseText(
      sources.pauses,
      config.name,
      config.servers.map(({ name }) => name),
    ),
    notices: amissLines(sources.notices.amiss.filter((one) => one.group === config.name)),
    maintenance: sources.planned.filter((one) => one.group === null || one.group === config.name),
  };
}

/** A gap is open as long as nobody has been seen to serve; with the news of it gone too, nobody knows. */
export function openGapMs(found: GroupVerdict | undefined, now: UnixMicros): number | null {
  if (found?.state !== 'gap') return null;
  const since = found.openGapSince ?? found.since?.at ?? null;
  return since === null ? null : Math.max(0, Math.round((now - since) / 1000));
}

function serverView(sources: StatusSources, group: GroupConfig, server: ServerConfig): view.ServerView {
  const found = sources.verdicts.servers.find((one) => one.group === group.name && one.server === server.name);
  const post = { role: server.role, bucket: ownBucket(group.mode, server.role) };
  const place = { group: group.name, server: server.name, bucket: post.bucket };
  const { dropRatio, latency } = sources.recent.figures(place, sources.now);
  const silent = found !== undefined && isByDesign(sources, group.mode, found);
  return {
    name: server.name,
    address: server.address,
    role: server.role,
    state: found?.state ?? 'unknown',
    expected: found?.expected ?? expectedOf(group.mode, post),
    since: found?.since?.at ?? null,
    last_served_at: found?.lastServedAt ?? null,
    reason: silent ? 'by-design' : reasonOf(found),
    sites: siteCounts(found?.sites, sources.config.sites.length),
    drop_ratio: dropRatio,
    latency_us: latency,
    evidence: silent
      ? `silent as a ${server.role} in ${group.mode} is; this says nothing about its health`
      : (found?.evidence ?? null),
    buckets: (found?.buckets ?? []).map(bucketView),
    answers_as: sources.notices.answersAs(group.name, server.name).join(', ') || null,
    kea: keaView(sources.kea.find(group.name, server.name) ?? null),
  };
}

/**
 * Nothing but silence from one of whom nothing else is expected. What says more than silence (an ICMP error, a NAK) is no design,
 * and in a gap one that stands by should have taken over; a backup never does by itself.
 */
function isByDesign({ verdicts }: StatusSources, mode: Mode, found: ServerView): boolean {
  if (found.expected !== 'silent' || found.state !== 'non-serving' || found.reason !== 'no-offer') return false;
  const state = verdicts.groups.find(({ group }) => group === found.group)?.state;
  return state !== 'gap' || dutyOf(mode, found) === 'backs-up';
}

const bucketView = ({ bucket, state, expected, since, lastServedAt }: BucketVerdict): view.BucketView => ({
  bucket,
  state,
  expected,
  since: since?.at ?? null,
  last_served_at: lastServedAt,
});

function keaView(stand: KeaStand | null): KeaView | null {
  if (stand === null) return null;
  const { receivedAt, word, problem } = stand.entry;
  return {
    asked_at: receivedAt,
    problem,
    state: word?.state ?? null,
    scopes: word?.scopes ?? [],
    partner_state: word?.partnerState ?? null,
    communication_interrupted: word?.communicationInterrupted ?? null,
    unacked_clients: word?.unackedClients ?? null,
    unacked_clients_left: word?.unackedClientsLeft ?? null,
    connecting_clients: word?.connectingClients ?? null,
    clock_skew_ms: word?.clockSkewMs ?? null,
    disagreement: stand.disagreement?.text ?? null,
  };
}

/** "`reason` is null only while a state is unknown": a known state without one was reached by answers. */
function reasonOf(found: ServerView | undefined): string | null {
  if (found === undefined) return null;
  return found.reason ?? (found.state === 'unknown' ? null : found.state === 'serving' ? 'answered' : 'loss');
}

/** Sites that have never measured are unknown too: the counts add up to the configured ones. */
function groupSites(found: GroupVerdict | undefined, configured: number): view.SiteCounts {
  const { served, unserved, unknown } = found?.sites ?? { served: 0, unserved: 0, unknown: 0 };
  return { served, unserved, unknown: Math.max(unknown, configured - served - unserved) };
}

function siteCounts(found: SiteCounts | undefined, configured: number): view.PathCountsView {
  const { serving, degraded, nonServing, unknown } = found ?? { serving: 0, degraded: 0, nonServing: 0, unknown: 0 };
  const known = serving + degraded + nonServing;
  return { serving, degraded, non_serving: nonServing, unknown: Math.max(unknown, configured - known) };
}

/** An agent as far as a site's row needs it. */
export interface SiteAgent {
  readonly site: string;
  readonly connected: boolean;
}

/** Every configured site once per group. */
export function sitesOf(
  { config, verdicts, notices }: Pick<StatusSources, 'config' | 'verdicts' | 'notices'>,
  agents: readonly SiteAgent[],
  { unserved }: ask.SitesRequest,
): view.SitesView {
  const rows = config.sites.flatMap(({ name: site, client }) =>
    config.groups.map(({ name: group }): view.SiteView => {
      const found = verdicts.sites.find((one) => one.site === site && one.group === group);
      const clients = client?.group === group ? clientWay(notices, site, group, client.interface) : null;
      return {
        site,
        group,
        served_by: found?.servedBy ?? [],
        state: found?.state ?? 'unknown',
        since: found?.since ?? null,
        last_ack_at: found?.lastAckAt ?? null,
        agent_state: agentState(agents, site, found?.silent ?? false),
        reason: found?.reason ?? null,
        evidence: found?.evidence ?? clients?.evidence ?? null,
        client_state: clients?.state ?? null,
      };
    }),
  );
  return { sites: unserved ? rows.filter(({ state }) => state === 'unserved') : rows };
}

/** The way of a site's own clients; where it was not tried yet, unknown. */
function clientWay(
  { clients, amiss }: NoticesView,
  site: string,
  group: string,
  on: string,
): { readonly state: string; readonly evidence: string | null } {
  const found = clients.find((one) => one.site === site && one.group === group && one.name === on);
  const wrong = amiss.find(
    (one) => one.site === site && one.group === group && (one.kind === 'relay' || one.kind === 'client'),
  );
  return { state: found?.state ?? 'unknown', evidence: found?.state === 'non-serving' ? (wrong?.text ?? null) : null };
}

function agentState(agents: readonly SiteAgent[], site: string, silent: boolean): string {
  const here = agents.filter((agent) => agent.site === site);
  if (here.some(({ connected }) => connected)) return silent ? 'silent' : 'connected';
  return here.length === 0 ? 'none' : 'disconnected';
}
