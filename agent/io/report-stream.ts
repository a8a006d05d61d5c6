/**
 * The agent's line to its collector: one session after another, for ever, with growing and random waits between failures.
 * It never gives up and never blocks the prober: what cannot be sent is in the spool. Rejected: gRPC's own reconnecting; it
 * backs off up to two minutes, tells nobody, and resumes a call for no one.
 */
import { Client, credentials, logVerbosity, type ServiceError, setLogVerbosity } from '@grpc/grpc-js';
import type { AdHocRequest, AdHocResult } from '../../shared/core/ad-hoc.ts';
import type { Assignment } from '../../shared/core/assignment.ts';
import { backoffMs } from '../../shared/core/backoff.ts';
import { OWN_FEATURES } from '../../shared/core/features.ts';
import {
  KEEPALIVE_TIME_MS,
  KEEPALIVE_TIMEOUT_MS,
  MAX_MESSAGE_BYTES,
  RECONNECT_BASE_MS,
  RECONNECT_MAX_MS,
} from '../../shared/core/limits.ts';
import { PROTOCOL } from '../../shared/core/protocol.ts';
import type { MonotonicNs, UnixMicros } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { randomFraction } from '../../shared/io/random.ts';
import { within } from '../../shared/io/within.ts';
import type { Heartbeat } from '../../shared/wire/agent-message.ts';
import { agentsService } from '../../shared/wire/agents-service.ts';
import type { ClockOffset } from '../core/clock-sample.ts';
import type { LineFigures } from '../core/metrics/agent-families.ts';
import type { SpooledBatch } from '../core/send-window.ts';
import { GOODBYE_ACKS_MS, GOODBYE_CLOSE_MS, GOODBYE_UNSPOOLED_MS } from '../core/stream-limits.ts';
import { AgentSession, type CollectorCall } from './agent-session.ts';
import type { Spool } from './spool-contract.ts';

export interface ReportStreamOptions {
  /** host:port */
  readonly collector: string;
  readonly agent: string;
  readonly site: string;
  readonly epoch: number;
  readonly anchor: UnixMicros;
  /** The moment on `clock` at which the anchor was taken. */
  readonly epochStart: MonotonicNs;
  readonly version: string;
  /** Tells this host from another with a copy of its disk. */
  readonly host: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly spool: Spool;
  /** What the prober works from now; 0: none. */
  assignmentVersion(): number;
  /** The loop's worst delay since this was last asked, µs. */
  takeLoopDelayMaxUs(): Heartbeat['loopDelayMaxUs'];
  onAssignment(assignment: Assignment): void;
  /** Somebody wants an exchange beside the schedule. */
  onAdHoc(request: AdHocRequest): Promise<AdHocResult>;
  /** What is wrong with the agent's state, for people; null: nothing. */
  trouble(): string | null;
  /** The collector has spoken, and not to refuse. */
  onHeard(): void;
  /** Why nothing is probed, or was until just now; null: it probes. */
  takeResting(): string | null;
  /** What its probes hold, by where. */
  leases(): Heartbeat['leases'];
}

export interface ReportStream {
  /** Sends a batch that was just spooled, if there is a session; otherwise the spool has it. */
  offer(batch: SpooledBatch): void;
  /** How the line fares, since the start. */
  readonly figures: LineFigures;
  /** Sends what is live, waits a little for its acknowledgement, says goodbye, and connects no more. */
  close(): Promise<void>;
}

const CHANNEL = {
  'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
  'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  // Each attempt is a channel of its own: the waits are ours, and the name is looked up anew.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_retries': 0,
};

export function startReportStream(options: ReportStreamOptions): ReportStream {
  setLogVerbosity(logVerbosity.NONE);
  return new Line(options);
}

/** A refused session waits as after so many failures: the longest wait, for what refuses it is for a person to mend. */
const REFUSED_FAILURES = 10;

class Line implements ReportStream {
  readonly #options: ReportStreamOptions;
  #session: AgentSession | undefined;
  #client: Client | undefined;
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #refusedBatches = 0;
  #acknowledged = 0;
  #sessions = 0;
  #clock: ClockOffset | null = null;
  #isClosing = false;
  #ended: (() => void) | undefined;

  constructor(options: ReportStreamOptions) {
    this.#options = options;
    options.spool.onMoved = (moves) => this.#session?.moved(moves);
    this.#connect();
  }

  offer(batch: SpooledBatch): void {
    this.#session?.offer(batch);
  }

