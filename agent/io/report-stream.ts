/**
 * The agent's line to its collector: one session after another, for ever, with growing and random waits between failures.
 * It never gives up and never blocks the prober: what cannot be sent is in the spool. Rejected: gRPC's own reconnecting; it
 * backs off up to two minutes, tells nobody, and resumes a call for no one.
 */
import { type Client, logVerbosity, type StatusObject, setLogVerbosity, status } from '@grpc/grpc-js';
import type { AdHocRequest, AdHocResult } from '../../shared/core/ad-hoc.ts';
import type { Assignment } from '../../shared/core/assignment.ts';
import { backoffMs } from '../../shared/core/backoff.ts';
import { OWN_FEATURES } from '../../shared/core/features.ts';
import { readHostPort } from '../../shared/core/host-port.ts';
import { RECONNECT_BASE_MS, RECONNECT_MAX_MS } from '../../shared/core/limits.ts';
import { PROTOCOL } from '../../shared/core/protocol.ts';
import type { HttpProxy } from '../../shared/core/proxy.ts';
import type { Milliseconds, MonotonicNs, UnixMicros } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import { plainDetails } from '../../shared/io/enrolment-client.ts';
import { createLine, type LineOptions } from '../../shared/io/line.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { randomFraction } from '../../shared/io/random.ts';
import { within } from '../../shared/io/within.ts';
import type { Heartbeat } from '../../shared/wire/agent-message.ts';
import { agentsService } from '../../shared/wire/agents-service.ts';
import type { Refusal, RefusalReason } from '../../shared/wire/collector-message.ts';
import type { CertificateReply } from '../../shared/wire/enrolment-codec.ts';
import type { ClockOffset } from '../core/clock-sample.ts';
import type { LineFigures } from '../core/metrics/agent-families.ts';
import type { SpooledBatch } from '../core/send-window.ts';
import {
  GOODBYE_ACKS_MS,
  GOODBYE_CLOSE_MS,
  GOODBYE_UNSPOOLED_MS,
  PERSON_WAIT_MS,
  REVOKED_WAIT_MS,
} from '../core/stream-limits.ts';
import { AgentSession, type CollectorCall } from './agent-session.ts';
import type { EnrolmentKeeper } from './enrolment-keeper.ts';
import { Renewal } from './renewal.ts';
import { REPORT_CHANNEL } from './report-channel.ts';
import type { Spool } from './spool-contract.ts';

export interface ReportStreamOptions {
  /** host:port */
  readonly collector: string;
  readonly proxy: HttpProxy | null;
  /** Null: plain text, as nobody in particular. */
  readonly enrolment: EnrolmentKeeper | null;
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

export function startReportStream(options: ReportStreamOptions): ReportStream {
  setLogVerbosity(logVerbosity.NONE);
  return new Line(options);
}

/** A refused session waits as after so many failures: the longest wait, for what refuses it is for a person to mend. */
const REFUSED_FAILURES = 10;
const SLOW_REASONS: ReadonlySet<RefusalReason> = new Set(['cloned', 'crowded', 'certificate', 'version', 'revoked']);
/** What takes a person longer than others. */
const STAY_AWAY_MS: Partial<Record<RefusalReason, Milliseconds>> = {
  certificate: PERSON_WAIT_MS,
  version: PERSON_WAIT_MS,
  revoked: REVOKED_WAIT_MS,
};

class Line implements ReportStream {
  readonly #options: ReportStreamOptions;
  #session: AgentSession | undefined;
  #client: Client | undefined;
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  /** The longest wait before the next attempt. */
  #longestMs = RECONNECT_MAX_MS;
  /** The session is ended on purpose, for one with the new certificate. */
  #isTurning = false;
  readonly #renewal: Renewal | undefined;
  #refusedBatches = 0;
  #acknowledged = 0;
  #sessions = 0;
  #clock: ClockOffset | null = null;
  #isClosing = false;
  #ended: (() => void) | undefined;

  constructor(options: ReportStreamOptions) {
    this.#options = options;
    options.spool.onMoved = (moves) => this.#session?.moved(moves);
    const { enrolment, clock, logger } = options;
    if (enrolment !== null) {
      this.#renewal = new Renewal({
        ...{ enrolment, clock, logger, onTurn: () => void this.#turn() },
        isReady: () => this.#session?.isReady ?? false,
        ask: (signingRequest) => this.#session?.renew(signingRequest),
      });
    }
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
    this.#renewal?.over();
    if (this.#session?.isReady) await this.#farewell(this.#session);
    this.#session?.over();
    this.#client?.close();
  }

