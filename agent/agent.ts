/**
 * The agent: prober, spool and line to the collector, put together. A batch goes one way: the prober closes it, it is encoded
 * once, spooled, and then sent. The collector's being away changes nothing in that order; it only makes the spool longer.
 * Rejected: probing only while connected; the outage of a site's own line is what its agent is there to outlast.
 */
import type { AdHocRequest, AdHocResult } from '../shared/core/ad-hoc.ts';
import type { Assignment } from '../shared/core/assignment.ts';
import type { ResultBatch } from '../shared/core/batch.ts';
import type { Work } from '../shared/core/supervised-work.ts';
import { microseconds } from '../shared/core/units.ts';
import type { Clock } from '../shared/io/clock.ts';
import type { Logger } from '../shared/io/logger.ts';
import { randomUint32 } from '../shared/io/random.ts';
import { within } from '../shared/io/within.ts';
import { encodeBatch } from '../shared/wire/batch-encoder.ts';
import type { AgentConfig } from './core/agent-config.ts';
import { withoutDrill } from './core/drill-less.ts';
import { leaseCounts } from './core/lease-counts.ts';
import { LEFTOVERS_FIRST_MS } from './core/ledger-limits.ts';
import type { AgentFigures } from './core/metrics/agent-families.ts';
import { countOwn, createOwnCounts, worstDelayUs } from './core/metrics/own-counts.ts';
import { OVERDUE_MAX_MS, workLine } from './core/work-line.ts';
import { EnrolmentKeeper, type EnrolmentKeeperOptions } from './io/enrolment-keeper.ts';
import { hostIdentity } from './io/host-identity.ts';
import { keepStop, takeStop } from './io/last-stop.ts';
import { LeaseKeeper } from './io/lease-keeper.ts';
import { type ReportStream, startReportStream } from './io/report-stream.ts';
import { SilenceKeeper } from './io/silence-keeper.ts';
import { openStateDirectory, type StateDirectory } from './io/state-directory.ts';
import { releaseLast, releaseLeftovers } from './last-leases.ts';
import type { Prober, ProberOptions } from './prober.ts';

export interface AgentOptions {
  readonly config: AgentConfig;
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What makes the batches: startProber of agent/prober.ts. */
  readonly startProber: (options: ProberOptions) => Prober;
}

export interface Agent {
  /** The agent's name. */
  readonly name: string;
  readonly epoch: number;
  /** What its metrics tell. */
  readonly figures: AgentFigures;
  /** How its work moves on, for whoever supervises it. */
  work(): Work;
  /** Begins no more exchanges, finishes those in flight, spools and sends the last batch, says goodbye. */
  stop(): Promise<void>;
}

/** @throws StateError · BatchLogError · what startProber throws (RawSocketError); nothing is left open then */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { config, clock, logger } = options;
  const anchor = clock.wall();
  const epochStart = clock.monotonic();
  const state = await openStateDirectory({
    directory: config.stateDirectory,
    id: config.id,
    now: anchor,
    spool: { bytes: config.spoolBytes, ageMs: config.spoolAgeMs, clock, logger },
  });
  const leases = new LeaseKeeper({ directory: config.stateDirectory, anchor, epochStart, clock });
  try {
    const running = new RunningAgent(options, { state, leases }, { anchor, epochStart });
    logger.info(
      { agent: state.agent, site: config.site, epoch: state.epoch },
      `agent ${state.agent} at site ${config.site}`,
    );
    return running;
  } catch (error) {
    leases.close();
    await state.close();
    throw error;
  }
}

type Start = Pick<ProberOptions, 'anchor'> & { readonly epochStart: NonNullable<ProberOptions['epochStart']> };

/** What outlives the agent. */
interface Kept {
  readonly state: StateDirectory;
  readonly leases: LeaseKeeper;
}

