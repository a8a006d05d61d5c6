/**
 * The consumer of the log that keeps rollups: reads batches behind its own cursor, gathers what they add for half a minute and
 * writes it with the cursor. What a kill takes away was not under the cursor either, so it is read again: each result counts
 * once. Rejected: writing with every batch; an hour's row would be rewritten 3,600 times.
 */

import { rename } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { errorText } from '../../shared/core/error-text.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { createBatchClocks } from '../core/answers/batch-clocks.ts';
import type { RetentionConfig } from '../core/config/config.ts';
import type { ClockEntry, LogEntry } from '../core/log-entry.ts';
import { GATHER_MS, GATHERED_MAX, SAMPLES_WRITTEN } from '../core/rollup/limits.ts';
import { emptyRollup, mergeRollup, type Rollup } from '../core/rollup/rollup.ts';
import {
  gatherRollups,
  keyOf,
  type RollupAddition,
  type RollupName,
  type RollupReach,
} from '../core/rollup/rollup-fold.ts';
import type { Inbox } from './inbox.ts';
import { openRollupStore, type RollupCursor, type RollupStore } from './rollup-store.ts';

export interface RollupsOptions {
  readonly inbox: Inbox;
  /** Directory of their own. */
  readonly directory: string;
  readonly clock: Clock;
  readonly logger: Logger;
  retention(): RetentionConfig;
}

export interface Rollups {
  readonly store: RollupStore;
  /** The first log position that is not in the rows on disk. */
  readonly next: number;
  /** Receipt of the oldest entry that was read and is not on disk yet, µs; null: none. */
  readonly waitingSince: number | null;
  readonly setAside: number;
  /** Why the rows cannot be written now; null: they can. */
  readonly problem: string | null;
  /** Rows by their names, with what is not on disk yet; undefined where there is none. */
  rows(names: readonly RollupName[]): Promise<readonly (Rollup | undefined)[]>;
  /** Resolves when everything before a position is in the rows on disk. */
  through(position: number): Promise<void>;
  close(): Promise<void>;
}

/** @throws BatchLogError when the store cannot be opened; a damaged one is moved aside and made again from the log */
export async function startRollups(options: RollupsOptions): Promise<Rollups> {
  const store = await usableStore(options);
  const cursor = (await store.cursor()) ?? { next: 1, setAside: 0, state: '[]' };
  const rollups = new RunningRollups(options, store, cursor);
  rollups.run();
  return rollups;
}

async function usableStore({ directory, inbox, clock, logger }: RollupsOptions): Promise<RollupStore> {
  const aside = async (why: string): Promise<RollupStore> => {
    const away = `${directory}.aside-${Math.floor(clock.wall() / 1e6)}`;
    await rename(directory, away);
    logger.warn({ aside: away }, `rollups ${why}; they are made again from what the log still holds`);
    return openRollupStore(directory);
  };
  try {
    const store = await openRollupStore(directory);
    if (((await store.cursor())?.next ?? 0) <= inbox.next) return store;
    await store.close();
    return await aside('are ahead of the log');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'LOG_DAMAGED')) throw error;
    return aside('are damaged');
  }
}

function sumOf(parts: readonly (Rollup | undefined)[]): Rollup | undefined {
  const known = parts.filter((part) => part !== undefined);
  if (known.length === 0) return undefined;
  const sum = emptyRollup();
  for (const part of known) mergeRollup(sum, part);
  return sum;
}

/** Between two attempts at a disk that refuses. */
const AGAIN_MS = 1000;

interface Unwritten {
  readonly additions: readonly RollupAddition[];
  readonly cursor: RollupCursor;
}

class RunningRollups implements Rollups {
  readonly store: RollupStore;
  readonly #options: RollupsOptions;
  readonly #stop = new AbortController();
  readonly #clocks = createBatchClocks();
  readonly #gathering = gatherRollups(this.#clocks);
  /** The newest samples by agent; bounded as the clocks are. */
  readonly #samples = new Map<string, ClockEntry[]>();
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> = Promise.resolve();
  #writing: Promise<void> = Promise.resolve();
  /** Taken from the gathering, and refused by the disk so far. */
  #unwritten: Unwritten | null = null;
  #read: number;
  #waiting: { readonly position: number; readonly resolve: () => void }[] = [];
  next: number;
  setAside: number;
  waitingSince: number | null = null;
  problem: string | null = null;

