/**
 * The collector's end of the agents' streams: who is connected, and what each is to do. One session's own life is in
 * report-session. An agent has one session; a later start on the same host takes an earlier one's place, and who comes from a
 * host with a copy of its disk is refused. Rejected: two sessions of one agent side by side (the copy would go unnoticed).
 */
import { type ServiceDefinition, status, type UntypedServiceImplementation } from '@grpc/grpc-js';
import type { AdHocRequest } from '../../shared/core/ad-hoc.ts';
import type { Assignment } from '../../shared/core/assignment.ts';
import type { ResultBatch } from '../../shared/core/batch.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { packageVersion } from '../../shared/io/package-version.ts';
import type { Hello } from '../../shared/wire/agent-message.ts';
import { agentsService } from '../../shared/wire/agents-service.ts';
import type { Refusal } from '../../shared/wire/collector-message.ts';
import { type Claimant, clashText, cloneRefusal } from '../core/admission.ts';
import { type AgentState, forgettable, introduce, MAX_AGENTS } from '../core/agent-table.ts';
import { protocolRefusal } from '../core/agent-versions.ts';
import type { BatchFault } from '../core/batch-fault.ts';
import { createDoor } from '../core/door.ts';
import { OPENING_MAX } from '../core/limits.ts';
import { createSayings } from '../core/sayings.ts';
import type { AskEnd } from './ad-hoc-asks.ts';
import type { AgentCall } from './agent-stream.ts';
import { Allowance } from './allowance.ts';
import type { Inbox } from './inbox.ts';
import type { Membership } from './membership.ts';
import { hostOf } from './peers.ts';
import { ReportSession } from './report-session.ts';

export interface ReportServerOptions {
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly logger: Logger;
  /**
   * What this agent is to do. An assignment without targets stops it; null sends nothing, and the agent goes on with the
   * last one that it had.
   */
  assignmentFor(agent: AgentState): Assignment | null;
  /** Why no agent may speak for this site, or null; told to the agent, which tries again later. */
  refuseSite?(site: string): string | null;
  /** Why no batch of this may be taken (it names what no configuration has), or null. */
  refuseBatch?(batch: ResultBatch, site: string): string | null;
  /** What a call's certificate lets it do, null: it is no agent's. Absent or null: this collector is open, and nobody has one. */
  readonly membershipOf?: ((call: AgentCall) => Membership | null) | null;
  /** An agent came, went, or changed its site: the moment to share the rates anew and call pushAssignments(). */
  onAgentsChanged?(): void;
}

export interface ReportServer {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
  /** Every agent seen since the collector began, by name. */
  agents(): readonly AgentState[];
  /** Sends each connected agent its assignment if that differs from what its session was last sent. */
  pushAssignments(): void;
  /** Tells every connected agent whom to believe from now on. */
  pushRoots(): void;
  /** Has an agent make one exchange beside its schedule; without a session the answer is `lost`. */
  ask(agent: string, asked: AdHocRequest, patienceMs: number): Promise<AskEnd>;
  /** Ends an agent's session with a word, and stores nothing more of it. */
  expel(agent: string, reason: Refusal['reason'], text: string): void;
  /** Ends every session, after what was received is stored and acknowledged. */
  close(): Promise<void>;
}

export function createReportServer(options: ReportServerOptions): ReportServer {
  const server = new SessionTable(options);
  return {
    definition: agentsService,
    implementation: { Session: (call: AgentCall) => server.accept(call) },
    agents: () => server.agents(),
    pushAssignments: () => server.pushAssignments(),
    ask: (agent, asked, patienceMs) => server.ask(agent, asked, patienceMs),
    pushRoots: () => server.pushRoots(),
    expel: (agent, reason, text) => server.expel(agent, reason, text),
    close: () => server.close(),
  };
}