  get figures(): LineFigures {
    return {
      connected: this.#session?.isReady ?? false,
      sessions: this.#sessions,
      acknowledged: this.#acknowledged,
      refused: this.#refusedBatches,
      clockOffsetUs: this.#clock?.offsetUs ?? null,
      clockErrorUs: this.#clock?.errorUs ?? null,
    };
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#retry);
    const session = this.#session;
    if (session?.isReady) {
      const limit = this.#options.spool.isWritable ? GOODBYE_ACKS_MS : GOODBYE_UNSPOOLED_MS;
      await within(limit, session.settled());
      const ended = new Promise<void>((resolve) => {
        this.#ended = resolve;
      });
      session.goodbye();
      if (this.#session !== undefined) await within(GOODBYE_CLOSE_MS, ended);
    }
    this.#session?.over();
    this.#client?.close();
  }

  #connect(): void {
    const { collector } = this.#options;
    this.#client = new Client(collector, credentials.createInsecure(), CHANNEL);
    const { path, requestSerialize, responseDeserialize } = agentsService.Session;
    const call: CollectorCall = this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    // 'status' always comes, exactly once; 'error' says the same before it, and must have a listener.
    call.on('error', () => undefined);
    call.on('status', (status: ServiceError) => this.#over(status.details));
    call.on('metadata', () => {
      this.#sessions += 1;
      this.#options.logger.info({ collector }, `connected to the collector at ${collector}`);
    });
    this.#session = new AgentSession(call, this.#sessionOptions());
  }

  #sessionOptions() {
    const { agent, site, epoch, anchor, version, host, epochStart, clock, logger, spool } = this.#options;
    const { onAssignment, onAdHoc } = this.#options;
    const figures = { assignmentVersion: this.#options.assignmentVersion(), backlogBatches: spool.count };
    const understands = { features: OWN_FEATURES, protocol: PROTOCOL };
    return {
      hello: { kind: 'hello' as const, agent, site, epoch, anchor, version, host, ...understands, ...figures },
      epochStart,
      clock,
      logger,
      spool,
      onAssignment,
      onAdHoc,
      heartbeat: () => this.#heartbeat(),
      onHeard: () => this.#options.onHeard(),
      onAck: (batches: number) => {
        this.#failures = 0;
        this.#acknowledged += batches;
      },
      onClock: (measured: ClockOffset) => {
        this.#clock = measured;
      },
      onSessionRefused: () => {
        this.#failures = Math.max(this.#failures, REFUSED_FAILURES);
      },
      onRefused: () => {
        this.#refusedBatches += 1;
      },
    };
  }

  #heartbeat(): Heartbeat {
    return {
      kind: 'heartbeat',
      backlogBatches: this.#options.spool.count,
      loopDelayMaxUs: this.#options.takeLoopDelayMaxUs(),
      assignmentVersion: this.#options.assignmentVersion(),
      shedBatches: this.#options.spool.shed,
      refusedBatches: this.#refusedBatches,
      trouble: this.#options.trouble(),
      leases: this.#options.leases(),
      resting: this.#options.takeResting(),
    };
  }

  #over(details: string): void {
    const wasReady = this.#session?.isReady ?? false;
    this.#session?.over();
    this.#session = undefined;
    this.#client?.close();
    this.#ended?.();
    if (this.#isClosing) return;
    this.#failures += 1;
    const limits = { base: RECONNECT_BASE_MS, max: RECONNECT_MAX_MS };
    const waitMs = Math.round(backoffMs(this.#failures, randomFraction(), limits));
    this.#sayGone(wasReady, details, waitMs);
    this.#retry = setTimeout(() => this.#connect(), waitMs);
  }

  #sayGone(wasReady: boolean, details: string, waitMs: number): void {
    const { collector, spool, logger } = this.#options;
    const what = wasReady ? `lost the collector at ${collector}` : `no collector at ${collector}`;
    const goesOn = `probing goes on, ${spool.count} batches wait in the spool; next try in ${(waitMs / 1_000).toFixed(1)} s`;
    const fields = { collector, attempts: this.#failures, backlog_batches: spool.count, next_try_ms: waitMs };
    logger.warn(fields, `${what} (${plain(details)}): ${goesOn}`);
  }
}

/** gRPC's words without what only its developers need. */
function plain(details: string): string {
  const said = details
    .replace(/^No connection established[.] Last error: (Error: )?/, '')
    .replace(/[.]? ?Resolution note:.*$/, '');
  return said === '' ? 'the stream ended' : said;
}
