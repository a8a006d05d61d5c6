/**
 * Reads the stored exchanges of a period back out of the log for `export`, in the order in which they were sent. Batches stand in the log as they arrived, so a first reading finds out where the
 * period's batches and their clock samples are, and a second merges them.
 */
import type { ExchangeView } from '../../shared/core/ops-reply.ts';
import { createBatchClocks } from '../core/answers/batch-clocks.ts';
import {
  createLateAnswers,
  type ExchangeFilter,
  type ExchangeSources,
  exchangeRows,
} from '../core/answers/exchange-rows.ts';
import { EXPORT_BATCHES_MAX } from '../core/answers/limits.ts';
import type { Inbox } from './inbox.ts';

/** `code` TOO_LARGE: the period holds more than one export may; ask for a shorter one. */
export class ExportTooLargeError extends Error {
  readonly code = 'TOO_LARGE';
  constructor() {
    super(
      `an hour of the period holds more than ${EXPORT_BATCHES_MAX} batches; ask for a shorter one with --since and --until`,
    );
    this.name = 'ExportTooLargeError';
  }
}

interface Placed {
  readonly position: number;
  /** Sent time of its earliest exchange that passes. */
  readonly first: number;
}

/** Chunks of exchanges by `sent_at`. @throws ExportTooLargeError */
export async function* storedExchanges(inbox: Inbox, filter: ExchangeFilter): AsyncIterable<readonly ExchangeView[]> {
  // An hour after the other: what is held at a time, and the clock samples that a track holds, are those of an hour.
  for (const { from, to } of inbox.slices({ from: filter.since, to: filter.until }))
    yield* exchangesOfSlice(inbox, { ...filter, since: from, until: to });
}

async function* exchangesOfSlice(inbox: Inbox, filter: ExchangeFilter): AsyncIterable<readonly ExchangeView[]> {
  const sources: ExchangeSources = { clocks: createBatchClocks(), late: createLateAnswers() };
  const placed = await placedBatches(inbox, filter, sources);
  let held: ExchangeView[] = [];
  for (const [index, { position }] of placed.entries()) {
    held.push(...(await rowsAt(inbox, position, filter, sources)));
    held.sort((a, b) => a.sent_at - b.sent_at);
    const next = placed[index + 1]?.first ?? Number.POSITIVE_INFINITY;
    const ready = held.filter((row) => row.sent_at <= next);
    held = held.slice(ready.length);
    if (ready.length > 0) yield ready;
  }
}

async function placedBatches(
  inbox: Inbox,
  filter: ExchangeFilter,
  sources: ExchangeSources,
): Promise<readonly Placed[]> {
  const found: number[] = [];
  for await (const { position, entry } of inbox.readPeriod({ from: filter.since, to: filter.until })) {
    if (entry.kind === 'clock') sources.clocks.add(entry);
    if (entry.kind !== 'batch') continue;
    sources.late.add(entry.batch);
    found.push(position);
    if (found.length > EXPORT_BATCHES_MAX) throw new ExportTooLargeError();
  }
  // Once more, now that every clock sample is known: a batch's place may have moved by its correction.
  const placed: Placed[] = [];
  for (const position of found) {
    const first = (await rowsAt(inbox, position, filter, sources))[0];
    if (first !== undefined) placed.push({ position, first: first.sent_at });
  }
  return placed.sort((a, b) => a.first - b.first || a.position - b.position);
}

async function rowsAt(
  inbox: Inbox,
  position: number,
  filter: ExchangeFilter,
  sources: ExchangeSources,
): Promise<readonly ExchangeView[]> {
  for await (const { entry } of inbox.read(position)) {
    return entry.kind === 'batch' ? exchangeRows(entry.batch, sources, filter) : [];
  }
  return [];
}
