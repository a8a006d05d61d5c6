/**
 * `dorawatch-collector replay`: folds a stored log again, offline, under the settings it was folded with or under others, and says what
 * comes out otherwise than the record. The same fold as the collector's own, history that came late included, so that what is
 * seen here is what a collector with those settings would have said.
 *
 * The record is the read model's snapshot brought to the end of the log: after a kill it lags, and that is no difference.
 */
import { stat } from 'node:fs/promises';
import { unixMicros } from '../shared/core/units.ts';
import { BatchLogError } from '../shared/io/batch-log-error.ts';
import { createReadModel, type ReadModel } from './core/answers/read-model.ts';
import { type ReplayDifference, replayDifference } from './core/answers/replay-difference.ts';
import type { CollectorConfig } from './core/config/config.ts';
import type { Finding } from './core/finding.ts';
import type { LogEntry } from './core/log-entry.ts';
import { foldHistory } from './io/history-fold.ts';
import { type Inbox, openInbox } from './io/inbox.ts';
import { createSnapshotStore } from './io/snapshot-store.ts';

export interface ReplayOptions {
  /** The collector's state directory. */
  readonly state: string;
  /** Its detect and groups replace those of every configuration in the log; null: as they were. */
  readonly config: CollectorConfig | null;
  /** Told now and then how far it is. */
  progress(done: number, of: number): void;
}

export interface Replay {
  readonly findings: readonly Finding[];
  readonly difference: ReplayDifference;
  /** What was on record; null: there is no read model beside the log. */
  readonly record: readonly Finding[] | null;
  readonly entries: number;
  /** Receipt of the first and last entries, µs; null: the log is empty. */
  readonly since: number | null;
  readonly until: number | null;
  /** Whether older batches have been removed, so that the log reaches back no further than `batchesSince`. */
  readonly isShortened: boolean;
  readonly batchesSince: number | null;
}

/** `code` NO_LOG: there is nothing to replay; OTHER_OWNER: what is written by opening it would shut its owner out. */
export class ReplayError extends Error {
  readonly code: 'NO_LOG' | 'IN_USE' | 'OTHER_OWNER';
  constructor(code: ReplayError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ReplayError';
    this.code = code;
  }
}

const PROGRESS_EVERY = 256;

/** @throws ReplayError (a collector that runs holds the log, too), BatchLogError */
export async function replay(options: ReplayOptions): Promise<Replay> {
  await demandLog(`${options.state}/log`);
  const inbox = await openStopped(`${options.state}/log`);
  try {
    const recordedModel = await modelOnRecord(options.state, inbox.next);
    const record = recordedModel ?? createReadModel(null);
    const model = createReadModel(null);
    const read = await foldAll(inbox, { record, model }, options);
    const findings = [...model.timeline.findings()];
    const reachesUs = read.isShortened ? (read.batchesSince ?? read.until ?? 0) : Number.NEGATIVE_INFINITY;
    const recorded = [...record.timeline.findings()];
    const difference = replayDifference({ record: recorded, replayed: findings, reachesUs });
    return { ...read, findings, difference, record: recordedModel === null ? null : recorded };
  } finally {
    await inbox.close();
  }
}

/** What a person does about a log in use is another thing here than where a collector starts. */
async function openStopped(directory: string): Promise<Inbox> {
  try {
    return await openInbox(directory);
  } catch (error) {
    if (!(error instanceof BatchLogError) || error.code !== 'LOG_LOCKED') throw error;
    throw new ReplayError(
      'IN_USE',
      `the log in ${directory} is in use by another process; stop the collector, or copy its state directory while it is stopped`,
      error,
    );
  }
}

/** As the collector itself would begin: a snapshot of another version, or of another log, is none. */
async function modelOnRecord(state: string, end: number): Promise<ReadModel | null> {
  for (const name of ['read-model', 'foundation']) {
    const { snapshot } = await createSnapshotStore(state, name).load();
    if (snapshot === null || snapshot.next > end) continue;
    const model = createReadModel(snapshot);
    if (model.next === snapshot.next) return model;
  }
  return null;
}

/** Opening makes a log where there is none, and files that belong to whoever opens. */
async function demandLog(directory: string): Promise<void> {
  const found = await stat(directory).catch((cause: unknown) => {
    throw new ReplayError(
      'NO_LOG',
      `there is no collector's log in ${directory}; give the --state directory of a collector`,
      cause,
    );
  });
  const me = process.getuid?.() ?? found.uid;
  if (found.uid !== me)
    throw new ReplayError(
      'OTHER_OWNER',
      `${directory} belongs to user ${found.uid}; run this as that user, or its collector could not open the log any more`,
    );
}

type Read = Pick<Replay, 'entries' | 'since' | 'until' | 'isShortened' | 'batchesSince'>;

async function foldAll(
  inbox: Inbox,
  models: { readonly record: ReadModel; readonly model: ReadModel },
  options: ReplayOptions,
): Promise<Read> {
  const { record, model } = models;
  const counts = { entries: 0, since: null as number | null, until: null as number | null };
  let batchesSince: number | null = null;
  for await (const { position, entry } of inbox.read(1)) {
    counts.entries += 1;
    counts.since ??= entry.receivedAt;
    counts.until = entry.receivedAt;
    // What is older is there because a person keeps it, with nothing around it.
    if (entry.kind === 'batch' && position >= inbox.prunedBefore) batchesSince ??= entry.receivedAt;
    if (counts.entries % PROGRESS_EVERY === 0) options.progress(position, inbox.next);
    // A configuration that retention or an older version took: what was in force is on record.
    if (counts.entries === 1 && entry.kind !== 'config')
      await give(inbox, model, position, firstConfig(record, entry, options));
    await give(inbox, model, position, [underSettings(entry, options.config)]);
    if (position >= record.next) await give(inbox, record, position, [entry]);
  }
  for (const one of [model, record]) await bringToEnd(inbox, one, counts.until);
  return { ...counts, batchesSince, isShortened: inbox.prunedBefore > 1 };
}

async function give(inbox: Inbox, model: ReadModel, position: number, entries: readonly LogEntry[]): Promise<void> {
  for (const entry of entries) {
    model.apply(position, entry);
    if (model.verdicts.isHistoryDue(entry.receivedAt))
      await foldHistory({ inbox, model, now: entry.receivedAt, signal: NEVER });
  }
}

/** Late results wait for quiet before history is folded again; at the end of the log nothing more will come. */
async function bringToEnd(inbox: Inbox, model: ReadModel, until: number | null): Promise<void> {
  const now = unixMicros((until ?? 0) + QUIET_US);
  if (model.verdicts.isHistoryDue(now)) await foldHistory({ inbox, model, now, signal: NEVER });
}

/** Longer than any wait of the fold's. */
const QUIET_US = 24 * 3600e6;
const NEVER = new AbortController().signal;

function underSettings(entry: LogEntry, config: CollectorConfig | null): LogEntry {
  if (config === null || entry.kind !== 'config') return entry;
  const { groups, detect } = config;
  return { ...entry, config: { ...entry.config, groups, detect } };
}

function firstConfig(record: ReadModel, { receivedAt }: LogEntry, options: ReplayOptions): readonly LogEntry[] {
  const config = record.config ?? options.config;
  if (config === null) return [];
  return [underSettings({ kind: 'config', receivedAt, version: 0, config, text: '' }, options.config)];
}
