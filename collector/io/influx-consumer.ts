/**
 * The consumer of the log that writes to InfluxDB, at its own pace and with its own cursor: a turn takes some released batches,
 * writes their points, and moves the cursor when InfluxDB has them all. A dead InfluxDB holds a turn, and so this cursor, and
 * nothing else: what is not read yet stays in the log, and memory holds one turn and the windows.
 *
 * Rejected: being told of batches by the fold or the stream. What writes to a database must not be able to hold up a verdict.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { errorText } from '../../shared/core/error-text.ts';
import type { ConsumerView } from '../../shared/core/ops-view.ts';
import type { Milliseconds } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { type BatchClocks, createBatchClocks } from '../core/answers/batch-clocks.ts';
import type { InfluxConfig } from '../core/config/config.ts';
import { type ClockWait, createClockWait, type Positioned } from '../core/influx/clock-wait.ts';
import { exchangePoints } from '../core/influx/exchange-points.ts';
import * as limits from '../core/influx/limits.ts';
import type { Point } from '../core/influx/point.ts';
import type { BatchEntry } from '../core/log-entry.ts';
import type { ClockTrack } from '../core/verdicts/clock-track.ts';
import type { Inbox, InboxRecord } from './inbox.ts';
import { createInfluxClient, type InfluxClient } from './influx-client.ts';
import { createInfluxCursorStore, type InfluxCursor, type InfluxCursorStore } from './influx-cursor.ts';
import { createInfluxFindings, type InfluxFindings } from './influx-findings.ts';
import { setAside } from './influx-set-aside.ts';
import { createInfluxWindows, type InfluxWindows } from './influx-windows.ts';
import { createInfluxWriter, type InfluxWriter } from './influx-writer.ts';
import type { LogFold } from './log-fold.ts';

export interface InfluxConsumerOptions {
  readonly config: InfluxConfig;
  /** Null: InfluxDB asks for none. */
  readonly password: string | null;
  readonly inbox: Inbox;
  readonly fold: LogFold;
  /** The collector's state directory. */
  readonly state: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long raw batches are kept. */
  rawMs(): Milliseconds;
}

export interface InfluxConsumer {
  /** How far behind the log it is. */
  view(): ConsumerView;
  /** Stops at once; what InfluxDB has not acknowledged is written again after the next start. */
  close(): Promise<void>;
}

/** Starts it; InfluxDB need not be there. */
export function startInfluxConsumer(options: InfluxConsumerOptions): InfluxConsumer {
  const consumer = new Consumer(options);
  consumer.start();
  return consumer;
}

