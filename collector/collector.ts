/**
 * The collector: the place where its pure core and its shell meet. Log, fold, agents' stream and ops service are composed
 * here and nowhere else; main.ts is only the command line.
 *
 * Order of a start: configuration, log, fold to the log's end, and only then the port, so that nobody is answered from a
 * half-built picture and no agent is accepted by a collector that cannot store what it sends.
 */

import type { RaiseSecsRequest } from '../shared/core/ops-request.ts';
import type { UnixMicros } from '../shared/core/units.ts';
import { type Clock, steadyClock } from '../shared/io/clock.ts';
import type { Logger } from '../shared/io/logger.ts';
import { AGENTS_SERVICE_NAME } from '../shared/wire/agents-service.ts';
import {
  type AgentSign,
  type Assignments,
  assign,
  changedAssignments,
  liveAgents,
  NO_ASSIGNMENTS,
  siteRefusal,
} from './core/assignment.ts';
import type { CollectorConfig } from './core/config/config.ts';
import { type ConfiguredNames, configuredNames, unconfigured } from './core/configured-names.ts';
import { scarceServers } from './core/kea/scarcity.ts';
import { isQuiet } from './core/quiet.ts';
import { NONE_RAISED, type RaisedSecs, raiseSecs, stillRaised } from './core/raised-secs.ts';
import type { GroupServer, Steering } from './core/steering.ts';
import { type AcceptedFile, acceptedFile, recordConfig } from './io/accepted-config.ts';
import { type GrpcServer, startGrpcServer } from './io/grpc-server.ts';
import { type Inbox, openInbox } from './io/inbox.ts';
import { type Keeping, startKeeping } from './io/keeping.ts';
import { type LogFold, startLogFold } from './io/log-fold.ts';
import { createOpsServer, type OpsServer } from './io/ops-server.ts';
import { createReportServer, type ReportServer } from './io/report-server.ts';
import { createSnapshotStore } from './io/snapshot-store.ts';
import { Neighbours } from './neighbours.ts';

export interface CollectorOptions {
  /** Path of the YAML file. */
  readonly config: string;
  /** State directory; made when it is not there. */
  readonly state: string;
  /** HOST:PORT; port 0 lets the kernel choose. */
  readonly grpc: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Collector {
  /** HOST:PORT as bound. */
  readonly address: string;
  /** Reads the YAML again; a bad file changes nothing. @returns whether it was accepted */
  reload(): Promise<boolean>;
  /** Rejected when the collector can go on no longer (log lost); resolved after close. */
  readonly ended: Promise<void>;
  /** Ends sessions and streams, stores what was received, writes a snapshot, lets go of the state directory. */
  close(): Promise<void>;
}

/** How long a change among the agents waits for others to be shared with. */
const SHARE_DELAY_MS = 50;
/** Time that calls in flight have to end when the collector closes. */
const CLOSE_GRACE_MS = 2000;
/** How often shares are worked out again for agents that went and did not come back. */
const RESHARE_INTERVAL_MS = 5000;

/** @throws ConfigFileError, ConfigRefusedError, BatchLogError, GrpcServerError, each with a message that says what to do */
export async function startCollector(given: CollectorOptions): Promise<Collector> {
  const options = { ...given, clock: steadyClock(given.clock, (stepUs) => sayStep(given.logger, stepUs)) };
  const file = await acceptedFile(options.config);
  const inbox = await openInbox(`${options.state}/log`);
  try {
    const { clock, logger } = options;
    const store = createSnapshotStore(options.state);
    const foundation = createSnapshotStore(options.state, 'foundation');
    const fold = await startLogFold({ inbox, store, foundation, clock, logger });
    await recordConfig({ ...options, inbox, fold }, file);
    const retention = () => (fold.model.config ?? file.config).retention;
    const keeping = await startKeeping({ ...options, inbox, fold, foundation, retention }).catch(async (error) => {
      await fold.close();
      throw error;
    });
    return await RunningCollector.start(options, { inbox, fold, keeping, file });
  } catch (error) {
    await inbox.close();
    throw error;
  }
}

/** The log's order is time: what is received after a step back must not seem to be older than what came before it. */
function sayStep(logger: Logger, stepUs: number): void {
  logger.warn(
    { step_us: stepUs },
    'the wall clock of this machine went back; this run keeps to the time that it had: when the new one is right, restart it',
  );
}

interface Parts {
  readonly inbox: Inbox;
  readonly fold: LogFold;
  readonly keeping: Keeping;
  readonly file: AcceptedFile;
}

class RunningCollector implements Collector {
  readonly #options: CollectorOptions;
  readonly #inbox: Inbox;
  readonly #fold: LogFold;
  readonly #keeping: Keeping;
  readonly #reports: ReportServer;
  readonly #ops: OpsServer;
  readonly #reshare: NodeJS.Timeout;
  #config: CollectorConfig;
  #names: ConfiguredNames;
  #sharing: NodeJS.Timeout | null = null;
  #assignments: Assignments = NO_ASSIGNMENTS;
  #raised: RaisedSecs = NONE_RAISED;
  #scarce: readonly GroupServer[] = [];
  #grpc: GrpcServer | null = null;
  readonly #startedAt: number;
  #quietAt = 0;
  readonly #neighbours: Neighbours;
  #reloading: Promise<boolean> = Promise.resolve(true);

