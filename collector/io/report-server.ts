/**
 * The collector's end of the agents' streams: who is connected, and what each is to do. One session's own life is in
 * report-session. An agent has one session; a later start of the same agent takes an earlier one's place.
 * Rejected: two sessions of one agent side by side (a cloned state directory would go unnoticed).
 */
import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Assignment } from '../../shared/core/assignment.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import type { Hello } from '../../shared/wire/agent-message.ts';
import { agentsService } from '../../shared/wire/agents-service.ts';
import type { Refusal } from '../../shared/wire/collector-message.ts';
import { type AgentState, introduce, MAX_AGENTS } from '../core/agent-table.ts';
import type { Inbox } from './inbox.ts';
import { type AgentCall, ReportSession } from './report-session.ts';

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
    close: () => server.close(),
  };
}

class SessionTable {
  readonly #options: ReportServerOptions;
  readonly #agents = new Map<string, AgentState>();
  readonly #sessions = new Map<string, ReportSession>();
  readonly #opening = new Set<ReportSession>();
  #closing = false;

  constructor(options: ReportServerOptions) {
    this.#options = options;
  }

  accept(call: AgentCall): void {
    const { inbox, clock, logger } = this.#options;
    const session: ReportSession = new ReportSession(call, {
      inbox,
      clock,
      logger,
      admit: (hello): Refusal | undefined => this.#admit(hello, session),
      change: (agent, change) => this.#change(agent, change),
      ended: (hello) => this.#ended(hello, session),
    });
    if (this.#closing) session.close();
    else this.#opening.add(session);
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

  /** @returns why the session may not go on, or undefined */
  #admit(hello: Hello, session: ReportSession): Refusal | undefined {
    const { clock, logger } = this.#options;
    this.#opening.delete(session);
    const unlisted = this.#options.refuseSite?.(hello.site) ?? null;
    if (unlisted !== null) return refusal('hello', unlisted);
    const before = this.#agents.get(hello.agent);
    if (before === undefined && this.#agents.size >= MAX_AGENTS) {
      return refusal('hello', `this collector knows ${MAX_AGENTS} agents already`);
    }
    const rival = this.#sessions.get(hello.agent);
    if (rival !== undefined && before !== undefined && before.epoch > hello.epoch) return supersededBy(before);
    this.#sessions.set(hello.agent, session);
    this.#agents.set(hello.agent, introduce(before, hello, clock.wall()));
    // A session of the same start is the half-dead connection that the agent has just given up.
    rival?.supersede(before?.epoch === hello.epoch ? undefined : supersededBy(hello));
    const { agent, site, version, backlogBatches } = hello;
    logger.info({ agent, site, version, backlog_batches: backlogBatches }, 'agent connected');
    this.#options.onAgentsChanged?.();
    this.pushAssignments();
    return undefined;
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

const refusal = (reason: Refusal['reason'], text: string): Refusal => ({ kind: 'refusal', reason, text, batch: null });

const supersededBy = ({ agent, site }: { readonly agent: string; readonly site: string }): Refusal =>
  refusal(
    'superseded',
    `agent ${agent} is connected from a later start (site ${site}); two agents must not share one state directory's copy`,
  );