class Consumer implements InfluxConsumer {
  readonly #options: InfluxConsumerOptions;
  readonly #stop = new AbortController();
  readonly #store: InfluxCursorStore;
  readonly #client: InfluxClient;
  readonly #writer: InfluxWriter;
  readonly #findings: InfluxFindings;
  readonly #tracks = new Map<string, ClockTrack>();
  readonly #clocks: BatchClocks = createBatchClocks(this.#tracks);
  readonly #wait: ClockWait = createClockWait(this.#tracks);
  #cursor: InfluxCursor;
  /** Where the clock tracks on disk stand; 0: there are none of this log yet. */
  #tracksNext = 0;
  /** The next position to read, and when the entry before it was received. */
  #last = { next: 1, receivedAt: 0 };
  /** Receipt of the oldest entry that is read and not written, µs. */
  #oldest: number | null = null;
  #failure: string | null = null;
  /** Why the cursor on disk is behind; null: it is not. */
  #unsaved: string | null = null;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: InfluxConsumerOptions) {
    const { config, password, state, logger, rawMs, fold, inbox } = options;
    const { url, database, exchanges } = config;
    this.#options = options;
    this.#store = createInfluxCursorStore(state);
    this.#client = createInfluxClient(config, password);
    this.#cursor = startOf(config);
    const signal = this.#stop.signal;
    this.#writer = createInfluxWriter({
      client: this.#client,
      database,
      logger,
      signal,
      exchanges,
      rawMs,
      setAside: (points, reason) => this.#setAside(points, reason),
    });
    this.#findings = createInfluxFindings({ client: this.#client, writer: this.#writer, fold, inbox });
    logger.info({ url, database, exchanges }, 'writing to InfluxDB');
  }

  start(): void {
    this.#ended = this.#run().catch((error: unknown) => {
      if (this.#stop.signal.aborted) return;
      // Its own end only: verdicts and ingest go on, and the log keeps what is not written.
      this.#failure = `stopped: ${errorText(error)}; a restart tries again`;
      this.#options.logger.error({ err: error }, 'writing to InfluxDB has stopped');
    });
  }

  view(): ConsumerView {
    const { inbox, clock } = this.#options;
    const { next, setAside, tooLate, missed } = this.#cursor;
    const lag = Math.max(0, inbox.next - next);
    // What is not even read came in the pause at the log's end.
    const age = this.#oldest === null ? 0 : Math.max(0, Math.round((clock.wall() - this.#oldest) / 1000));
    const lost = missed === 0 ? null : `${missed} entries were pruned from the log before InfluxDB took them`;
    return {
      name: 'influx',
      lag_entries: lag,
      lag_ms: lag === 0 ? null : age,
      set_aside: setAside + tooLate,
      problem: this.#failure ?? this.#writer.problem ?? this.#unsaved ?? lost,
    };
  }

  async close(): Promise<void> {
    this.#stop.abort();
    // A request that hangs would hold the end of the program.
    this.#client.close();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { inbox, clock } = this.#options;
    await this.#restore();
    const windows = createInfluxWindows(inbox, this.#clocks);
    const chunks = inbox.follow(this.#cursor.next, this.#stop.signal)[Symbol.asyncIterator]();
    let coming = this.#coming(chunks);
    for (;;) {
      await this.#findings.sync(clock.monotonic());
      const chunk = await orIdle(coming, limits.IDLE_MS);
      if (chunk === null) {
        await this.#turn(windows, this.#wait.expire(clock.wall()));
        continue;
      }
      if (chunk.done === true) return;
      await this.#take(windows, chunk.value);
      // At the log's end entries come one by one: some are left to gather.
      if (this.#last.next >= inbox.next) await pause(limits.IDLE_MS, undefined, { signal: this.#stop.signal });
      coming = this.#coming(chunks);
    }
  }

  async #coming(chunks: AsyncIterator<readonly InboxRecord[]>): Promise<IteratorResult<readonly InboxRecord[]>> {
    const chunk = await chunks.next();
    if (chunk.done !== true) this.#oldest ??= chunk.value[0]?.entry.receivedAt ?? null;
    return chunk;
  }

  async #restore(): Promise<void> {
    const { config, inbox, logger } = this.#options;
    const { cursor, tracks, problem } = await this.#store.load();
    if (problem !== null) logger.warn({ err: problem }, 'left aside; the log is written to InfluxDB from its start');
    const isOurs = cursor !== null && cursor.url === config.url && cursor.database === config.database;
    // Ahead of the log: somebody has moved one of the two away.
    if (!isOurs || tracks === null || cursor.next > inbox.next) return;
    this.#cursor = cursor;
    this.#last = { next: cursor.next, receivedAt: cursor.receivedAt };
    this.#tracksNext = tracks.next;
    for (const [agent, track] of tracks.tracks) this.#tracks.set(agent, track);
    for await (const { position, entry } of inbox.read(tracks.next)) {
      if (position >= cursor.next) break;
      if (entry.kind === 'clock') this.#clocks.add(entry);
    }
  }

  /** A chunk of the log, in turns. */
  async #take(windows: InfluxWindows, chunk: readonly InboxRecord[]): Promise<void> {
    let released: Positioned<BatchEntry>[] = [];
    let [rows, entries] = [0, 0];
    for (const record of chunk) {
      this.#countMissed(record);
      for (const one of this.#wait.take(record)) {
        released.push(one);
        rows += one.entry.batch.results.path.length;
      }
      entries += 1;
      if (rows < limits.ROWS_PER_TURN && entries < limits.ENTRIES_PER_TURN) continue;
      await this.#turn(windows, released);
      released = [];
      [rows, entries] = [0, 0];
    }
    await this.#turn(windows, released);
  }

  /** Batches that retention took before they were read leave holes before the position that it has reached. */
  #countMissed({ position, entry }: InboxRecord): void {
    const { inbox, logger } = this.#options;
    const { next } = this.#last;
    this.#last = { next: position + 1, receivedAt: entry.receivedAt };
    // Without a cursor nothing says that what the log no longer has was not written before. A hole behind the position that
    // retention has reached is a write that failed, and was never acknowledged.
    const missed = Math.min(position, inbox.prunedBefore) - next;
    if (missed <= 0 || this.#cursor.next === 1) return;
    this.#cursor = { ...this.#cursor, missed: this.#cursor.missed + missed };
    logger.error(
      { entries: missed },
      'pruned from the log before InfluxDB took it: it was away for longer than retention.raw',
    );
  }

  /** Writes what these batches say, then moves the cursor past them. */
  async #turn(windows: InfluxWindows, released: readonly Positioned<BatchEntry>[]): Promise<void> {
    const { config, clock, rawMs } = this.#options;
    const next = this.#wait.next ?? this.#cursor.next;
    if (next === this.#cursor.next && released.length === 0) return;
    this.#oldest = released[0]?.entry.receivedAt ?? this.#oldest;
    const points: Point[] = [];
    let { furthest, tooLate } = this.#cursor;
    for (const { position, entry } of released) {
      const prunedBefore = clock.wall() - rawMs() * 1000;
      const added = await windows.add(entry.batch, { position, furthest, prunedBefore });
      furthest = Math.max(furthest, added.furthest);
      tooLate += added.tooLate;
      if (config.exchanges) points.push(...exchangePoints(entry.batch, this.#clocks));
    }
    points.push(...windows.takeDirty());
    await this.#writer.write(points);
    windows.trim();
    this.#cursor = { ...this.#cursor, next, receivedAt: this.#last.receivedAt, furthest, tooLate };
    this.#oldest = this.#wait.head?.entry.receivedAt ?? null;
    await this.#save();
  }

  /** A disk that is full holds nobody up: the next turn saves again, and what a restart writes twice is there once. */
  async #save(): Promise<void> {
    try {
      await this.#saveAll();
      this.#unsaved = null;
    } catch (error) {
      if (this.#unsaved === null) this.#options.logger.error({ err: error }, 'the cursor of InfluxDB cannot be saved');
      this.#unsaved = `its cursor cannot be saved: ${errorText(error)}`;
    }
  }

  async #saveAll(): Promise<void> {
    const { next } = this.#cursor;
    if (this.#tracksNext === 0 || next - this.#tracksNext >= limits.TRACKS_EVERY_ENTRIES) {
      // With every sample read so far, some of them from after the cursor: they place nothing differently.
      await this.#store.saveTracks({ version: 1, next, tracks: [...this.#tracks] });
      this.#tracksNext = next;
    }
    await this.#store.saveCursor(this.#cursor);
  }

  async #setAside(points: readonly Point[], reason: string): Promise<void> {
    const { state, logger } = this.#options;
    this.#cursor = { ...this.#cursor, setAside: this.#cursor.setAside + points.length };
    logger.error({ points: points.length, reason }, 'points that InfluxDB can never take are set aside');
    try {
      await setAside(state, points, reason);
    } catch (error) {
      logger.error({ err: error }, 'points set aside are counted, but could not be written down');
    }
  }
}

const startOf = ({ url, database }: InfluxConfig): InfluxCursor => ({
  version: 1,
  url,
  database,
  next: 1,
  receivedAt: 0,
  furthest: 0,
  setAside: 0,
  tooLate: 0,
  missed: 0,
});

/** @returns null when nothing came within the time */
async function orIdle<Value>(coming: Promise<Value>, idleMs: number): Promise<Value | null> {
  let timer: NodeJS.Timeout | undefined;
  const idle = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), idleMs);
  });
  try {
    return await Promise.race([coming, idle]);
  } finally {
    clearTimeout(timer);
  }
}
