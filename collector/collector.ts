/**
 * The collector: the place where its pure core and its shell meet. Log, fold, agents' stream and ops service are composed
 * here and nowhere else; main.ts is only the command line, doors.ts the ports.
 *
 * Order of a start: configuration, log, fold to the log's end, and only then the port, so that nobody is answered from a
 * half-built picture and no agent is accepted by a collector that cannot store what it sends.
 */

import type { Work } from '../shared/core/supervised-work.ts';
import { type Access, type AccessOptions, figuresOf, openAccess, remarksOf } from './access.ts';
import { siteRefusal } from './core/assignment.ts';
import type { CollectorConfig } from './core/config/config.ts';
import { type ConfiguredNames, configuredNames, unconfigured } from './core/configured-names.ts';
import { foldWork } from './core/fold-work.ts';
import { isQuiet } from './core/quiet.ts';
import { type Doors, type DoorsOptions, openDoors } from './doors.ts';
import { createGate } from './http/gate.ts';
import { metricsRoute } from './http/routes/metrics-route.ts';
import { type AcceptedFile, acceptedFile, recordConfig } from './io/accepted-config.ts';
import { createAccessAnswers } from './io/access-answers.ts';
import { type Inbox, openInbox } from './io/inbox.ts';
import { type Keeping, startKeeping } from './io/keeping.ts';
import { type LogFold, startLogFold } from './io/log-fold.ts';
import { createOpsAnswers, type OpsAnswers } from './io/ops-answers.ts';
import { createReportServer, type ReportServer } from './io/report-server.ts';
import { createSnapshotStore } from './io/snapshot-store.ts';
import { type Metrics, startMetrics } from './metrics.ts';
import { Neighbours } from './neighbours.ts';
import { orderlyClock } from './orderly-clock.ts';
import { openPeople, type People } from './people.ts';
import { RateSharing } from './rate-sharing.ts';

export interface CollectorOptions extends AccessOptions, Pick<DoorsOptions, 'http' | 'httpTls'> {
  /** Path of the YAML file. */
  readonly config: string;
}

export interface Collector {
  /** HOST:PORT of gRPC as bound. */
  readonly address: string;
  /** HOST:PORT of HTTP as bound; null: there is none. */
  readonly httpAddress: string | null;
  /** How its fold moves on, for whoever supervises it. */
  work(): Work;
  /** Reads the YAML again; a bad file changes nothing. @returns whether it was accepted */
  reload(): Promise<boolean>;
  /** Rejected when the collector can go on no longer (log lost); resolved after close. */
  readonly ended: Promise<void>;
  /** Ends sessions and streams, stores what was received, writes a snapshot, lets go of the state directory. */
  close(): Promise<void>;
}

/** How often shares are worked out again for agents that went and did not come back. */
const RESHARE_INTERVAL_MS = 5000;

/** @throws ConfigFileError, ConfigRefusedError, BatchLogError, ListenError, each with a message that says what to do */
export async function startCollector(given: CollectorOptions): Promise<Collector> {
  const options = { ...given, clock: orderlyClock(given) };
  const file = await acceptedFile(options.config);
  const inbox = await openInbox(`${options.state}/log`);
  let access: Access | null = null;
  let people: People | null = null;
  try {
    access = await openAccess(options);
    people = await openPeople({ ...options, access });
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
    return await RunningCollector.start(options, { inbox, fold, keeping, file, access, people });
  } catch (error) {
    await people?.close();
    await access?.close();
    await inbox.close();
    throw error;
  }
}

interface Parts {
  readonly inbox: Inbox;
  readonly fold: LogFold;
  readonly keeping: Keeping;
  readonly file: AcceptedFile;
  /** Null: the collector is open. */
  readonly access: Access | null;
  readonly people: People;
}

class RunningCollector implements Collector {
  readonly #options: CollectorOptions;
  readonly #inbox: Inbox;
  readonly #fold: LogFold;
  readonly #keeping: Keeping;
  readonly #access: Access | null;
  readonly #reports: ReportServer;
  readonly #answers: OpsAnswers;
  readonly #metrics: Metrics;
  readonly #sharing: RateSharing;
  readonly #people: People;
  readonly #reshare: NodeJS.Timeout;
  #config: CollectorConfig;
  #names: ConfiguredNames;
  #doors: Doors | null = null;
  readonly #startedAt: number;
  #quietAt = 0;
  readonly #neighbours: Neighbours;
  #reloading: Promise<boolean> = Promise.resolve(true);