  private constructor(options: CollectorOptions, { inbox, fold, keeping, file }: Parts) {
    const { clock, logger } = options;
    this.#options = options;
    this.#inbox = inbox;
    this.#fold = fold;
    this.#keeping = keeping;
    this.#config = file.config;
    this.#names = configuredNames(file.config, fold.model.verdicts.view().servers);
    this.#reports = createReportServer({
      inbox,
      clock,
      logger,
      refuseSite: (site) => siteRefusal(this.#config, site),
      refuseBatch: (batch, site) => unconfigured(this.#names, batch, site),
      assignmentFor: ({ agent }) => this.#assignments.byAgent.get(agent) ?? null,
      onAgentsChanged: () => this.#shareSoon(),
    });
    this.#neighbours = new Neighbours({ inbox, fold, clock, logger, state: options.state });
    const agents = () => this.#reports.agents();
    this.#ops = createOpsServer({
      fold,
      inbox,
      clock,
      logger,
      agents,
      config: () => this.#config,
      consumers: () => [...keeping.consumers(), ...this.#neighbours.consumers()],
      store: keeping.store,
      figures: keeping.figures,
      onPaused: () => this.#share(),
      onRaiseSecs: (request) => this.#raiseSecs(request),
    });
    this.#startedAt = clock.wall();
    this.#reshare = setInterval(() => {
      this.#share();
      this.#noteQuiet();
    }, RESHARE_INTERVAL_MS);
  }

  static async start(options: CollectorOptions, parts: Parts): Promise<RunningCollector> {
    const collector = new RunningCollector(options, parts);
    try {
      await collector.#neighbours.turnTo(parts.file);
      const services = { [AGENTS_SERVICE_NAME]: collector.#reports, 'dorawatch.v1.Ops': collector.#ops };
      collector.#grpc = await startGrpcServer({ listen: options.grpc, services });
    } catch (error) {
      clearInterval(collector.#reshare);
      await collector.#neighbours.close();
      await parts.keeping.close();
      await parts.fold.close();
      throw error;
    }
    options.logger.info({ grpc: collector.address, state: options.state }, 'collector ready');
    return collector;
  }

  get address(): string {
    return this.#grpc?.address ?? this.#options.grpc;
  }

  get ended(): Promise<void> {
    return this.#fold.ended;
  }

  reload(): Promise<boolean> {
    // One after the other: each is a new version of the one before.
    this.#reloading = this.#reloading.then(() => this.#readAgain());
    return this.#reloading;
  }

  async #readAgain(): Promise<boolean> {
    const { config: path, clock, logger } = this.#options;
    try {
      const file = await acceptedFile(path);
      await recordConfig({ inbox: this.#inbox, fold: this.#fold, clock, logger }, file);
      this.#config = file.config;
      this.#names = configuredNames(file.config, this.#fold.model.verdicts.view().servers);
      // Passwords may be others now, where only their files say.
      await this.#neighbours.turnTo(file);
      this.#share();
      logger.info('configuration read again');
      return true;
    } catch (error) {
      // Whole or not at all: the old configuration goes on.
      logger.error({ err: error }, 'the new configuration is refused, the old one stays in force');
      return false;
    }
  }

  /** Once for all agents that come or go in a moment: thousands that reconnect are not a thousand shares. */
  #shareSoon(): void {
    this.#sharing ??= setTimeout(() => {
      this.#sharing = null;
      this.#share();
    }, SHARE_DELAY_MS);
  }

  /** Shares the rates anew, and tells those who have something new to hear. */
  #share(): void {
    const { clock, logger } = this.#options;
    const sessions = this.#reports.agents();
    // An agent may hold a higher version from before a restart of this collector; versions never fall.
    const held = Math.max(this.#assignments.version, ...sessions.map(({ assignmentVersion }) => assignmentVersion));
    const before = this.#assignments;
    const now = clock.wall();
    const live = liveAgents(this.#signs(), now);
    const after = assign({ ...before, version: held }, this.#config, live, this.#steering(now));
    this.#assignments = after;
    const changed = changedAssignments(before, after).size;
    if (changed > 0) logger.info({ version: after.version, agents: changed }, 'rates shared anew');
    this.#reports.pushAssignments();
  }

  #steering(now: UnixMicros): Steering {
    const { pauses, kea } = this.#fold.model;
    this.#scarce = scarceServers(this.#config, kea, this.#scarce);
    return { paused: pauses, scarce: this.#scarce, raised: stillRaised(this.#raised, now) };
  }

  #raiseSecs({ group, for_ms, actor }: RaiseSecsRequest): UnixMicros | null {
    const { clock, logger } = this.#options;
    this.#raised = raiseSecs(this.#raised, group, for_ms, clock.wall());
    logger.info({ group, for_ms, actor }, for_ms === 0 ? 'secs of probes are 0 again' : 'secs of probes are raised');
    this.#share();
    return this.#raised.get(group) ?? null;
  }

  /** Into the log with it, when nobody reports. */
  #noteQuiet(): void {
    const { clock, logger } = this.#options;
    const now = clock.wall();
    const silenceUs = () => Math.max(0, ...Object.values(this.#fold.model.verdicts.view().silenceLimitUs));
    const sessions = this.#reports.agents();
    if (!isQuiet({ sessions, startedAt: this.#startedAt, writtenAt: this.#quietAt, silenceUs, now })) return;
    this.#quietAt = now;
    this.#inbox
      .append([{ kind: 'quiet', receivedAt: now }])
      .catch((error: unknown) => logger.error({ err: error }, 'the log cannot be told that nobody reports'));
  }

  /** Sessions of this run, and what the log says of agents that have not come back to this run yet. */
  #signs(): readonly AgentSign[] {
    const sessions = this.#reports.agents();
    const here = new Set(sessions.map(({ agent }) => agent));
    const logged = this.#fold.model.verdicts.view().agents.filter(({ agent }) => !here.has(agent));
    const remembered = logged.map(({ agent, site, lastReceivedAt }) => ({
      agent,
      site,
      connected: false,
      lastSeen: lastReceivedAt,
    }));
    return [...sessions, ...remembered];
  }

  async close(): Promise<void> {
    clearInterval(this.#reshare);
    if (this.#sharing !== null) clearTimeout(this.#sharing);
    this.#ops.close();
    await this.#reports.close();
    await this.#grpc?.close(CLOSE_GRACE_MS);
    await this.#neighbours.close();
    await this.#keeping.close();
    await this.#fold.close();
    await this.#inbox.close();
    this.#options.logger.info('collector closed');
  }
}
