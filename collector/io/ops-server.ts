/**
 * The Ops service: the collector's answers over gRPC. It translates, and keeps the live streams; what is answered is
 * ops-answers' and the same over HTTP.
 */
import type { handleServerStreamingCall, handleUnaryCall, UntypedServiceImplementation } from '@grpc/grpc-js';
import type * as access from '../../shared/core/access-view.ts';
import type * as reply from '../../shared/core/ops-reply.ts';
import type * as ask from '../../shared/core/ops-request.ts';
import type * as people from '../../shared/core/people-view.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { opsService } from '../../shared/wire/ops-service.ts';
import { type Caller, rightsProblem } from '../core/access/caller.ts';
import { deed } from '../core/access/deed.ts';
import { OPS_NEEDS, type PersonRole } from '../core/access/roles.ts';
import type { Audit } from './audit.ts';
import { createEventStreams } from './event-streams.ts';
import { grpcRefusal } from './grpc-refusal.ts';
import type { OpsAnswers } from './ops-answers.ts';
import type { Called } from './peers.ts';
import { Refusal } from './refusal.ts';
import { sendAll } from './send-all.ts';

export interface OpsServerOptions {
  readonly answers: OpsAnswers;
  readonly logger: Logger;
  /** Who is at the other end. @throws Refusal */
  callerOf(call: Called): Caller;
  readonly audit: Audit;
}

export interface OpsServer {
  readonly definition: typeof opsService;
  readonly implementation: UntypedServiceImplementation;
  /** Ends the live streams. */
  close(): void;
}

/** Every method's line of the table: one that has none does not compile, nor does a line that no method has. */
const NEEDS: Readonly<Record<keyof typeof opsService, PersonRole>> = OPS_NEEDS;

/** @returns the service; nothing runs before it is given to a server */
export function createOpsServer(options: OpsServerOptions): OpsServer {
  const streams = createEventStreams(options.answers, options.logger);
  const answering = Object.entries(unaryMethods(options.answers));
  const implementation = {
    ...Object.fromEntries(answering.map(([name, answer]) => [name, unary(options, name, answer)])),
    Events: stream(options, 'Events', streams.open),
    Export: stream(options, 'Export', yielding(options, chunks(options.answers))),
    Audit: stream(
      options,
      'Audit',
      yielding(options, (request: people.AuditRequest) => options.answers.people.audit(request)),
    ),
  };
  return { definition: opsService, implementation, close: streams.close };
}

type Answer = (request: never, by: Caller) => unknown;

const unaryMethods = (answers: OpsAnswers) =>
  ({
    State: (request: ask.StateRequest) => answers.state(request),
    Sites: (request: ask.SitesRequest) => answers.sites(request),
    StartMaintenance: (request: ask.MaintenanceRequest, by) => answers.maintain(request, 'start', by),
    StopMaintenance: (request: ask.MaintenanceRequest, by) => answers.maintain(request, 'stop', by),
    Maintenances: () => answers.maintenances(),
    Scopes: (request: ask.ScopesRequest) => answers.scopes(request),
    Agents: () => answers.agents(),
    Report: (request: ask.PeriodRequest) => answers.report(request),
    AddMark: (request: ask.MarkRequest, by) => answers.addMark(request, by),
    Keep: (request: ask.KeepRequest, by) => answers.keep(request, by),
    Kept: () => answers.kept(),
    Import: (request: ask.ImportRequest, by) => answers.takeImport(request, by),
    Pause: (request: ask.PauseRequest, by) => answers.pause(request, 'pause', by),
    Resume: (request: ask.PauseRequest, by) => answers.pause(request, 'resume', by),
    Pauses: () => answers.pauses(),
    RaiseSecs: (request: ask.RaiseSecsRequest, by) => answers.raiseSecs(request, by),
    Alerts: () => answers.alerts(),
    TestAlerts: (_request: Record<never, never>, by) => answers.testAlerts(by),
    Probe: (request: ask.ProbeRequest, by) => answers.probe(request, by),
    CreateToken: (request: access.TokenRequest, by) => answers.access.createToken(request, by),
    Tokens: () => answers.access.tokens(),
    WithdrawToken: (request: access.TokenIdRequest, by) => answers.access.withdrawToken(request, by),
    PendingAgents: () => answers.access.pending(),
    ApproveAgent: (request: access.AgentNameRequest, by) => answers.access.answer(request, 'approved', by),
    RejectAgent: (request: access.AgentNameRequest, by) => answers.access.answer(request, 'rejected', by),
    RevokeAgent: (request: access.AgentNameRequest, by) => answers.access.revokeAgent(request, by),
    WhoAmI: (_request: Record<never, never>, by) => answers.people.whoAmI(by),
    People: () => answers.people.people(),
    InvitePerson: (request: people.InviteRequest, by) => answers.people.invite(request, by),
    RevokePerson: (request: people.PersonNameRequest, by) => answers.people.revoke(request, by),
    CreateBearer: (request: people.InviteRequest, by) => answers.people.createBearer(request, by),
    Bearers: () => answers.people.bearers(),
  }) satisfies Readonly<Record<Exclude<keyof typeof opsService, 'Events' | 'Export' | 'Audit'>, Answer>>;

/** Who calls, if it may. @throws Refusal forbidden, after it was written down; unauthenticated */
async function admitted({ callerOf, audit }: OpsServerOptions, name: string, call: Called): Promise<Caller> {
  const by = callerOf(call);
  const problem = rightsProblem(by, needsOf(name), name);
  if (problem === null) return by;
  if (by.kind === 'person') await audit(by, deed('rights-refused', name));
  throw new Refusal(problem.kind, problem.text);
}

const needsOf = (name: string): PersonRole =>
  Object.hasOwn(NEEDS, name) ? NEEDS[name as keyof typeof NEEDS] : 'admin';

/** A streaming method from what yields its messages. */
function yielding<Request, Reply>(
  { logger }: OpsServerOptions,
  answer: (request: Request) => AsyncIterable<Reply>,
): handleServerStreamingCall<Request, Reply> {
  return (call) => {
    sendAll(call, answer(call.request)).then(
      () => call.end(),
      (error: unknown) => call.emit('error', grpcRefusal(error, logger)),
    );
  };
}

const chunks = (answers: OpsAnswers) =>
  async function* (request: ask.PeriodRequest): AsyncIterable<ExchangeChunk> {
    for await (const exchanges of answers.exchanges(request)) yield { exchanges };
  };

interface ExchangeChunk {
  readonly exchanges: readonly reply.ExchangeView[];
}

/** A unary method from a function that answers or throws, for who may call it. */
function unary(options: OpsServerOptions, name: string, answer: Answer): handleUnaryCall<object, unknown> {
  return (call, callback) => {
    admitted(options, name, call)
      // Of its own method's type: it came through that method's codec.
      .then((by) => answer(call.request as never, by))
      .then(
        (reply) => callback(null, reply),
        (error: unknown) => callback(grpcRefusal(error, options.logger)),
      );
  };
}

/** A streaming method, for who may call it. */
function stream<Request, Reply>(
  options: OpsServerOptions,
  name: string,
  run: handleServerStreamingCall<Request, Reply>,
): handleServerStreamingCall<Request, Reply> {
  return (call) => {
    admitted(options, name, call).then(
      () => run(call),
      (error: unknown) => call.emit('error', grpcRefusal(error, options.logger)),
    );
  };
}