  async #farewell(session: AgentSession): Promise<void> {
    const limit = this.#options.spool.isWritable ? GOODBYE_ACKS_MS : GOODBYE_UNSPOOLED_MS;
    await within(limit, session.settled());
    const ended = new Promise<void>((resolve) => {
      this.#ended = resolve;
    });
    session.goodbye();
    if (this.#session !== undefined) await within(GOODBYE_CLOSE_MS, ended);
  }

  #connect(): void {
    const { collector } = this.#options;
    this.#client = createLine(this.#line(), REPORT_CHANNEL);
    const { path, requestSerialize, responseDeserialize } = agentsService.Session;
    const call: CollectorCall = this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    // 'status' always comes, exactly once; 'error' says the same before it, and must have a listener.
    call.on('error', () => undefined);
    call.on('status', (ended: StatusObject) => this.#over(ended));
    call.on('metadata', () => {
      this.#sessions += 1;
      this.#options.logger.info({ collector }, `connected to the collector at ${collector}`);
    });
    this.#session = new AgentSession(call, this.#sessionOptions());
  }

  #line(): LineOptions {
    const { collector, proxy, enrolment } = this.#options;
    if (enrolment !== null) return enrolment.line;
    const at = readHostPort(collector);
    if (at === undefined) throw new Error(`"${collector}" is no HOST:PORT`);
    return { collector: at, proxy, trust: null };
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
      onHeard: () => {
        this.#options.onHeard();
        void this.#options.enrolment?.heard();
      },
      onCertificate: (reply: CertificateReply) => void this.#renewal?.take(reply),
      onAck: (batches: number) => {
        this.#failures = 0;
        this.#longestMs = RECONNECT_MAX_MS;
        this.#acknowledged += batches;
      },
      onClock: (measured: ClockOffset) => {
        this.#clock = measured;
      },
      onSessionRefused: (refusal: Refusal) => this.#refused(refusal),
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

  #refused({ reason, text }: Refusal): void {
    if (reason === 'revoked') void this.#options.enrolment?.revoke(text);
    this.#slowDown(reason);
  }

  #slowDown(reason: RefusalReason): void {
    this.#longestMs = STAY_AWAY_MS[reason] ?? RECONNECT_MAX_MS;
    if (SLOW_REASONS.has(reason)) this.#failures = Math.max(this.#failures, REFUSED_FAILURES);
  }

  /** Ends the session of the old certificate and begins one with the new; nothing is lost, as what is not acknowledged is sent again. */
  async #turn(): Promise<void> {
    if (this.#session?.isReady !== true || this.#isClosing) return;
    this.#isTurning = true;
    await this.#farewell(this.#session);
    if (this.#isTurning) this.#client?.close();
  }

  #over({ code, details }: StatusObject): void {
    const wasReady = this.#session?.isReady ?? false;
    const isTurning = this.#isTurning;
    this.#session?.over();
    this.#session = undefined;
    this.#isTurning = false;
    this.#client?.close();
    this.#ended?.();
    if (this.#isClosing) return;
    if (isTurning) this.#connect();
    else if (code === status.UNIMPLEMENTED && this.#options.enrolment !== null)
      void this.#comeBack(this.#options.enrolment);
    else this.#again(wasReady, details);
  }

  /** The collector has no session for this certificate: only whoever has none, or none any more, is told that there is no such method. */
  async #comeBack(enrolment: EnrolmentKeeper): Promise<void> {
    const outcome = await enrolment.comeBack();
    if (this.#isClosing) return;
    if (outcome === 'renewed') return this.#connect();
    if (outcome !== 'away') this.#slowDown(outcome === 'revoked' ? 'revoked' : 'certificate');
    this.#again(false, 'this certificate is not taken');
  }

  #again(wasReady: boolean, details: string): void {
    this.#failures += 1;
    const limits = {
      base: Math.max(RECONNECT_BASE_MS, this.#longestMs - RECONNECT_MAX_MS) as Milliseconds,
      max: this.#longestMs,
    };
    const waitMs = Math.round(backoffMs(this.#failures, randomFraction(), limits));
    this.#sayGone(wasReady, details, waitMs);
    this.#retry = setTimeout(() => this.#connect(), waitMs);
  }

  #sayGone(wasReady: boolean, details: string, waitMs: number): void {
    const { collector, spool, logger } = this.#options;
    const what = wasReady ? `lost the collector at ${collector}` : `no collector at ${collector}`;
    const goesOn = `probing goes on, ${spool.count} batches wait in the spool; next try in ${(waitMs / 1_000).toFixed(1)} s`;
    const fields = { collector, attempts: this.#failures, backlog_batches: spool.count, next_try_ms: waitMs };
    logger.warn(fields, `${what} (${plainDetails(details) || 'the stream ended'}): ${goesOn}`);
  }
}
