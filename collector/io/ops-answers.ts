/**
 * What the collector answers when it is asked, whoever carries the question: gRPC and HTTP are doors to the same functions. They
 * read the read model; what people say (marks, pauses, imports, periods to keep) goes into the log first and is answered when
 * it has been folded. Rejected: HTTP as a client of the own gRPC port; two encodings for a look into the same memory.
 */
import { errorText } from '../../shared/core/error-text.ts';
import type { LaneSetView, LatencySeriesView, TimelineView } from '../../shared/core/history-view.ts';
import type * as reply from '../../shared/core/ops-reply.ts';
import type * as ask from '../../shared/core/ops-request.ts';
import type * as view from '../../shared/core/ops-view.ts';
import { afterUs, type UnixMicros } from '../../shared/core/units.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { packageVersion } from '../../shared/io/package-version.ts';
import { authorOf, type Caller } from '../core/access/caller.ts';
import { deed, deedOf } from '../core/access/deed.ts';
import { behindText } from '../core/agent-versions.ts';
import { agentRows, type SessionAgent } from '../core/answers/agent-rows.ts';
import { isRequested } from '../core/answers/event-rows.ts';
import type { ExchangeFilter } from '../core/answers/exchange-rows.ts';
import type { HealthSources } from '../core/answers/health.ts';
import { importedWith } from '../core/answers/imported-rows.ts';
import { reportOf } from '../core/answers/report.ts';
import { scopesOf } from '../core/answers/scope-rows.ts';
import { type StatusSources, sitesOf, statusOf } from '../core/answers/status.ts';
import type { GroupConfig } from '../core/config/config.ts';
import { importedPeriod, importedReport } from '../core/import/imported-group.ts';
import type { KeepEntry, MaintenanceEntry, PauseEntry } from '../core/log-entry.ts';
import { maintenances } from '../core/maintenance/listing.ts';
import { RAISE_SECS_MAX_MS } from '../core/raised-secs.ts';
import { availabilityOf, measuredFigures } from '../core/rollup/availability.ts';
import { ownBucket } from '../core/verdicts/group-state.ts';
import { overlay } from '../core/verdicts/overlay.ts';
import type { AccessAnswers } from './access-answers.ts';
import { type AdHocLine, createAdHocProbe } from './ad-hoc-probe.ts';
import { groupNamed, type HistorySources, laneSetAnswer, latencyAnswer, timelineAnswer } from './history-answers.ts';
import { keepPeriod, keepProblem, keptPeriods } from './keep-request.ts';
import type { PeopleAnswers } from './people-answers.ts';
import type { FiguresFound } from './period-figures.ts';
import { Refusal } from './refusal.ts';
import { type SaidSources, takeImport, takeMaintenance, takeMark, takePause } from './said-answers.ts';
import { storedExchanges } from './stored-exchanges.ts';

export interface OpsSources extends HistorySources, SaidSources {
  /** How far behind the log its readers are, and how its disk is. */
  consumers(): readonly view.ConsumerView[];
  store(): view.StoreView;
  /** What a report of a period rests on. */
  figures(filter: ExchangeFilter & { readonly group: string }): Promise<FiguresFound>;
  /** The agents' sessions. */
  agents(): readonly SessionAgent[];
  /** What people are called for. */
  readonly alerts: AlertAnswers;
  /** The way to the agents, for exchanges that somebody asks for. */
  readonly adHoc: AdHocLine;
  readonly access: AccessAnswers;
  /** What deserves a look about who may come in, a sentence each. */
  remarks(): readonly string[];
  readonly people: PeopleAnswers;
  readonly logger: Logger;
  /** Secs of a group's probes are to be raised, or no longer. @returns until when */
  onRaiseSecs(request: ask.RaiseSecsRequest): UnixMicros | null;
}

/** Whom the collector calls, as far as it is asked about it. */
export interface AlertAnswers {
  alerts(): reply.AlertsView;
  /** Sends a test alert to each destination. */
  testAlerts(): Promise<reply.AlertTestView>;
}

