/**
 * Whom a collector talks to besides agents and people: InfluxDB, which it writes to, and Kea servers, which it asks for their own
 * word. Each is begun anew when a configuration is accepted, and neither can hold anything else up.
 */

import type { ConsumerView } from '../shared/core/ops-view.ts';
import type { Clock } from '../shared/io/clock.ts';
import type { Logger } from '../shared/io/logger.ts';
import { disagreementOf, outsideOf } from './core/kea/disagreement.ts';
import type { AcceptedFile } from './io/accepted-config.ts';
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
}

export class Neighbours {
  readonly #options: NeighboursOptions;
  #influx: InfluxConsumer | null = null;
  #kea: KeaWatch | null = null;

  constructor(options: NeighboursOptions) {
    this.#options = options;
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
  }

  /** The consumers of the log among them. */
  consumers(): readonly ConsumerView[] {
    return this.#influx === null ? [] : [this.#influx.view()];
  }

  /** Talks to nobody; resolves when what was begun is through. */
  async close(): Promise<void> {
    await this.#kea?.close();
    await this.#influx?.close();
    this.#kea = null;
    this.#influx = null;
  }
}
