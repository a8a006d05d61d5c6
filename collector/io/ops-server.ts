/**
 * The Ops service over the read model: what people and scripts ask the collector. It reads; the only thing that it writes
 * is a mark, and that goes into the log first and is answered when it has been folded.
 */
import {
  status as codes,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type * as reply from '../../shared/core/ops-reply.ts';
import type * as ask from '../../shared/core/ops-request.ts';
import type * as view from '../../shared/core/ops-view.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { opsService } from '../../shared/wire/ops-service.ts';
import { agentRows, type SessionAgent } from '../core/answers/agent-rows.ts';
import { markRow } from '../core/answers/event-rows.ts';
import type { ExchangeFilter } from '../core/answers/exchange-rows.ts';
import { importedWith, withImported } from '../core/answers/imported-rows.ts';
import { judgeMark, unknownName } from '../core/answers/mark-request.ts';
import { reportOf } from '../core/answers/report.ts';
import { scopesOf } from '../core/answers/scope-rows.ts';
import { type StatusSources, sitesOf, statusOf } from '../core/answers/status.ts';
import { storedMark } from '../core/answers/timeline.ts';
import type { CollectorConfig } from '../core/config/config.ts';
import { judgeImport } from '../core/import/import-request.ts';
import { importedPeriod, importedReport } from '../core/import/imported-group.ts';
import type { PauseEntry } from '../core/log-entry.ts';
import { RAISE_SECS_MAX_MS } from '../core/raised-secs.ts';
import { availabilityOf, measuredFigures } from '../core/rollup/availability.ts';
import { ownBucket } from '../core/verdicts/group-state.ts';
import { overlay } from '../core/verdicts/overlay.ts';
import { createEventStreams } from './event-streams.ts';
import type { Inbox } from './inbox.ts';
import { keepPeriod, keepProblem, keptPeriods } from './keep-request.ts';
import type { LogFold } from './log-fold.ts';
import { takePause } from './pause-request.ts';
import type { FiguresFound } from './period-figures.ts';
import { sendAll } from './send-all.ts';
import { storedExchanges } from './stored-exchanges.ts';

export interface OpsServerOptions {
  readonly fold: LogFold;
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The configuration in force. */
  config(): CollectorConfig;
  /** How far behind the log its readers are, and how its disk is. */
  consumers(): readonly view.ConsumerView[];
  store(): view.StoreView;
  /** What a report of a period rests on. */
  figures(filter: ExchangeFilter & { readonly group: string }): Promise<FiguresFound>;
  /** The agents' sessions. */
  agents(): readonly SessionAgent[];
  /** What is paused has changed. */
  onPaused(): void;
  /** Secs of a group's probes are to be raised, or no longer. @returns until when */
  onRaiseSecs(request: ask.RaiseSecsRequest): UnixMicros | null;
}

export interface OpsServer {
  readonly definition: typeof opsService;
  readonly implementation: UntypedServiceImplementation;
  /** Ends the live streams. */
  close(): void;
}

/** An answer that is a refusal: a gRPC code and a sentence. */
class Refusal extends Error {
  readonly code: codes;
  constructor(code: codes, details: string) {
    super(details);
    this.name = 'Refusal';
    this.code = code;
  }
}

/** @returns the service; nothing runs before it is given to a server */
export function createOpsServer(options: OpsServerOptions): OpsServer {
  const { fold, logger } = options;
  const streams = createEventStreams(fold, logger);
  const implementation = {
    State: unary(logger, (request: ask.StateRequest) => {
      if (request.group !== null) groupNamed(options.config(), request.group);
      const { consumers, store } = options;
      const readers = { consumers: consumers(), store: store(), kea: fold.model.kea, pauses: fold.model.pauses };
      return statusOf(
        { ...sources(options), recent: fold.recent, now: options.clock.wall(), ...readers },
        request.group,
      );
    }),
    Sites: unary(logger, (request: ask.SitesRequest) => sitesOf(sources(options), knownAgents(options), request)),
    Scopes: unary(logger, (request: ask.ScopesRequest) => {
      if (request.group !== null) groupNamed(options.config(), request.group);
      return scopesOf(options.config(), fold.model.notices.view(), request);
    }),
    Agents: unary(logger, () => ({ agents: knownAgents(options) })),
    Report: unary(logger, (request: ask.PeriodRequest) => report(options, request)),
    AddMark: unary(logger, (request: ask.MarkRequest) => addMark(options, request)),
    Keep: unary(logger, (request: ask.KeepRequest) => keep(options, request)),
    Kept: unary(logger, () => keptPeriods(options.inbox)),
    Import: unary(logger, (request: ask.ImportRequest) => takeImport(options, request)),
    Pause: unary(logger, (request: ask.PauseRequest) => pause(options, request, 'pause')),
    Resume: unary(logger, (request: ask.PauseRequest) => pause(options, request, 'resume')),
    Pauses: unary(logger, () => ({ pauses: fold.model.pauses })),
    RaiseSecs: unary(logger, (request: ask.RaiseSecsRequest) => raise(options, request)),
    Events: (call: Parameters<typeof streams.open>[0]) => {
      const problem = unknownGroup(options, call.request.group);
      if (problem === null) streams.open(call);
      else call.emit('error', refused(problem, logger));
    },
    Export: exportStream(options),
  };
  return { definition: opsService, implementation, close: streams.close };
}

/** Those connected, and those that only the log remembers: a restart of the collector forgets nobody. */
function knownAgents({ fold, agents, clock }: OpsServerOptions): readonly view.AgentView[] {
  return agentRows(agents(), fold.model.verdicts.view().agents, { losses: fold.model.losses, now: clock.wall() });
}

/** What is shown is the fold's view with the live overlay. */
function sources({ fold, clock, config }: OpsServerOptions): Pick<StatusSources, 'config' | 'verdicts' | 'notices'> {
  return {
    config: config(),
    verdicts: overlay(fold.model.verdicts.view(), clock.wall()),
    notices: fold.model.notices.view(),
  };
}

function groupNamed(config: CollectorConfig, name: string): CollectorConfig['groups'][number] {
  const group = config.groups.find((one) => one.name === name);
  if (group !== undefined) return group;
  const groups = config.groups.map((one) => one.name);
  throw new Refusal(codes.NOT_FOUND, unknownName('group', name, groups));
}

/** A group that the configuration no longer has may still be asked for, as long as the timeline tells of it. */
function unknownGroup({ config, fold }: OpsServerOptions, name: string | null): Refusal | null {
  const told =
    fold.model.timeline.rows().some((row) => row.group === name) || fold.model.imports.group(name ?? '') !== null;
  const groups = config().groups.map((one) => one.name);
  if (name === null || told || groups.includes(name)) return null;
  return new Refusal(codes.NOT_FOUND, unknownName('group', name, groups));
}

async function report(options: OpsServerOptions, request: ask.PeriodRequest): Promise<view.ReportView> {
  const { fold, clock } = options;
  const config = options.config();
  const rows = importedWith(fold.model, request.group ?? '');
  const imported = fold.model.imports.group(request.group ?? '');
  const ended = rows === null || imported === null ? null : importedPeriod(imported);
  const until = request.until ?? ended?.until ?? clock.wall();
  if (until <= request.since) throw new Refusal(codes.INVALID_ARGUMENT, 'the period ends before it begins');
  if (rows !== null && imported !== null) return importedReport(imported, { since: request.since, until }, rows);
  const group = groupNamed(config, request.group ?? '');
  const period = { group: group.name, since: request.since, until };
  const { figures, source, lost } = await options.figures(period);
  const probed = { rate_per_second: config.probe.ratePerSecond, drop_time_ms: config.probe.dropTimeMs };
  const too_late = fold.model.verdicts.view().tooLate;
  const measured = { ...probed, ...measuredFigures(figures), ...lost, too_late, source };
  const places = group.servers.map(({ name, role }) => ({ server: name, bucket: ownBucket(group.mode, role) }));
  const availability = availabilityOf(figures, places);
  return reportOf({ ...period, mode: group.mode }, fold.model.timeline.rows(), { measured, availability });
}

function keep({ inbox, clock }: OpsServerOptions, request: ask.KeepRequest): Promise<reply.KeepView> {
  const problem = keepProblem(request, inbox);
  if (problem !== null) throw new Refusal(codes.INVALID_ARGUMENT, problem);
  return keepPeriod(inbox, request, clock.wall());
}

async function addMark(
  { fold, inbox, clock, config }: OpsServerOptions,
  request: ask.MarkRequest,
): Promise<view.EventRow> {
  const verdict = judgeMark(request, withImported(config(), fold.model, request.group), clock.wall());
  if (!verdict.ok) throw new Refusal(codes.INVALID_ARGUMENT, verdict.problem);
  const [position] = await inbox.append([verdict.entry]);
  if (typeof position !== 'number') throw new Refusal(codes.INTERNAL, 'the log gave the mark no position');
  await fold.folded(position);
  return markRow(storedMark(verdict.entry));
}

async function pause(options: OpsServerOptions, request: ask.PauseRequest, action: PauseEntry['action']) {
  const { fold, inbox, clock, config, onPaused } = options;
  const reply = await takePause({ fold, inbox, config: config(), now: clock.wall() }, request, action);
  if ('problem' in reply) throw new Refusal(codes.INVALID_ARGUMENT, reply.problem);
  onPaused();
  return reply;
}

function raise({ config, onRaiseSecs }: OpsServerOptions, request: ask.RaiseSecsRequest): reply.RaiseSecsView {
  groupNamed(config(), request.group);
  if (request.for_ms > RAISE_SECS_MAX_MS) {
    const problem = `secs are raised for ${RAISE_SECS_MAX_MS / 60_000} minutes at a time at most; ask again before they are over`;
    throw new Refusal(codes.INVALID_ARGUMENT, problem);
  }
  return { until: onRaiseSecs(request) };
}

async function takeImport(
  { fold, inbox, clock, config }: OpsServerOptions,
  request: ask.ImportRequest,
): Promise<reply.ImportView> {
  const book = fold.model.imports;
  const verdict = judgeImport(request, { config: config(), book, now: clock.wall() });
  if (!verdict.ok) throw new Refusal(codes.INVALID_ARGUMENT, verdict.problem);
  const { entry, duplicates } = verdict;
  if (entry !== null) {
    const [position] = await inbox.append([entry]);
    if (typeof position !== 'number') throw new Refusal(codes.INTERNAL, 'the log gave the import no position');
    await fold.folded(position);
  }
  const transitions = book
    .rows(request.group)
    .filter((row) => row.kind === 'transition' && row.from !== 'unknown').length;
  return { stored: entry?.observations.length ?? 0, duplicates, transitions };
}

function exportStream(options: OpsServerOptions): handleServerStreamingCall<ask.PeriodRequest, ExchangeChunk> {
  return (call) => {
    const { group, since, until } = call.request;
    const filter = { group, since, until: until ?? options.clock.wall() };
    const chunks = (async function* (): AsyncIterable<ExchangeChunk> {
      if (group !== null) groupNamed(options.config(), group);
      for await (const exchanges of storedExchanges(options.inbox, filter)) yield { exchanges };
    })();
    sendAll(call, chunks).then(
      () => call.end(),
      (error: unknown) => call.emit('error', refused(error, options.logger)),
    );
  };
}

interface ExchangeChunk {
  readonly exchanges: readonly reply.ExchangeView[];
}

/** A unary method from a function that answers or throws. */
function unary<Request, Reply>(
  logger: Logger,
  answer: (request: Request) => Reply | Promise<Reply>,
): handleUnaryCall<Request, Reply> {
  return (call, callback: sendUnaryData<Reply>) => {
    Promise.resolve(call.request)
      .then(answer)
      .then(
        (reply) => callback(null, reply),
        (error: unknown) => callback(refused(error, logger)),
      );
  };
}

/** Any failure as gRPC tells it; what is not a refusal is ours, and is logged. */
function refused(error: unknown, logger: Logger): { readonly code: codes; readonly details: string } {
  if (error instanceof Refusal) return { code: error.code, details: error.message };
  const named = error instanceof Error ? error : new Error(String(error));
  if ('code' in named && named.code === 'TOO_LARGE') return { code: codes.RESOURCE_EXHAUSTED, details: named.message };
  logger.error({ err: named }, 'an ops request failed');
  return { code: codes.INTERNAL, details: named.message };
}
