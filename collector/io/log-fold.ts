/**
 * Keeps the read model at the end of the log: restores it, folds what it has not seen, then every entry as it is appended,
 * and snapshots it now and then. The fold reads the log and never the stream, so what is shown can always be made again.
 */
import type { UnixMicros } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { SNAPSHOT_EVERY_ENTRIES } from '../core/answers/limits.ts';
import {
  createReadModel,
  frozenFindings,
  type ReadModel,
  type ReadModelChange,
  type ReadModelSnapshot,
} from '../core/answers/read-model.ts';
import { createRecent, type Recent } from '../core/answers/recent.ts';
import { foldHistory } from './history-fold.ts';
import type { Inbox, InboxRecord } from './inbox.ts';
import type { SnapshotStore } from './snapshot-store.ts';

export interface LogFold {
  readonly model: ReadModel;
  readonly recent: Recent;
  /** Tells what is news, a chunk of entries at a time. @returns ends the subscription */
  subscribe(listener: (changed: ReadonlySet<string>) => void): () => void;
  /** Receipt of the newest entry in the model, as far as this run folded one, µs. */
  readonly foldedAt: UnixMicros | null;
  /** Resolves when the entry at this position is in the model. */
  folded(position: number): Promise<void>;
  /** Settles when the fold ends: rejected when the log or a fold fails, for the collector must not answer from then on. */
  readonly ended: Promise<void>;
  /** Stops and writes a last snapshot. */
  close(): Promise<void>;
}

export interface LogFoldOptions {
  readonly inbox: Inbox;
  readonly store: SnapshotStore;
  /** Where to begin when there is no snapshot of use: the log's beginning may be gone. */
  readonly foundation?: SnapshotStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often it is looked whether history is to be folded again though nothing comes in. */
const IDLE_MS = 1000;

/** The longest that the fold keeps the loop, besides its last few entries, and how many those are. */
const TURN_NS = 10e6;
const TURN_ENTRIES = 8;

/** Resolves when the model is at the end of the log as it was at the start. */
export async function startLogFold(options: LogFoldOptions): Promise<LogFold> {
  const { inbox, logger } = options;
  const model = await restoredModel(options);
  const fold = new Fold(model, options);
  const from = model.next;
  for await (const record of inbox.read(from)) {
    // What was kept of a pruned time is there to be looked at: without its neighbours it tells of changes that were none.
    if (record.entry.kind === 'batch' && record.position < inbox.prunedBefore) continue;
    fold.apply([record]);
    await fold.foldHistory(record.entry.receivedAt);
  }
  logger.info({ from, entries: model.next - from }, 'log folded');
  fold.run();
  return fold;
}

/** From the first snapshot that this version can go on from; else a new one, which keeps what a pruned log cannot tell again. */
async function restoredModel({ store, foundation, inbox, logger }: LogFoldOptions): Promise<ReadModel> {
  let outdated: ReadModelSnapshot | null = null;
  for (const place of [store, foundation]) {
    const snapshot = place === undefined ? null : await snapshotOf(await place.load(), inbox.next, logger);
    if (snapshot === null) continue;
    const model = createReadModel(snapshot);
    // A model that does not stand where its snapshot stood has refused it: it is another version's.
    if (model.next === snapshot.next) return model;
    outdated ??= snapshot;
  }
  if (outdated === null || inbox.prunedBefore <= 1) return createReadModel(null);
  for await (const { entry } of inbox.read(inbox.prunedBefore)) {
    return createReadModel(null, frozenFindings(outdated, entry.receivedAt));
  }
  return createReadModel(null);
}

/** A snapshot from ahead of the log belongs to another log: somebody has moved one of the two away. */
async function snapshotOf(
  { snapshot, problem }: Awaited<ReturnType<SnapshotStore['load']>>,
  end: number,
  logger: Logger,
): Promise<typeof snapshot> {
  if (problem !== null) logger.warn({ err: problem }, 'snapshot left aside; the log is folded from further back');
  if (snapshot === null || snapshot.next <= end) return snapshot;
  logger.warn({ snapshot: snapshot.next, log: end }, 'snapshot is ahead of the log and left aside');
  return null;
}

class Fold implements LogFold {
  readonly model: ReadModel;
  readonly recent = createRecent();
  readonly #inbox: Inbox;
  readonly #store: SnapshotStore;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<(changed: ReadonlySet<string>) => void>();
  /** Bounded by the marks being added, which gRPC bounds by its streams. */
  #waiting: { readonly position: number; readonly resolve: () => void }[] = [];
  #sinceSnapshot = 0;
  foldedAt: UnixMicros | null = null;
  #history: Promise<void> | null = null;
  #idle: NodeJS.Timeout | null = null;
  #saving: Promise<void> = Promise.resolve();
  ended: Promise<void> = Promise.resolve();

