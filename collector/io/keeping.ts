/**
 * What the collector keeps beside its log and its read model, and how long: rollups and retention, started and stopped together,
 * and what `status` says of them. Rejected: this in collector.ts, which composes and should not have to know the order in which
 * a log may be let go of.
 */
import type { ConsumerView, StoreView } from '../../shared/core/ops-view.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { consumerView } from '../core/answers/consumers.ts';
import type { ExchangeFilter } from '../core/answers/exchange-rows.ts';
import type { RetentionConfig } from '../core/config/config.ts';
import type { Inbox } from './inbox.ts';
import type { LogFold } from './log-fold.ts';
import { type FiguresFound, periodFigures } from './period-figures.ts';
import { type Retention, startRetention } from './retention.ts';
import { type Rollups, startRollups } from './rollups.ts';
import type { SnapshotStore } from './snapshot-store.ts';

export interface KeepingOptions {
  readonly inbox: Inbox;
  readonly fold: LogFold;
  /** Where the read model is written down before results that it rests on go. */
  readonly foundation: SnapshotStore;
  readonly state: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** As configured now. */
  retention(): RetentionConfig;
}

export interface Keeping {
  readonly rollups: Rollups;
  readonly retention: Retention;
  /** The readers of the log that every collector has. */
  consumers(): readonly ConsumerView[];
  store(): StoreView;
  /** What a report of a period rests on. */
  figures(filter: ExchangeFilter & { readonly group: string }): Promise<FiguresFound>;
  /** From where there are rollups by the minute, µs. */
  minutesFrom(): number;
  close(): Promise<void>;
}

/** @throws BatchLogError when the rollups cannot be opened */
export async function startKeeping(options: KeepingOptions): Promise<Keeping> {
  const { inbox, fold, clock, logger, state, foundation, retention: config } = options;
  const rollups = await startRollups({ inbox, directory: `${state}/rollups`, clock, logger, retention: config });
  const retention = startRetention({ inbox, rollups, model: fold.model, foundation, clock, logger, config });
  const minutesFrom = () => clock.wall() - config().minuteMs * 1000;
  const sources = { inbox, rollups: rollups.store, rawSince: () => retention.rawSince, minutesFrom };
  return {
    rollups,
    retention,
    minutesFrom,
    consumers: () => {
      const common = { end: inbox.next, now: clock.wall(), problem: null };
      const { next, waitingSince, setAside, problem } = rollups;
      return [
        consumerView({ ...common, name: 'verdicts', next: fold.model.next, waitingSince: fold.foldedAt, setAside: 0 }),
        consumerView({ ...common, name: 'rollups', next, waitingSince, setAside, problem }),
      ];
    },
    store: () => ({
      raw_bytes: inbox.size.bytes,
      raw_since: retention.rawSince,
      too_late: fold.model.verdicts.view().tooLate,
      problem: inbox.problem ?? retention.problem ?? shedText(fold.model.timeline.shed),
    }),
    figures: (filter) => periodFigures(sources, filter),
    close: async () => {
      await retention.close();
      await rollups.close();
    },
  };
}

/** Findings are kept for ever, up to a bound that takes a fault to reach. */
const shedText = (shed: number): string | null =>
  shed === 0 ? null : `${shed} of the oldest findings and marks were let go: there are more than a timeline holds`;