/** Each answers, or throws a Refusal; anything else that is thrown is the collector's own fault. */
export interface OpsAnswers {
  /** Who may come in, for admins. */
  readonly access: AccessAnswers;
  readonly people: PeopleAnswers;
  alerts(): reply.AlertsView;
  /** Sends a test alert to each destination. */
  testAlerts(by: Caller): Promise<reply.AlertTestView>;
  state(request: ask.StateRequest): view.StatusView;
  sites(request: ask.SitesRequest): view.SitesView;
  scopes(request: ask.ScopesRequest): reply.ScopesView;
  agents(): view.AgentsView;
  /** The rows of a request, oldest first. An imported group's are history that only its own list tells, and never the beginning of a live one. */
  events(request: ask.EventsRequest): readonly view.EventRow[];
  /** Tells what is news, as it is found: a finding again (same id) when it is revised in time. What late results find, revise or take back is no news. @returns ends it */
  follow(listener: (rows: readonly view.EventRow[]) => void): () => void;
  report(request: ask.PeriodRequest): Promise<view.ReportView>;
  timeline(request: ask.TimelineRequest): TimelineView;
  lanes(request: ask.LaneSetRequest): LaneSetView;
  latency(request: ask.LatencyRequest): Promise<LatencySeriesView>;
  health(): HealthSources;
  addMark(request: ask.MarkRequest, by: Caller): Promise<view.EventRow>;
  keep(request: ask.KeepRequest, by: Caller): Promise<reply.KeepView>;
  kept(): reply.KeptView;
  takeImport(request: ask.ImportRequest, by: Caller): Promise<reply.ImportView>;
  pause(request: ask.PauseRequest, action: PauseEntry['action'], by: Caller): Promise<reply.PausesView>;
  pauses(): reply.PausesView;
  maintain(
    request: ask.MaintenanceRequest,
    action: MaintenanceEntry['action'],
    by: Caller,
  ): Promise<reply.MaintenanceView>;
  maintenances(): reply.MaintenanceView;
  raiseSecs(request: ask.RaiseSecsRequest, by: Caller): Promise<reply.RaiseSecsView>;
  /** One exchange from a site's agent, in full; nothing of it is stored. */
  probe(request: ask.ProbeRequest, by: Caller): Promise<reply.ProbeView>;
  /** Stored exchanges, a batch's at a time. */
  exchanges(request: ask.PeriodRequest): AsyncIterable<readonly reply.ExchangeView[]>;
  /** A group of the configuration. @throws Refusal not-found, with the nearest name */
  group(name: string): GroupConfig;
}

/** @returns the answers of a collector; nothing is read before one is asked for */
export function createOpsAnswers(sources: OpsSources): OpsAnswers {
  const { fold, config, inbox } = sources;
  let ended: string | null = null;
  fold.ended.catch((error: unknown) => {
    ended = errorText(error);
  });
  return {
    state: (request) => {
      if (request.group !== null) groupNamed(config(), request.group);
      return state(sources, request);
    },
    sites: (request) => sitesOf(standOf(sources), knownAgents(sources), request),
    scopes: (request) => {
      if (request.group !== null) groupNamed(config(), request.group);
      return scopesOf(config(), fold.model.notices.view(), request);
    },
    agents: () => ({ agents: knownAgents(sources) }),
    events: (request) => {
      refuseUnknownGroup(sources, request.group);
      const imported = request.follow || request.group === null ? null : importedWith(fold.model, request.group);
      return (imported ?? fold.model.timeline.rows()).filter((row) => isRequested(row, request));
    },
    follow: (listener) =>
      fold.subscribe((changed) => listener(fold.model.timeline.rows().filter((row) => changed.has(row.id)))),
    report: (request) => report(sources, request),
    health: () => ({ consumers: sources.consumers(), store: sources.store(), ended }),
    timeline: (request) => timelineAnswer(sources, request),
    lanes: (request) => laneSetAnswer(sources, request),
    latency: (request) => latencyAnswer(sources, request),
    addMark: (request, by) => takeMark(sources, attributed(request, by), by),
    keep: async (request, by) => keep(sources, attributed(request, by), by),
    kept: () => keptPeriods(inbox),
    takeImport: (request, by) => takeImport(sources, attributed(request, by), by),
    pause: (request, action, by) => takePause(sources, attributed(request, by), { action, by }),
    pauses: () => ({ pauses: fold.model.pauses }),
    maintain: (request, action, by) => takeMaintenance(sources, attributed(request, by), { action, by }),
    maintenances: () => maintenances(fold.model, sources.clock.wall()),
    raiseSecs: (request, by) => raise(sources, attributed(request, by), by),
    alerts: () => sources.alerts.alerts(),
    testAlerts: async (by) => {
      await sources.audit(by, deed('alerts-tested', 'a test alert to each destination'));
      return sources.alerts.testAlerts();
    },
    probe: createAdHocProbe({
      ...sources,
      line: sources.adHoc,
      pauses: () => fold.model.pauses,
      known: () => knownAgents(sources),
    }),
    exchanges: (request) => exchanges(sources, request),
    group: (name) => groupNamed(config(), name),
    access: sources.access,
    people: sources.people,
  };
}

/** What somebody asks for, put down to who is known to ask. */
const attributed = <Request extends { readonly actor: string | null }>(request: Request, by: Caller): Request => ({
  ...request,
  actor: authorOf(by, request.actor),
});