  constructor(model: ReadModel, { inbox, store, clock, logger }: LogFoldOptions) {
    this.model = model;
    this.#inbox = inbox;
    this.#store = store;
    this.#clock = clock;
    this.#logger = logger;
  }

  run(): void {
    this.ended = this.#follow();
    this.#idle = setInterval(() => void this.foldHistory(this.#clock.wall()), IDLE_MS);
    // Whoever awaits it hears of it; nobody needs to have done so by then.
    this.ended.catch(() => undefined);
  }

  async #follow(): Promise<void> {
    for await (const chunk of this.#inbox.follow(this.model.next, this.#stop.signal)) {
      await this.#applyInTurns(chunk);
      const last = chunk.at(-1);
      if (last) void this.foldHistory(last.entry.receivedAt);
    }
  }

  /** Folds old history again if that is due, beside the live fold. @param now log time, or what it has become with nothing coming in */
  foldHistory(now: UnixMicros): Promise<void> {
    if (this.#history === null && !this.#stop.signal.aborted && this.model.verdicts.isHistoryDue(now)) {
      this.#history = this.#rewrite(now).finally(() => {
        this.#history = null;
      });
    }
    return this.#history ?? Promise.resolve();
  }

  async #rewrite(now: UnixMicros): Promise<void> {
    const { model } = this;
    try {
      const rewritten = await foldHistory({ inbox: this.#inbox, model, now, signal: this.#stop.signal });
      if (rewritten === null) return;
      this.#logger.info({ findings: rewritten.findings.length }, 'history folded again with results that came late');
      this.#tell(newsOf(rewritten));
    } catch (error) {
      this.#logger.error({ err: error }, 'history could not be folded again; it will be tried once more');
    }
  }

  /** A flood of batches is folded a little at a time, with the loop's other work in between: acknowledgements do not wait for it. */
  async #applyInTurns(chunk: readonly InboxRecord[]): Promise<void> {
    for (let next = 0; next < chunk.length && !this.#stop.signal.aborted; ) {
      const began = this.#clock.monotonic();
      while (next < chunk.length && this.#clock.monotonic() - began < TURN_NS) {
        this.apply(chunk.slice(next, next + TURN_ENTRIES));
        next += TURN_ENTRIES;
      }
      if (next < chunk.length) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  apply(records: readonly InboxRecord[]): void {
    const changed = new Set<string>();
    for (const { position, entry } of records) {
      for (const id of newsOf(this.model.apply(position, entry))) changed.add(id);
      if (entry.kind === 'batch') this.recent.add(entry.batch, entry.receivedAt);
    }
    this.foldedAt = records.at(-1)?.entry.receivedAt ?? this.foldedAt;
    this.#sinceSnapshot += records.length;
    if (this.#sinceSnapshot >= SNAPSHOT_EVERY_ENTRIES) this.#save();
    const through = this.model.next;
    for (const { resolve } of this.#waiting.filter(({ position }) => position < through)) resolve();
    this.#waiting = this.#waiting.filter(({ position }) => position >= through);
    this.#tell(changed);
  }

  #tell(changed: ReadonlySet<string>): void {
    if (changed.size > 0) for (const listener of this.#listeners) listener(changed);
  }

  subscribe(listener: (changed: ReadonlySet<string>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  folded(position: number): Promise<void> {
    if (position < this.model.next) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ position, resolve }));
  }

  #save(): void {
    this.#sinceSnapshot = 0;
    const snapshot = this.model.snapshot();
    // One after the other; a failure costs a longer start and no more.
    this.#saving = this.#saving.then(() =>
      this.#store.save(snapshot).catch((error: unknown) => {
        this.#logger.error({ err: error }, 'snapshot not written; the next start folds more of the log');
      }),
    );
  }

  async close(): Promise<void> {
    this.#stop.abort();
    if (this.#idle !== null) clearInterval(this.#idle);
    await this.#history;
    await this.ended.catch((error: unknown) => this.#logger.error({ err: error }, 'fold ended'));
    this.#save();
    await this.#saving;
  }
}

/** What is raised to those who follow live: never what late results rewrite. */
function newsOf({ findings, mark }: ReadModelChange): Set<string> {
  const news = new Set(findings.filter((change) => change.news).map(({ finding }) => finding.id));
  if (mark !== null) news.add(mark);
  return news;
}
