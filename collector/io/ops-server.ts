/**
 * The Ops service: the collector's answers over gRPC. It translates, and keeps the live streams; what is answered is
 * ops-answers' and the same over HTTP.
 */
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  sendUnaryData,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type * as reply from '../../shared/core/ops-reply.ts';
import type * as ask from '../../shared/core/ops-request.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { opsService } from '../../shared/wire/ops-service.ts';
import { createEventStreams } from './event-streams.ts';
import { grpcRefusal } from './grpc-refusal.ts';
import type { OpsAnswers } from './ops-answers.ts';
import { sendAll } from './send-all.ts';

export interface OpsServerOptions {
  readonly answers: OpsAnswers;
  readonly logger: Logger;
}

export interface OpsServer {
  readonly definition: typeof opsService;
  readonly implementation: UntypedServiceImplementation;
  /** Ends the live streams. */
  close(): void;
}

/** @returns the service; nothing runs before it is given to a server */
export function createOpsServer({ answers, logger }: OpsServerOptions): OpsServer {
  const streams = createEventStreams(answers, logger);
  const implementation = {
    State: unary(logger, (request: ask.StateRequest) => answers.state(request)),
    Sites: unary(logger, (request: ask.SitesRequest) => answers.sites(request)),
    StartMaintenance: unary(logger, (request: ask.MaintenanceRequest) => answers.maintain(request, 'start')),
    StopMaintenance: unary(logger, (request: ask.MaintenanceRequest) => answers.maintain(request, 'stop')),
    Maintenances: unary(logger, () => answers.maintenances()),
    Scopes: unary(logger, (request: ask.ScopesRequest) => answers.scopes(request)),
    Agents: unary(logger, () => answers.agents()),
    Report: unary(logger, (request: ask.PeriodRequest) => answers.report(request)),
    AddMark: unary(logger, (request: ask.MarkRequest) => answers.addMark(request)),
    Keep: unary(logger, (request: ask.KeepRequest) => answers.keep(request)),
    Kept: unary(logger, () => answers.kept()),
    Import: unary(logger, (request: ask.ImportRequest) => answers.takeImport(request)),
    Pause: unary(logger, (request: ask.PauseRequest) => answers.pause(request, 'pause')),
    Resume: unary(logger, (request: ask.PauseRequest) => answers.pause(request, 'resume')),
    Pauses: unary(logger, () => answers.pauses()),
    RaiseSecs: unary(logger, (request: ask.RaiseSecsRequest) => answers.raiseSecs(request)),
    Alerts: unary(logger, () => answers.alerts()),
    TestAlerts: unary(logger, () => answers.testAlerts()),
    Probe: unary(logger, (request: ask.ProbeRequest) => answers.probe(request)),
    Events: streams.open,
    Export: exportStream(answers, logger),
  };
  return { definition: opsService, implementation, close: streams.close };
}

function exportStream(
  answers: OpsAnswers,
  logger: Logger,
): handleServerStreamingCall<ask.PeriodRequest, ExchangeChunk> {
  return (call) => {
    const chunks = (async function* (): AsyncIterable<ExchangeChunk> {
      for await (const exchanges of answers.exchanges(call.request)) yield { exchanges };
    })();
    sendAll(call, chunks).then(
      () => call.end(),
      (error: unknown) => call.emit('error', grpcRefusal(error, logger)),
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
        (error: unknown) => callback(grpcRefusal(error, logger)),
      );
  };
}