class RunningAgent implements Agent {
  readonly #state: StateDirectory;
  readonly #logger: Logger;
  readonly #prober: Prober;
  readonly #stream: ReportStream;
  readonly #leases: LeaseKeeper;
  readonly #silence: SilenceKeeper;
  readonly #enrolment: EnrolmentKeeper | null;
  readonly #keepStop: () => void;
  /** What the last start left has been given back; nothing is probed before. */
  readonly #begun: Promise<void>;
  readonly #ending = new AbortController();
  #assignment: Assignment | undefined;
  readonly #counts = createOwnCounts();
  readonly #site: string;
  #loopDelayMaxUs = 0;
  /** Batches, as long as nothing is overdue. */
  #moved = 0;
  #stopping: Promise<void> | undefined;
  /** Batches are spooled one after another, in their order. */
  #spooling: Promise<void> = Promise.resolve();

  constructor(options: AgentOptions, { state, leases }: Kept, start: Start) {
    const { config, clock, logger, version } = options;
    const { agent, epoch, spool } = state;
    const shared = { agent, site: config.site, epoch, ...start, clock };
    this.#state = state;
    this.#site = config.site;
    this.#logger = logger;
    this.#assignment = state.assignment && withoutDrill(state.assignment);
    this.#leases = leases;
    this.#prober = options.startProber({
      ...shared,
      random: randomUint32,
      log: logger,
      stoppedNs: takeStop(config.stateDirectory, start),
      onBatch: (batch) => this.#take(batch),
      contactedGroups: state.contactedGroups,
      onContact: (group) => this.#keep(state.keepContact(group)),
      leases,
    });
    this.#keepStop = () => keepStop(config.stateDirectory, start, clock.monotonic());
    this.#silence = new SilenceKeeper({
      ...{ ...start, clock, directory: config.stateDirectory },
      onChange: (isResting) => this.#rest(isResting),
    });
    const kept = config.enrolment;
    const directory = config.stateDirectory;
    this.#enrolment = kept ? this.#keeper({ kept, directory, proxy: config.proxy ?? null, clock, logger }) : null;
    this.#begun = this.#begin();
    this.#stream = startReportStream({
      ...shared,
      ...{ collector: config.collector, proxy: config.proxy ?? null, enrolment: this.#enrolment },
      version,
      host: hostIdentity(config.stateDirectory),
      logger,
      spool,
      assignmentVersion: () => this.#prober.assignmentVersion,
      takeLoopDelayMaxUs: () => this.#takeLoopDelay(),
      onAssignment: (assignment) => this.#assign(assignment),
      onAdHoc: (request) => this.#ask(request),
      trouble: () => state.trouble ?? this.#leases.trouble,
      onHeard: () => this.#silence.heard(),
      takeResting: () => this.#silence.takeResting(),
      leases: () => this.#leaseCounts(),
    });
  }

  #keeper(options: Omit<EnrolmentKeeperOptions, 'onRevoked'>): EnrolmentKeeper {
    return new EnrolmentKeeper({ ...options, onRevoked: () => void this.#begun.then(() => this.#probe()) });
  }

  /** Nothing is probed by who was thrown out, or has not heard of its collector for days. */
  get #isResting(): boolean {
    return this.#silence.isResting || (this.#enrolment?.revoked ?? null) !== null;
  }

  get name(): string {
    return this.#state.agent;
  }

  get epoch(): number {
    return this.#state.epoch;
  }

  get figures(): AgentFigures {
    return {
      agent: this.name,
      site: this.#site,
      exchanges: this.#counts.exchanges,
      batches: this.#counts.batches,
      loopDelayMaxUs: worstDelayUs(this.#counts),
      spool: this.#state.spool,
      line: this.#stream.figures,
      leases: this.#leaseCounts(),
      isResting: this.#isResting,
      enrolment: this.#enrolment?.kept ?? null,
      assignmentVersion: this.#prober.assignmentVersion,
    };
  }

  /** A batch is due every second or ten while anything is assigned; what is overdue to be sent is a loop that stands still. */
  work(): Work {
    const { assignmentVersion, overdueMs } = this.#prober;
    const { batches } = this.#counts;
    if (overdueMs < OVERDUE_MAX_MS) this.#moved = batches;
    const line = workLine(this.figures);
    return { moved: this.#moved, isDue: assignmentVersion > 0, line };
  }

  #leaseCounts() {
    return leaseCounts(this.#leases.held, this.#assignment, this.#leases.now());
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#ending.abort();
    await this.#begun;
    if (this.#prober.assignmentVersion > 0) this.#keepStop();
    await this.#prober.stop();
    await releaseLast(this.#leases, this.#logger);
    this.#leases.close();
    await this.#spooling;
    await this.#stream.close();
    this.#silence.close();
    this.#logger.info({ backlog_batches: this.#state.spool.count }, 'agent stopped');
    await this.#state.close();
  }

  #take(batch: ResultBatch): void {
    this.#loopDelayMaxUs = Math.max(this.#loopDelayMaxUs, batch.loopDelayMaxUs);
    countOwn(this.#counts, batch);
    this.#spooling = this.#spooling.then(() => this.#spool(batch));
  }

  async #spool(batch: ResultBatch): Promise<void> {
    const { epoch, sequence } = batch;
    this.#stream.offer(await this.#state.spool.append({ epoch, sequence, bytes: encodeBatch(batch) }));
    this.#logger.debug({ epoch, sequence, exchanges: batch.results.path.length }, 'batch spooled');
  }

  #assign(assignment: Assignment): void {
    this.#logger.info(
      { version: assignment.version, targets: assignment.targets.length },
      `assignment ${assignment.version}: ${assignment.targets.length} targets`,
    );
    this.#assignment = assignment;
    void this.#begun.then(() => this.#probe());
    this.#keep(this.#state.keepAssignment(assignment));
  }

  async #ask(request: AdHocRequest): Promise<AdHocResult> {
    const { group, server, kind } = request;
    const result = await this.#prober.ask(request);
    const outcome = result.kind === 'exchange' ? result.outcome : result.text;
    this.#logger.info({ group, server, kind, outcome }, `asked ${server} of ${group} on request: ${outcome}`);
    return result;
  }

  #probe(): void {
    const assignment = this.#assignment;
    if (assignment !== undefined) this.#prober.assign(this.#isResting ? { ...assignment, targets: [] } : assignment);
  }

  #rest(isResting: boolean): void {
    this.#sayResting(isResting);
    void this.#begun.then(() => this.#probe());
  }

  #sayResting(isResting: boolean): void {
    const said = isResting
      ? 'no word from the collector for 7 days: probing rests until it speaks'
      : 'the collector has spoken: probing goes on';
    this.#logger.warn({ resting: isResting }, said);
  }

  /** Probes at once, unless the last start left something. */
  async #begin(): Promise<void> {
    const { leases, foreign, damagedLines } = this.#leases.finding;
    if (damagedLines > 0)
      this.#logger.warn({ lines: damagedLines }, 'the lease ledger has damaged lines: they are left out');
    if (foreign > 0)
      this.#logger.warn(
        { leases: foreign },
        `the lease ledger is a copy of another directory's: its ${foreign} leases are not this agent's to give back`,
      );
    if (this.#silence.isResting) this.#sayResting(true);
    const isKept = leases.length === 0 || this.#assignment?.release === 'never';
    if (!isKept)
      await within(LEFTOVERS_FIRST_MS, releaseLeftovers(this.#leases, leases, this.#ending.signal, this.#logger));
    this.#probe();
  }

  #keep(kept: Promise<void>): void {
    kept.catch((error: unknown) => this.#logger.error({ err: error }, 'the state directory cannot be written'));
  }

  #takeLoopDelay() {
    const worst = microseconds(this.#loopDelayMaxUs);
    this.#loopDelayMaxUs = 0;
    return worst;
  }
}
