/**
 * The Ops service as gRPC needs it: for each method its path and how values become messages and back. Written by hand
 * because the generated code knows messages only; both the collector and the ops command line are typed by it.
 */

import type * as access from '../core/access-view.ts';
import type * as reply from '../core/ops-reply.ts';
import type * as ask from '../core/ops-request.ts';
import type * as view from '../core/ops-view.ts';
import * as doors from './access-shapes.ts';
import * as acts from './ops-act-shapes.ts';
import * as shapes from './ops-shapes.ts';
import * as people from './people-shapes.ts';
import { v1 } from './protobuf.ts';

/** A method, in the form that grpc-js takes for a server and for a client. */
export interface OpsMethod<Request, Reply> {
  readonly path: string;
  readonly requestStream: false;
  readonly responseStream: boolean;
  readonly requestSerialize: (value: Request) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => Request;
  readonly responseSerialize: (value: Reply) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Reply;
}

/** A generated message type, as far as this file uses it. */
interface Codec {
  encode(value: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
}

interface End<Value> {
  readonly codec: Codec;
  readonly fill: (message: unknown) => Value;
}

const end = <Value extends object>(codec: Codec, fill: (message: unknown) => Value): End<Value> => ({ codec, fill });

const serialize =
  <Value extends object>({ codec }: End<Value>) =>
  (value: Value): Buffer =>
    Buffer.from(codec.encode(value).finish());

const deserialize =
  <Value extends object>({ codec, fill }: End<Value>) =>
  (bytes: Buffer): Value =>
    fill(codec.decode(bytes));

function method<Request extends object, Reply extends object>(
  name: string,
  request: End<Request>,
  reply: End<Reply>,
  { stream = false } = {},
): OpsMethod<Request, Reply> {
  return {
    path: `/dorawatch.v1.Ops/${name}`,
    requestStream: false,
    responseStream: stream,
    requestSerialize: serialize(request),
    requestDeserialize: deserialize(request),
    responseSerialize: serialize(reply),
    responseDeserialize: deserialize(reply),
  };
}

const event = end<view.EventRow>(v1.Event, shapes.fillEvent);
const period = end<ask.PeriodRequest>(v1.PeriodRequest, shapes.fillPeriodRequest);

const pause = end<ask.PauseRequest>(v1.PauseRequest, acts.fillPauseRequest);
const pauses = end<reply.PausesView>(v1.PausesReply, acts.fillPauses);
const plan = end<ask.MaintenanceRequest>(v1.MaintenanceRequest, acts.fillMaintenanceRequest);
const plans = end<reply.MaintenanceView>(v1.MaintenanceReply, acts.fillMaintenance);

const noAlerts = end(v1.AlertsRequest, acts.fillAlertsRequest);

const tokens = end<access.TokensView>(v1.TokensReply, doors.fillTokens);
const pending = end<access.PendingView>(v1.PendingAgentsReply, doors.fillPending);
const agentName = end<access.AgentNameRequest>(v1.AgentNameRequest, doors.fillAgentName);

const invitation = end(v1.InviteRequest, people.fillInvite);
const givenToken = end(v1.GivenToken, people.fillGivenToken);

/** Every method of Ops, by name. */
export const opsService = {
  State: method('State', end(v1.StateRequest, shapes.fillStateRequest), end(v1.StateReply, shapes.fillStatus)),
  Sites: method('Sites', end(v1.SitesRequest, shapes.fillSitesRequest), end(v1.SitesReply, shapes.fillSites)),
  Agents: method('Agents', end(v1.AgentsRequest, shapes.fillAgentsRequest), end(v1.AgentsReply, shapes.fillAgents)),
  Events: method('Events', end(v1.EventsRequest, shapes.fillEventsRequest), event, { stream: true }),
  Report: method('Report', period, end(v1.ReportReply, shapes.fillReport)),
  Export: method('Export', period, end(v1.ExchangeChunk, shapes.fillExchanges), { stream: true }),
  AddMark: method('AddMark', end(v1.MarkRequest, shapes.fillMarkRequest), event),
  Keep: method('Keep', end(v1.KeepRequest, acts.fillKeepRequest), end(v1.KeepReply, acts.fillKeep)),
  Kept: method('Kept', end(v1.KeptRequest, acts.fillKeptRequest), end(v1.KeptReply, acts.fillKept)),
  Pause: method('Pause', pause, pauses),
  Resume: method('Resume', pause, pauses),
  Pauses: method('Pauses', end(v1.PausesRequest, acts.fillPausesRequest), pauses),
  StartMaintenance: method('StartMaintenance', plan, plans),
  StopMaintenance: method('StopMaintenance', plan, plans),
  Maintenances: method('Maintenances', end(v1.MaintenancesRequest, acts.fillMaintenancesRequest), plans),
  Scopes: method('Scopes', end(v1.ScopesRequest, acts.fillScopesRequest), end(v1.ScopesReply, acts.fillScopes)),
  RaiseSecs: method(
    'RaiseSecs',
    end(v1.RaiseSecsRequest, acts.fillRaiseSecsRequest),
    end(v1.RaiseSecsReply, acts.fillRaiseSecs),
  ),
  Alerts: method('Alerts', noAlerts, end(v1.AlertsReply, acts.fillAlerts)),
  TestAlerts: method('TestAlerts', noAlerts, end(v1.AlertTestReply, acts.fillAlertTest)),
  Probe: method('Probe', end(v1.ProbeRequest, acts.fillProbeRequest), end(v1.ProbeReply, acts.fillProbe)),
  CreateToken: method(
    'CreateToken',
    end(v1.TokenRequest, doors.fillTokenRequest),
    end(v1.CreatedToken, doors.fillCreatedToken),
  ),
  Tokens: method('Tokens', end(v1.TokensRequest, doors.fillTokensRequest), tokens),
  WithdrawToken: method('WithdrawToken', end(v1.TokenIdRequest, doors.fillTokenId), tokens),
  PendingAgents: method('PendingAgents', end(v1.PendingAgentsRequest, doors.fillPendingRequest), pending),
  ApproveAgent: method('ApproveAgent', agentName, pending),
  RejectAgent: method('RejectAgent', agentName, pending),
  RevokeAgent: method('RevokeAgent', agentName, end(v1.RevokedAgent, doors.fillRevoked)),
  Import: method('Import', end(v1.ImportRequest, acts.fillImportRequest), end(v1.ImportReply, acts.fillImport)),
  WhoAmI: method('WhoAmI', end(v1.WhoAmIRequest, people.fillNothing), end(v1.WhoAmIReply, people.fillWhoAmI)),
  People: method('People', end(v1.PeopleRequest, people.fillNothing), end(v1.PeopleReply, people.fillPeople)),
  InvitePerson: method('InvitePerson', invitation, givenToken),
  RevokePerson: method(
    'RevokePerson',
    end(v1.PersonNameRequest, people.fillPersonName),
    end(v1.RevokedPerson, people.fillRevokedPerson),
  ),
  CreateBearer: method('CreateBearer', invitation, givenToken),
  Bearers: method('Bearers', end(v1.BearersRequest, people.fillNothing), end(v1.BearersReply, people.fillBearers)),
  Audit: method('Audit', end(v1.AuditRequest, people.fillAuditRequest), end(v1.AuditRow, people.fillAuditRow), {
    stream: true,
  }),
} as const;
