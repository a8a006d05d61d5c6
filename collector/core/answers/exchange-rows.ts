/**
 * A stored batch as the exchanges it holds, one a row, for `export`. Times are corrected
 * to the collector's clock.
 */
import { ABSENT, type ResultBatch } from '../../../shared/core/batch.ts';
import type { ExchangeView } from '../../../shared/core/ops-reply.ts';
import { OUTCOMES, STAGES } from '../../../shared/core/outcome.ts';
import type { BatchClocks } from './batch-clocks.ts';
import { LATE_ANSWERS_MAX } from './limits.ts';

/** Which exchanges: those sent in [since, until), of one group or of all. */
export interface ExchangeFilter {
  readonly group: string | null;
  readonly since: number;
  readonly until: number;
}

/** What a row needs beside its batch. */
export interface ExchangeSources {
  readonly clocks: BatchClocks;
  readonly late: LateAnswers;
}

const figure = (value: number | undefined): number | null => (value === undefined || value === ABSENT ? null : value);

/** @returns the batch's exchanges that pass the filter, by `sent_at` */
export function exchangeRows(
  batch: ResultBatch,
  { clocks, late }: ExchangeSources,
  filter: ExchangeFilter,
): readonly ExchangeView[] {
  const rows = batch.results.path.map((_, index) => exchangeRow(batch, index, { clocks, late }));
  return rows.filter((row) => passes(row, filter)).sort((a, b) => a.sent_at - b.sent_at || a.index - b.index);
}

function passes(
  row: { readonly group: string; readonly sent_at: number },
  { group, since, until }: ExchangeFilter,
): boolean {
  return row.sent_at >= since && row.sent_at < until && (group === null || row.group === group);
}

/** Late answers by exchange: they come in a later batch than the drop that they belong to. */
export interface LateAnswers {
  add(batch: ResultBatch): void;
  /** How long after its DISCOVER the exchange was answered after all, µs; null when it was not. */
  find(batch: ResultBatch, index: number): number | null;
}

/** @returns an empty collection; what is beyond LATE_ANSWERS_MAX is left out */
export function createLateAnswers(): LateAnswers {
  const answers = new Map<string, number>();
  const keyOf = (batch: ResultBatch, path: number, identity: number, sentUs: number): string => {
    const ref = batch.paths[path];
    return JSON.stringify([batch.agent, batch.epoch, ref?.group, ref?.server, ref?.bucket, identity, sentUs]);
  };
  return {
    add: (batch) => {
      for (const { path, identity, sentUs, lateUs } of batch.late) {
        if (answers.size < LATE_ANSWERS_MAX) answers.set(keyOf(batch, path, identity, sentUs), lateUs);
      }
    },
    find: (batch, index) => {
      if (answers.size === 0) return null;
      const { path, identity, sentUs } = batch.results;
      return answers.get(keyOf(batch, path[index] ?? 0, identity[index] ?? 0, sentUs[index] ?? 0)) ?? null;
    },
  };
}

function exchangeRow(batch: ResultBatch, index: number, { clocks, late }: ExchangeSources): ExchangeView {
  const { results, agent, epoch, sequence, site, stamped } = batch;
  const [path = 0, identity = 0, sentUs = 0] = [results.path[index], results.identity[index], results.sentUs[index]];
  const ref = batch.paths[path];
  return {
    agent,
    epoch,
    sequence,
    index,
    site,
    group: ref?.group ?? '',
    server: ref?.server ?? '',
    bucket: ref?.bucket ?? null,
    identity,
    sent_at: clocks.correct(batch, sentUs),
    outcome: OUTCOMES[results.outcome[index] ?? 0] ?? 'unmeasured',
    stage: STAGES[results.stage[index] ?? 0] ?? 'offer',
    offer_us: figure(results.offerUs[index]),
    ack_us: figure(results.ackUs[index]),
    total_us: figure(results.totalUs[index]),
    late_us: late.find(batch, index),
    released: results.released[index] === 1,
    stamped,
    clock_offset_us: clocks.offset(batch, sentUs),
    scope: ref?.scope ?? null,
    interface: ref?.interface ?? null,
    exchange_kind: ref?.kind ?? 'dora',
  };
}