  constructor(options: RollupsOptions, store: RollupStore, { next, setAside, state }: RollupCursor) {
    this.#options = options;
    this.store = store;
    this.next = next;
    this.#read = next;
    this.setAside = setAside;
    for (const sample of JSON.parse(state) as readonly ClockEntry[]) this.#addSample(sample);
  }

  run(): void {
    this.#timer = setInterval(() => void this.#write(), GATHER_MS);
    this.#reading = this.#follow().catch((error: unknown) => {
      this.problem = 'the log cannot be read';
      this.#options.logger.error({ err: error }, 'rollups ended');
    });
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    for await (const chunk of this.#options.inbox.follow(this.#read, signal)) {
      const { minuteMs, hourMs } = this.#options.retention();
      for (const { position, entry } of chunk) {
        this.#take(entry, { minute: minuteMs * 1000, hour: hourMs * 1000 });
        this.#read = position + 1;
      }
      // As long as the disk refuses, nothing more is read: memory stays bounded, and the log holds it.
      while (this.#isFull() && !signal.aborted) {
        await this.#write();
        // Ended by a close, it is over as well.
        if (this.#isFull()) await pause(AGAIN_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #isFull(): boolean {
    return this.#gathering.size >= GATHERED_MAX || (this.#gathering.size > 0 && this.#waiting.length > 0);
  }

  #take(entry: LogEntry, reach: RollupReach): void {
    this.waitingSince ??= entry.receivedAt;
    if (entry.kind === 'clock') this.#addSample(entry);
    if (entry.kind === 'batch') this.setAside += this.#gathering.add(entry.batch, entry.receivedAt, reach);
  }

  #addSample(sample: ClockEntry): void {
    this.#clocks.add(sample);
    const newest = this.#samples.get(sample.agent) ?? [];
    this.#samples.set(sample.agent, [...newest, sample].slice(-SAMPLES_WRITTEN));
  }

  /** One at a time. A refusal is kept in `problem` and tried again. */
  #write(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      try {
        await this.#writeOnce();
        if (this.problem !== null) this.#options.logger.info('rollups are written again');
        this.problem = null;
      } catch (error) {
        if (this.problem === null) this.#options.logger.error({ err: error }, 'rollups cannot be written; tried again');
        this.problem = errorText(error);
      }
    });
    return this.#writing;
  }

  async #writeOnce(): Promise<void> {
    for (let written = false; !written; ) {
      // What was refused goes first, alone: whether it is there after all is told by its own cursor.
      written = this.#unwritten === null;
      const due = this.#unwritten ?? this.#taken();
      this.#unwritten = due;
      if (due.cursor.next > this.next) await this.store.add(due.additions, due.cursor);
      this.#unwritten = null;
      this.next = due.cursor.next;
    }
    const reached = this.#waiting.filter(({ position }) => position <= this.next);
    this.#waiting = this.#waiting.filter(({ position }) => position > this.next);
    for (const { resolve } of reached) resolve();
  }

  #taken(): Unwritten {
    this.waitingSince = null;
    const state = JSON.stringify([...this.#samples.values()].flat());
    return { additions: this.#gathering.take(), cursor: { next: this.#read, setAside: this.setAside, state } };
  }

  async rows(names: readonly RollupName[]): Promise<readonly (Rollup | undefined)[]> {
    for (;;) {
      const { next, rollups } = await this.store.get(names);
      // Written and forgotten here since they were read: once more.
      if (next < this.next) continue;
      const unwritten = this.#unwritten !== null && this.#unwritten.cursor.next > next ? this.#unwritten.additions : [];
      const waiting = new Map(unwritten.map(({ name, rollup }) => [keyOf(name), rollup]));
      return names.map((name, i) => sumOf([rollups[i], waiting.get(keyOf(name)), this.#gathering.peek(name)]));
    }
  }

  async through(position: number): Promise<void> {
    if (position <= this.next) return;
    const reached = new Promise<void>((resolve) => this.#waiting.push({ position, resolve }));
    void this.#write();
    await reached;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#reading;
    await this.#write();
    await this.store.close();
  }
}