  private constructor(options: CollectorOptions, { inbox, fold, keeping, file, access, people }: Parts) {
    const { clock, logger } = options;
    this.#options = options;
    this.#inbox = inbox;
    this.#fold = fold;
    this.#keeping = keeping;
    this.#access = access;
    this.#people = people;
    this.#config = file.config;
    this.#names = configuredNames(file.config, fold.model.verdicts.view().servers);
    this.#reports = createReportServer({
      inbox,
      clock,
      logger,
      refuseSite: (site) => siteRefusal(this.#config, site),
      refuseBatch: (batch, site) => unconfigured(this.#names, batch, site),
      assignmentFor: ({ agent }) => this.#sharing.assignments.byAgent.get(agent) ?? null,
      onAgentsChanged: () => this.#sharing.shareSoon(),
      membershipOf: access === null ? null : (call) => access.memberships.of(call),
    });
    const agents = () => this.#reports.agents();
    const push = () => this.#reports.pushAssignments();
    this.#sharing = new RateSharing({ fold, clock, logger, config: () => this.#config, sessions: agents, push });
    this.#neighbours = new Neighbours({ inbox, fold, clock, logger, state: options.state, agents });
    const told = {
      fold,
      inbox,
      clock,
      agents,
      config: () => this.#config,
      consumers: () => [...keeping.consumers(), ...this.#neighbours.consumers()],
      store: keeping.store,
    };
    this.#metrics = startMetrics({
      ...told,
      logger,
      http: () => this.#doors?.httpCounts ?? null,
      access: () => figuresOf(access, this.#doors?.accessCounts ?? null),
    });
    this.#answers = createOpsAnswers({
      ...told,
      figures: keeping.figures,
      rollups: (names) => keeping.rollups.rows(names),
      minutesFrom: keeping.minutesFrom,
      alerts: this.#neighbours,
      audit: people.audit,
      people: people.answers,
      logger,
      remarks: () => remarksOf(access, options),
      access: createAccessAnswers({
        registry: access?.registry ?? null,
        clock,
        refuseSite: (site) => siteRefusal(this.#config, site),
        cut: (agent) => this.#cut(agent),
      }),
      adHoc: {
        sessions: agents,
        assignmentOf: (agent) => this.#sharing.assignments.byAgent.get(agent),
        ask: (...asked) => this.#reports.ask(...asked),
      },
      onPaused: () => this.#sharing.share(),
      onRaiseSecs: (request) => this.#sharing.raiseSecs(request),
    });
    access?.onTrust(() => setImmediate(() => this.#reports.pushRoots()));
    this.#startedAt = clock.wall();
    this.#reshare = setInterval(() => {
      this.#sharing.share();
      this.#noteQuiet();
    }, RESHARE_INTERVAL_MS);
  }

  static async start(options: CollectorOptions, parts: Parts): Promise<RunningCollector> {
    const collector = new RunningCollector(options, parts);
    try {
      await collector.#neighbours.turnTo(parts.file);
      collector.#doors = await openDoors({
        ...options,
        access: parts.access,
        reports: collector.#reports,
        answers: collector.#answers,
        audit: parts.people.audit,

        gate: createGate({
          ...parts.people,
          proxy: () => collector.#config.http.trustedProxy,
          clock: options.clock,
        }),
        further: [metricsRoute(collector.#metrics.page)],
      });
    } catch (error) {
      clearInterval(collector.#reshare);
      await collector.#metrics.close();
      await collector.#neighbours.close();
      await parts.keeping.close();
      await parts.fold.close();
      throw error;
    }
    const { address: grpc, httpAddress: http } = collector;
    options.logger.info({ grpc, http, state: options.state }, 'collector ready');
    return collector;
  }

  get address(): string {
    return this.#doors?.grpc ?? this.#options.grpc;
  }

  get httpAddress(): string | null {
    return this.#doors?.http ?? null;
  }

  work(): Work {
    return foldWork({ folded: this.#fold.model.next, next: this.#inbox.next, agents: this.#reports.agents().length });
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
    const believed = await (this.#access?.reload() ?? true);
    const { config: path, clock, logger } = this.#options;
    try {
      const file = await acceptedFile(path);
      await recordConfig({ inbox: this.#inbox, fold: this.#fold, clock, logger }, file);
      this.#config = file.config;
      this.#names = configuredNames(file.config, this.#fold.model.verdicts.view().servers);
      // Passwords may be others now, where only their files say.
      await this.#neighbours.turnTo(file);
      this.#sharing.share();
      logger.info('configuration read again');
      return believed;
    } catch (error) {
      // Whole or not at all: the old configuration goes on.
      logger.error({ err: error }, 'the new configuration is refused, the old one stays in force');
      return false;
    }
  }

  /** An agent that was thrown out. @returns how many connections it had */
  #cut(agent: string): number {
    this.#reports.expel(
      agent,
      'revoked',
      `the certificate of agent ${agent} was revoked; it needs a new token to come back`,
    );
    return this.#access?.peers.cut(`agent:${agent}`) ?? 0;
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

  async close(): Promise<void> {
    clearInterval(this.#reshare);
    this.#sharing.close();
    await this.#doors?.close();
    await this.#metrics.close();
    await this.#neighbours.close();
    await this.#keeping.close();
    await this.#fold.close();
    await this.#people.close();
    await this.#access?.close();
    await this.#inbox.close();
    this.#options.logger.info('collector closed');
  }
}