function state(sources: OpsSources, { group }: ask.StateRequest): view.StatusView {
  const { fold, clock, consumers, store } = sources;
  const readers = { consumers: consumers(), store: store(), kea: fold.model.kea, pauses: fold.model.pauses };
  const now = clock.wall();
  const planned = fold.model.maintenance.periods({ group: null, since: now, until: afterUs(now, 1) });
  const behind = behindText(knownAgents(sources), packageVersion());
  const remarks = [...sources.remarks(), ...(behind === null ? [] : [behind])];
  return statusOf({ ...standOf(sources), recent: fold.recent, now, ...readers, planned, remarks }, group);
}

/** Those connected, and those that only the log remembers: a restart of the collector forgets nobody. */
function knownAgents({ fold, agents, clock }: OpsSources): readonly view.AgentView[] {
  const known = { losses: fold.model.losses, now: clock.wall(), version: packageVersion() };
  return agentRows(agents(), fold.model.verdicts.view().agents, known);
}

/** What is shown is the fold's view with the live overlay. */
function standOf({ fold, clock, config }: OpsSources): Pick<StatusSources, 'config' | 'verdicts' | 'notices'> {
  return {
    config: config(),
    verdicts: overlay(fold.model.verdicts.view(), clock.wall()),
    notices: fold.model.noticed(),
  };
}

/** A group that the configuration no longer has may still be asked for, as long as the timeline tells of it. */
function refuseUnknownGroup({ config, fold }: OpsSources, name: string | null): void {
  if (name === null) return;
  const told = fold.model.timeline.rows().some((row) => row.group === name) || fold.model.imports.group(name) !== null;
  if (!told) groupNamed(config(), name);
}

async function report(sources: OpsSources, request: ask.PeriodRequest): Promise<view.ReportView> {
  const { fold, clock } = sources;
  const config = sources.config();
  const rows = importedWith(fold.model, request.group ?? '');
  const imported = fold.model.imports.group(request.group ?? '');
  const ended = rows === null || imported === null ? null : importedPeriod(imported);
  const until = request.until ?? ended?.until ?? clock.wall();
  if (until <= request.since) throw new Refusal('invalid', 'the period ends before it begins');
  if (rows !== null && imported !== null) return importedReport(imported, { since: request.since, until }, rows);
  const group = groupNamed(config, request.group ?? '');
  const period = { group: group.name, since: request.since, until };
  const { figures, source, lost } = await sources.figures(period);
  const probed = { rate_per_second: config.probe.ratePerSecond, drop_time_ms: config.probe.dropTimeMs };
  const too_late = fold.model.verdicts.view().tooLate;
  const measured = { ...probed, ...measuredFigures(figures), ...lost, too_late, source };
  const places = group.servers.map(({ name, role }) => ({ server: name, bucket: ownBucket(group.mode, role) }));
  const availability = availabilityOf(figures, places);
  const planned = fold.model.maintenance.periods(period);
  return reportOf({ ...period, mode: group.mode }, fold.model.timeline.rows(), { measured, availability, planned });
}

async function keep(
  { inbox, clock, audit }: OpsSources,
  request: ask.KeepRequest,
  by: Caller,
): Promise<reply.KeepView> {
  const problem = keepProblem(request, inbox);
  if (problem !== null) throw new Refusal('invalid', problem);
  const entry: KeepEntry = { kind: 'keep', receivedAt: clock.wall(), ...request };
  await audit(by, deedOf(entry));
  return keepPeriod(inbox, entry);
}

async function raise(
  { config, onRaiseSecs, audit }: OpsSources,
  request: ask.RaiseSecsRequest,
  by: Caller,
): Promise<reply.RaiseSecsView> {
  groupNamed(config(), request.group);
  if (request.for_ms > RAISE_SECS_MAX_MS) {
    const problem = `secs are raised for ${RAISE_SECS_MAX_MS / 60_000} minutes at a time at most; ask again before they are over`;
    throw new Refusal('invalid', problem);
  }
  const length = request.for_ms === 0 ? 'ends' : `for ${Math.round(request.for_ms / 1000)} s`;
  await audit(by, deed('secs-raised', `secs of group ${request.group} raised, ${length}`, request.actor));
  return { until: onRaiseSecs(request) };
}

async function* exchanges(
  { config, clock, inbox }: OpsSources,
  { group, since, until }: ask.PeriodRequest,
): AsyncIterable<readonly reply.ExchangeView[]> {
  if (group !== null) groupNamed(config(), group);
  yield* storedExchanges(inbox, { group, since, until: until ?? clock.wall() });
}
