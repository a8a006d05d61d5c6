/**
 * What is answered about the past that a page draws: a group's timeline and a server's latency. Reads the read model and rollups by
 * their names, never raw results: a month of many sites is answered in milliseconds.
 */
import type { LaneSetView, LatencySeriesView, TimelineView } from '../../shared/core/history-view.ts';
import type { LaneSetRequest, LatencyRequest, TimelineRequest } from '../../shared/core/ops-request.ts';
import type { EventRow } from '../../shared/core/ops-view.ts';
import type { Clock } from '../../shared/io/clock.ts';
import { isRequested } from '../core/answers/event-rows.ts';
import { importedWith } from '../core/answers/imported-rows.ts';
import { laneSetOf } from '../core/answers/lane-columns.ts';
import { type LanePlace, type LanePresent, lanesOf, type TimelinePeriod, timelineOf } from '../core/answers/lanes.ts';
import { seriesPlan, seriesPoints } from '../core/answers/latency-series.ts';
import { unknownName } from '../core/answers/mark-request.ts';
import type { CollectorConfig, GroupConfig, Mode } from '../core/config/config.ts';
import type { Rollup } from '../core/rollup/rollup.ts';
import { ALL_SITES, RESOLUTION_US, type RollupName } from '../core/rollup/rollup-fold.ts';
import { bucketsAsked, ownBucket } from '../core/verdicts/group-state.ts';
import { overlay } from '../core/verdicts/overlay.ts';
import type { LogFold } from './log-fold.ts';
import { Refusal } from './refusal.ts';

export interface HistorySources {
  readonly fold: LogFold;
  readonly clock: Clock;
  /** The configuration in force. */
  config(): CollectorConfig;
  /** Rows of rollups by their names. */
  rollups(names: readonly RollupName[]): Promise<readonly (Rollup | undefined)[]>;
  /** From where there are rollups by the minute, µs. */
  minutesFrom(): number;
}

/** @throws Refusal not-found, with the nearest name */
export function groupNamed(config: CollectorConfig, name: string): GroupConfig {
  return oneNamed('group', name, config.groups);
}

function oneNamed<One extends { readonly name: string }>(what: string, name: string, known: readonly One[]): One {
  const found = known.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = known.map((one) => one.name);
  throw new Refusal('not-found', unknownName(what, name, names));
}

/** A group as far as lanes go: of the configuration, or imported. */
interface LaneGroup {
  readonly mode: Mode;
  readonly servers: readonly Pick<GroupConfig['servers'][number], 'name' | 'role'>[];
  readonly events: readonly EventRow[];
  /** Of an imported group there is nothing now. */
  readonly present: readonly LanePresent[];
}

/** @throws Refusal */
export function timelineAnswer(sources: HistorySources, request: TimelineRequest): TimelineView {
  const { group, since, server, sites } = request;
  if (sites && server === null)
    throw new Refusal('invalid', 'sites=true needs a server: there is a lane a site of one server');
  const { period, found } = periodAsked(sources, request);
  const names = sites ? siteNames(sources) : [null];
  const planned = sources.fold.model.maintenance
    .periods({ group, since, until: period.until })
    .map((one) => ({ from: one.since, to: one.until, server: one.server, site: one.site, text: one.text }));
  const places = placesAsked(found, server, names);
  return { ...timelineOf(period, found.events, { places, present: found.present }), planned };
}

/** @throws Refusal */
export function laneSetAnswer(sources: HistorySources, request: LaneSetRequest): LaneSetView {
  const { period, found } = periodAsked(sources, request);
  const places = placesAsked(found, request.server, siteNames(sources));
  return laneSetOf(period, lanesOf(period, found.events, { places, present: found.present }));
}

const siteNames = ({ config }: HistorySources): readonly string[] => config().sites.map(({ name }) => name);

/** @throws Refusal */
function periodAsked(sources: HistorySources, request: LaneSetRequest): { period: TimelinePeriod; found: LaneGroup } {
  const now = sources.clock.wall();
  const until = request.until ?? now;
  if (until <= request.since) throw new Refusal('invalid', 'the period ends before it begins');
  const found = laneGroup(sources, request.group);
  return { period: { group: request.group, mode: found.mode, since: request.since, until, now }, found };
}

/** @throws Refusal not-found, of a server that the group has not */
function placesAsked(
  { mode, servers }: LaneGroup,
  server: string | null,
  sites: readonly (string | null)[],
): readonly LanePlace[] {
  const asked = server === null ? servers : [oneNamed('server', server, servers)];
  return asked.flatMap((one) => placesOf(mode, one, sites));
}

/** One lane a server and bucket that it is asked about; of a site, its own clients' alone. */
function placesOf(
  mode: Mode,
  { name, role }: LaneGroup['servers'][number],
  sites: readonly (string | null)[],
): readonly LanePlace[] {
  return sites.flatMap((site) => {
    const buckets = site === null ? bucketsAsked(mode, role) : [ownBucket(mode, role)];
    return buckets.map((bucket) => ({ server: name, site, bucket, role }));
  });
}

function laneGroup({ fold: { model }, clock, config }: HistorySources, name: string): LaneGroup {
  const imported = model.imports.group(name);
  const rows = importedWith(model, name);
  if (imported !== null && rows !== null) {
    const servers = imported.servers.map((one) => ({ name: one, role: 'server' as const }));
    return { mode: imported.mode, servers, events: rows, present: [] };
  }
  const { mode, servers } = groupNamed(config(), name);
  const request = { group: name, since: null, until: null, paths: true };
  const events = model.timeline.rows().filter((row) => isRequested(row, request));
  const view = overlay(model.verdicts.view(), clock.wall());
  return { mode, servers, events, present: presentOf(view, name) };
}

/** Servers by bucket, and paths, as they are shown now. */
function presentOf({ servers, paths }: ReturnType<typeof overlay>, group: string): readonly LanePresent[] {
  const own = servers
    .filter((one) => one.group === group)
    .flatMap((one) => [
      { ...one, site: null, since: one.since?.at ?? null },
      ...one.buckets
        .filter(({ bucket }) => bucket !== one.bucket)
        .map((bucket) => ({ ...one, ...bucket, site: null, since: bucket.since?.at ?? null, evidence: null })),
    ]);
  const seen = paths.filter((one) => one.group === group).map((one) => ({ ...one, since: one.since?.at ?? null }));
  return [...own, ...seen];
}

/** @throws Refusal */
export async function latencyAnswer(sources: HistorySources, request: LatencyRequest): Promise<LatencySeriesView> {
  const { since, site, points } = request;
  const { name: group, mode, servers } = groupNamed(sources.config(), request.group);
  const { name: server, role } = oneNamed('server', request.server, servers);
  if (site !== null) oneNamed('site', site, sources.config().sites);
  const now = sources.clock.wall();
  const to = Math.min(request.until ?? now, now);
  const plan = seriesPlan({ from: since, to: Math.max(since, to), points, minutesFrom: sources.minutesFrom() });
  const { resolution, from, to: end, each } = plan;
  const place = { resolution, group, server, bucket: ownBucket(mode, role), site: site ?? ALL_SITES };
  const names = Array.from({ length: end - from }, (_, index) => ({ ...place, slot: from + index }));
  const rollups = await sources.rollups(names);
  const resolution_s = (each * RESOLUTION_US[resolution]) / 1e6;
  return { group, server, site, resolution_s, points: seriesPoints(plan, rollups) };
}
