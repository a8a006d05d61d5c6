/**
 * Who probes what, and how fast, as it stands now: shared anew whenever agents, the configuration or what people and servers say
 * change, and told to those who have something new to hear. Apart from collector.ts, which knows who must be asked and told.
 */
import type { RaiseSecsRequest } from '../shared/core/ops-request.ts';
import type { UnixMicros } from '../shared/core/units.ts';
import type { Clock } from '../shared/io/clock.ts';
import type { Logger } from '../shared/io/logger.ts';
import type { SessionAgent } from './core/answers/agent-rows.ts';
import {
  type AgentSign,
  type Assignments,
  assign,
  changedAssignments,
  liveAgents,
  NO_ASSIGNMENTS,
} from './core/assignment.ts';
import type { CollectorConfig } from './core/config/config.ts';
import { scarceServers } from './core/kea/scarcity.ts';
import { NONE_RAISED, type RaisedSecs, raiseSecs, stillRaised } from './core/raised-secs.ts';
import type { GroupServer, Steering } from './core/steering.ts';
import type { LogFold } from './io/log-fold.ts';

export interface RateSharingOptions {
  readonly fold: LogFold;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The configuration in force. */
  config(): CollectorConfig;
  /** The agents' sessions. */
  sessions(): readonly SessionAgent[];
  /** Assignments have changed. */
  push(): void;
}

/** How long a change among the agents waits for others to be shared with. */
const SHARE_DELAY_MS = 50;

export class RateSharing {
  readonly #options: RateSharingOptions;
  #pending: NodeJS.Timeout | null = null;
  #raised: RaisedSecs = NONE_RAISED;
  #scarce: readonly GroupServer[] = [];
  #assignments: Assignments = NO_ASSIGNMENTS;

  constructor(options: RateSharingOptions) {
    this.#options = options;
  }

  /** What each agent probes now. */
  get assignments(): Assignments {
    return this.#assignments;
  }

  /** Once for all agents that come or go in a moment: thousands that reconnect are not a thousand shares. */
  shareSoon(): void {
    this.#pending ??= setTimeout(() => {
      this.#pending = null;
      this.share();
    }, SHARE_DELAY_MS);
  }

  /** Shares the rates anew, and tells those who have something new to hear. */
  share(): void {
    const { clock, logger, config, sessions, push } = this.#options;
    // An agent may hold a higher version from before a restart of this collector; versions never fall.
    const held = Math.max(this.#assignments.version, ...sessions().map(({ assignmentVersion }) => assignmentVersion));
    const before = this.#assignments;
    const now = clock.wall();
    const live = liveAgents(this.#signs(), now);
    const after = assign({ ...before, version: held }, config(), live, this.#steering(now));
    this.#assignments = after;
    const changed = changedAssignments(before, after).size;
    if (changed > 0) logger.info({ version: after.version, agents: changed }, 'rates shared anew');
    push();
  }

  /** @returns until when secs of the group's probes are raised; null: no longer */
  raiseSecs({ group, for_ms, actor }: RaiseSecsRequest): UnixMicros | null {
    const { clock, logger } = this.#options;
    this.#raised = raiseSecs(this.#raised, group, for_ms, clock.wall());
    logger.info({ group, for_ms, actor }, for_ms === 0 ? 'secs of probes are 0 again' : 'secs of probes are raised');
    this.share();
    return this.#raised.get(group) ?? null;
  }

  close(): void {
    if (this.#pending !== null) clearTimeout(this.#pending);
  }

  #steering(now: UnixMicros): Steering {
    const { pauses, kea } = this.#options.fold.model;
    this.#scarce = scarceServers(this.#options.config(), kea, this.#scarce);
    return { paused: pauses, scarce: this.#scarce, raised: stillRaised(this.#raised, now) };
  }

  /** Sessions of this run, and what the log says of agents that have not come back to this run yet. */
  #signs(): readonly AgentSign[] {
    const sessions = this.#options.sessions();
    const here = new Set(sessions.map(({ agent }) => agent));
    const logged = this.#options.fold.model.verdicts.view().agents.filter(({ agent }) => !here.has(agent));
    const remembered = logged.map(({ agent, site, lastReceivedAt }) => ({
      agent,
      site,
      connected: false,
      lastSeen: lastReceivedAt,
    }));
    return [...sessions, ...remembered];
  }
}
