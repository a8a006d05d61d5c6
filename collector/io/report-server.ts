/**
 * The collector's end of the agents' streams. A batch is appended and flushed before it is acknowledged; the order hello,
 * clock, batches is kept; every connected agent has its assignment.
 */
import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Assignment } from '../../shared/core/assignment.ts';
import type { Microseconds, UnixMicros } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import type { Inbox } from './inbox.ts';

/** What is known of one agent. */
export interface AgentState {
  readonly agent: string;
  readonly site: string;
  readonly version: string;
  readonly connected: boolean;
  /** Last word from it, collector's clock. */
  readonly lastSeen: UnixMicros;
  readonly epoch: number;
  readonly anchor: UnixMicros;
  /** Agent's clock minus collector's; null before the first sample. */
  readonly clockOffsetUs: Microseconds | null;
  readonly clockErrorUs: Microseconds | null;
  /** Batches in its spool not yet acknowledged; null until told. */
  readonly backlogBatches: number | null;
  /** The assignment it works from; 0: none. */
  readonly assignmentVersion: number;
  readonly loopDelayMaxUs: Microseconds | null;
  /** Thrown away by its full spool since its epoch began. */
  readonly shedBatches: number;
  /** Of its batches, since the collector began: stored, had already, refused. */
  readonly stored: number;
  readonly duplicates: number;
  readonly refused: number;
}

export interface ReportServerOptions {
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What this agent is to do; null: nothing is known for its site (it is told so in `refuseHello`, or waits). */
  assignmentFor(agent: AgentState): Assignment | null;
  /** An agent came, went, or changed its site: a moment to share the rates anew and pushAssignments(). */
  onAgentsChanged?(): void;
}

export interface ReportServer {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
  /** Every agent seen since the collector began, by name. */
  agents(): readonly AgentState[];
  /** Sends each connected agent its assignment if that differs from what was last sent. */
  pushAssignments(): void;
  /** Ends every session, after what was received is stored and acknowledged. */
  close(): Promise<void>;
}

export declare function createReportServer(options: ReportServerOptions): ReportServer;