class SessionTable {
  readonly #options: ReportServerOptions;
  readonly #agents = new Map<string, AgentState>();
  readonly #sessions = new Map<string, ReportSession>();
  readonly #opening = new Set<ReportSession>();
  readonly #allowances = new Map<string, Allowance>();
  readonly #door = createDoor();
  readonly #sayings = createSayings();
  #closing = false;

  constructor(options: ReportServerOptions) {
    this.#options = options;
  }

  accept(call: AgentCall): void {
    const { inbox, clock, logger, membershipOf = null } = this.#options;
    const address = hostOf(call.getPeer());
    if (!this.#mayOpen(address)) {
      turnAway(call, status.RESOURCE_EXHAUSTED, `too many sessions from ${address}`);
      return;
    }
    const membership = membershipOf?.(call) ?? null;
    if (membershipOf !== null && membership === null) {
      turnAway(call, status.UNAUTHENTICATED, 'a session needs the certificate of an agent');
      return;
    }
    const session: ReportSession = new ReportSession(call, {
      inbox,
      clock,
      logger,
      sayings: this.#sayings,
      membership,
      admit: (hello) => trespassOf(membership, hello) ?? this.#admit({ ...hello, address }, session),
      refuseBatch: (batch, { site }) => this.#batchFault(membership, batch, site),
      change: (agent, change) => this.#change(agent, change),
      ended: (hello) => this.#ended(hello, session),
    });
    if (this.#closing) session.close();
    else this.#opening.add(session);
  }

  #batchFault(membership: Membership | null, batch: ResultBatch, site: string): BatchFault | null {
    const foreign = membership?.trespass('the batch', batch) ?? null;
    if (foreign !== null) return ['certificate', foreign];
    const unknown = this.#options.refuseBatch?.(batch, site) ?? null;
    return unknown === null ? null : ['unconfigured', unknown];
  }

  #mayOpen(address: string): boolean {
    const { clock, logger } = this.#options;
    const at = clock.monotonic() / 1000;
    if (this.#opening.size < OPENING_MAX && this.#door.mayOpen(address, at)) return true;
    const unsaid = this.#sayings.may(address, at);
    if (unsaid !== null) logger.warn({ peer: address, unsaid }, 'more sessions than a host needs; refused');
    return false;
  }

