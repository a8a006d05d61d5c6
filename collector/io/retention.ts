/**
 * Lets go of what has had its time: raw results by their receipt, rollups by their period. Findings outlive the results that
 * they were folded from, so before raw results go, the read model is written down as a foundation, which a start folds on from
 * when the newer snapshot is of no use: the log's beginning is not there any more.
 *
 * Rejected: pruning when a batch is appended; whoever sends would wait for it.
 */
import { errorText } from '../../shared/core/error-text.ts';
import { type UnixMicros, unixMicros } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import type { ReadModel } from '../core/answers/read-model.ts';
import type { RetentionConfig } from '../core/config/config.ts';
import { RESOLUTION_US } from '../core/rollup/rollup-fold.ts';
import type { Inbox } from './inbox.ts';
import { positionAt } from './log-position.ts';
import type { Rollups } from './rollups.ts';
import type { SnapshotStore } from './snapshot-store.ts';

export interface RetentionOptions {
  readonly inbox: Inbox;
  readonly rollups: Rollups;
  readonly model: ReadModel;
  /** Where the foundation is written. */
  readonly foundation: SnapshotStore;
  readonly clock: Clock;
  readonly logger: Logger;
  config(): RetentionConfig;
}

export interface Retention {
  /** Receipt of the oldest raw batch that retention has left; null: there is none, or it is not known yet. */
  readonly rawSince: UnixMicros | null;
  /** Why the last run failed; null: it did not. */
  readonly problem: string | null;
  /** Lets go of what is due, now. @returns raw records removed */
  run(): Promise<number>;
  close(): Promise<void>;
}

/** Between two runs: nobody minds ten minutes in fourteen days, and the foundation is written anew in each. */
const INTERVAL_MS = 600_000;

export function startRetention(options: RetentionOptions): Retention {
  return new RunningRetention(options);
}

class RunningRetention implements Retention {
  readonly #options: RetentionOptions;
  readonly #stop = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #running: Promise<number> = Promise.resolve(0);
  rawSince: UnixMicros | null = null;
  problem: string | null = null;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.run(), INTERVAL_MS);
    this.#running = this.#look().then(() => 0);
  }

  run(): Promise<number> {
    this.#running = this.#running.then(() => this.#runOnce());
    return this.#running;
  }

  async #runOnce(): Promise<number> {
    const { logger, rollups, clock, config } = this.#options;
    try {
      const now = clock.wall();
      const records = await this.#pruneRaw(now);
      const { minuteMs, hourMs } = config();
      await rollups.store.prune('minute', (now - minuteMs * 1000) / RESOLUTION_US.minute);
      await rollups.store.prune('hour', (now - hourMs * 1000) / RESOLUTION_US.hour);
      if (this.rawSince === null) await this.#look();
      this.problem = null;
      if (records > 0) logger.info({ records }, 'raw results that have had their time are removed');
      return records;
    } catch (error) {
      this.problem = errorText(error);
      logger.error({ err: error }, 'retention could not run; it is tried again');
      return 0;
    }
  }

  async #pruneRaw(now: UnixMicros): Promise<number> {
    const { inbox, model, rollups, foundation, config } = this.#options;
    const aged = await positionAt(inbox, unixMicros(now - config().rawMs * 1000));
    const before = Math.min(aged, model.next, rollups.next);
    if (before <= inbox.prunedBefore) return 0;
    await foundation.save(model.snapshot());
    const records = await inbox.prune(before, this.#stop.signal);
    await this.#look();
    return records;
  }

  /** Finds the oldest raw batch that is there by its age and not because it is kept. */
  async #look(): Promise<void> {
    const { inbox } = this.#options;
    try {
      for await (const { entry } of inbox.read(inbox.prunedBefore)) {
        if (this.#stop.signal.aborted) return;
        if (entry.kind !== 'batch') continue;
        this.rawSince = entry.receivedAt;
        return;
      }
    } catch (error) {
      this.problem = errorText(error);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#running;
  }
}
