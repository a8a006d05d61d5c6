/**
 * Whom a collector talks to besides agents and people: InfluxDB, which it writes to, Kea servers, which it asks for their own
 * word, and those who call people (Alertmanager, webhooks). Each is begun anew when a configuration is accepted, and none can hold
 * anything else up.
 */

import type { AlertsView, AlertTestView } from '../shared/core/ops-reply.ts';
import type { ConsumerView } from '../shared/core/ops-view.ts';
import type { UnixMicros } from '../shared/core/units.ts';
import type { Clock } from '../shared/io/clock.ts';
import type { Logger } from '../shared/io/logger.ts';
import { packageVersion } from '../shared/io/package-version.ts';
import { agentRows, type SessionAgent } from './core/answers/agent-rows.ts';
import { disagreementOf, outsideOf } from './core/kea/disagreement.ts';
import type { AcceptedFile } from './io/accepted-config.ts';
import { type AlertWatch, startAlertWatch } from './io/alert-watch.ts';
import type { Inbox } from './io/inbox.ts';
import { type InfluxConsumer, startInfluxConsumer } from './io/influx-consumer.ts';
import { type KeaWatch, startKeaWatch } from './io/kea-watch.ts';
import type { LogFold } from './io/log-fold.ts';

export interface NeighboursOptions {
  readonly inbox: Inbox;
  readonly fold: LogFold;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The collector's state directory. */
  readonly state: string;
  /** The agents' sessions. */
  agents(): readonly SessionAgent[];
}

export class Neighbours {
  readonly #options: NeighboursOptions;
  #influx: InfluxConsumer | null = null;
  #kea: KeaWatch | null = null;
  #alerts: AlertWatch | null = null;
  readonly #startedAt: UnixMicros;

  constructor(options: NeighboursOptions) {
    this.#options = options;
    this.#startedAt = options.clock.wall();
  }

  /** Talks to those of this configuration, in place of those of the one before. */
  async turnTo({ config, password }: AcceptedFile): Promise<void> {
    const { inbox, fold, clock, logger } = this.#options;
    await this.close();
    const rawMs = () => config.retention.rawMs;
    if (config.influx !== null)
      this.#influx = startInfluxConsumer({ ...this.#options, config: config.influx, password, rawMs });
    this.#kea = startKeaWatch({
      config,
      clock,
      logger,
      append: (entry) => inbox.append([entry]),
      isOdd: (entry) => disagreementOf(entry, outsideOf(fold.model.verdicts.view(), entry)) !== null,
    });
    this.#alerts = await startAlertWatch({
      ...this.#options,
      config,
      startedAt: this.#startedAt,
      agents: () => this.#agents(),
      plannedAt: (place, at) => fold.model.maintenance.plannedAt(place, at),
    });
  }

  #agents() {
    const { fold, clock, agents } = this.#options;
    const { verdicts, losses } = fold.model;
    return agentRows(agents(), verdicts.view().agents, { losses, now: clock.wall(), version: packageVersion() });
  }

  /** Alerts that are told now, or would be. */
  alerts(): AlertsView {
    return this.#alerts?.alerts() ?? { alerts: [], destinations: [] };
  }

  /** Sends a test alert to each destination. */
  async testAlerts(): Promise<AlertTestView> {
    return (await this.#alerts?.test()) ?? { answers: [] };
  }

  /** The consumers of the log among them. */
  consumers(): readonly ConsumerView[] {
    return [...(this.#influx === null ? [] : [this.#influx.view()]), ...(this.#alerts?.consumers() ?? [])];
  }

  /** Talks to nobody; resolves when what was begun is through. */
  async close(): Promise<void> {
    await this.#kea?.close();
    await this.#influx?.close();
    await this.#alerts?.close();
    this.#alerts = null;
    this.#kea = null;
    this.#influx = null;
  }
}