  agents(): readonly AgentState[] {
    return [...this.#agents.values()].sort((a, b) => (a.agent < b.agent ? -1 : 1));
  }

  pushAssignments(): void {
    for (const [agent, session] of this.#sessions) {
      const state = this.#agents.get(agent);
      const assignment = state && this.#options.assignmentFor(state);
      if (assignment) session.assign(assignment);
    }
  }

  async ask(agent: string, asked: AdHocRequest, patienceMs: number): Promise<AskEnd> {
    return (await this.#sessions.get(agent)?.ask(asked, patienceMs)) ?? { kind: 'lost' };
  }

  pushRoots(): void {
    for (const session of this.#sessions.values()) session.tellRoots();
  }

  expel(agent: string, reason: Refusal['reason'], text: string): void {
    this.#sessions.get(agent)?.supersede(refusal(reason, text));
  }

  /** @returns why the session may not go on, or what its agent may send */
  #admit(hello: Hello & Claimant, session: ReportSession): Refusal | Allowance {
    const { clock, logger } = this.#options;
    this.#opening.delete(session);
    const before = this.#agents.get(hello.agent);
    const refused = this.#refuse(hello, before);
    if (refused !== null) return refused;
    const rival = this.#sessions.get(hello.agent);
    this.#sessions.set(hello.agent, session);
    this.#agents.set(hello.agent, introduce(before, hello, clock.wall()));
    // A session of the same start is the half-dead connection that the agent has just given up.
    rival?.supersede(before?.epoch === hello.epoch ? undefined : supersededBy(hello));
    const { agent, site, version, backlogBatches } = hello;
    logger.info({ agent, site, version, backlog_batches: backlogBatches }, 'agent connected');
    this.#options.onAgentsChanged?.();
    this.pushAssignments();
    const allowance = this.#allowances.get(agent) ?? new Allowance(clock);
    this.#allowances.set(agent, allowance);
    return allowance;
  }

  #refuse(hello: Hello & Claimant, before: AgentState | undefined): Refusal | null {
    const { clock, inbox } = this.#options;
    const { agent, site } = hello;
    const foreign = protocolRefusal(hello, packageVersion());
    if (foreign !== null) return refusal('version', foreign);
    const unlisted = this.#options.refuseSite?.(site) ?? null;
    if (unlisted !== null) return refusal('hello', unlisted);
    const cloned = cloneRefusal(before, inbox.newestEpoch(agent), hello, clock.wall());
    if (cloned !== null) {
      this.#remember(hello, before);
      return refusal('cloned', cloned);
    }
    const others = this.#connectedAt(site, agent);
    const isNew = before === undefined && inbox.newestEpoch(agent) === 0;
    const crowded = this.#door.refuseAgent({ site, isNew, others }, clock.monotonic() / 1000);
    if (crowded !== null) return refusal('crowded', crowded);
    if (before !== undefined || this.#makeRoom()) return null;
    return refusal('crowded', `this collector has ${MAX_AGENTS} agents connected already`);
  }

  /** The clash is shown with the agent whose id it is, who may be away or unknown to this run. */
  #remember(hello: Hello & Claimant, before: AgentState | undefined): void {
    const now = this.#options.clock.wall();
    if (before === undefined && !this.#makeRoom()) return;
    const own = before ?? { ...introduce(undefined, { ...hello, host: '' }, now), connected: false };
    this.#agents.set(hello.agent, { ...own, clash: { at: now, text: clashText(hello) } });
  }

  #makeRoom(): boolean {
    if (this.#agents.size < MAX_AGENTS) return true;
    const gone = forgettable(this.#agents.values());
    if (gone === undefined) return false;
    this.#agents.delete(gone);
    this.#allowances.delete(gone);
    return true;
  }

  #connectedAt(site: string, agent: string): number {
    let count = 0;
    for (const name of this.#sessions.keys()) {
      if (name !== agent && this.#agents.get(name)?.site === site) count += 1;
    }
    return count;
  }

  #change(agent: string, change: (state: AgentState) => Partial<AgentState>): void {
    const state = this.#agents.get(agent);
    if (state !== undefined)
      this.#agents.set(agent, { ...state, lastSeen: this.#options.clock.wall(), ...change(state) });
  }

  #ended(hello: Hello | undefined, session: ReportSession): void {
    this.#opening.delete(session);
    if (hello === undefined || this.#sessions.get(hello.agent) !== session) return;
    this.#sessions.delete(hello.agent);
    const state = this.#agents.get(hello.agent);
    if (state !== undefined) this.#agents.set(hello.agent, { ...state, connected: false });
    this.#options.logger.info({ agent: hello.agent, site: hello.site }, 'agent disconnected');
    if (!this.#closing) this.#options.onAgentsChanged?.();
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#sessions.values(), ...this.#opening].map((session) => session.close()));
  }
}

/** Who says hello for another than its certificate does is refused. */
function trespassOf(membership: Membership | null, hello: Hello): Refusal | null {
  const text = membership?.trespass('the hello', hello) ?? null;
  return text === null ? null : refusal('certificate', text);
}

/** Ends a call before it is a session. */
function turnAway(call: AgentCall, code: status, details: string): void {
  // Without a listener a broken stream's 'error' would end the collector.
  call.on('error', () => undefined);
  call.emit('error', { code, details });
}

const refusal = (reason: Refusal['reason'], text: string): Refusal => ({ kind: 'refusal', reason, text, batch: null });

/** An address without its port: "10.0.0.7:41234", "[::1]:41234". */

const supersededBy = ({ agent, site }: { readonly agent: string; readonly site: string }): Refusal =>
  refusal(
    'superseded',
    `agent ${agent} is connected from a later start (site ${site}); two agents must not share one state directory's copy`,
  );
