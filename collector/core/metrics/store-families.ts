/**
 * What is known of the collector itself, as metrics: its store, the readers of its log, and what was refused, held back, lost or
 * too late since it began.
 */
import { counter, type Family, gauge, seconds, single } from '../../../shared/core/metrics/family.ts';
import type { ConsumerView, StoreView } from '../../../shared/core/ops-view.ts';
import { createGrowth, type Figures } from './since-start.ts';

export interface StoreSources {
  readonly store: StoreView;
  readonly consumers: readonly ConsumerView[];
  readonly version: string;
  /** Pauses in force. */
  readonly pauses: number;
  /** Live streams that are open. */
  readonly streams: number;
}

export const storeFamilies = ({ store, consumers, version, pauses, streams }: StoreSources): readonly Family[] => [
  gauge('dorawatch_build_info', 'The version of the collector; always 1.', [{ labels: { version }, value: 1 }]),
  gauge('dorawatch_store_bytes', 'Octets of the log of raw results.', single(store.raw_bytes)),
  gauge(
    'dorawatch_store_oldest_timestamp_seconds',
    'When the oldest raw results were received.',
    single(store.raw_since === null ? null : seconds(store.raw_since)),
  ),
  gauge(
    'dorawatch_store_writable',
    'Whether what comes in can be stored; `dorawatch status` says what is wrong.',
    single(store.problem === null ? 1 : 0),
  ),
  gauge('dorawatch_live_streams', 'Live streams that are open: pages that somebody has open.', single(streams)),
  gauge('dorawatch_pauses', 'Pauses of probing that are in force.', single(pauses)),
  ...consumerFamilies(consumers),
];

const consumerFamilies = (consumers: readonly ConsumerView[]): readonly Family[] => [
  gauge(
    'dorawatch_consumer_lag_entries',
    'Log entries that a reader of the log has not taken yet.',
    consumers.map((own) => ({ labels: { consumer: own.name }, value: own.lag_entries })),
  ),
  gauge(
    'dorawatch_consumer_lag_seconds',
    'Age of the oldest of them; 0 when there is none.',
    consumers.map((own) => ({ labels: { consumer: own.name }, value: (own.lag_ms ?? 0) / 1000 })),
  ),
  gauge(
    'dorawatch_consumer_failing',
    'Whether a reader of the log cannot go on just now; `dorawatch status` says why.',
    consumers.map((own) => ({ labels: { consumer: own.name }, value: own.problem === null ? 0 : 1 })),
  ),
];

/** What happened to results on their way, each name with its help. */
const TOTALS = {
  dorawatch_batches_stored_total: 'Batches of agents that were stored.',
  dorawatch_batches_duplicate_total: 'Batches that came a second time and were stored already.',
  dorawatch_batches_refused_total: 'Batches refused for ever.',
  dorawatch_streams_held_back_total: 'Times that an agent was not read from because it sent too much.',
  dorawatch_lost_batches_total: 'Batches that agents told to have lost before the collector had them.',
  dorawatch_lost_exchanges_total: 'Exchanges in those batches.',
  dorawatch_results_too_late_total: 'Results from before the retention, which are in no verdict.',
  dorawatch_findings_shed_total:
    'Findings, marks and windows that are over, let go for the bounds of what is kept in memory.',
  dorawatch_http_connections_refused_total: 'Connections to the HTTP port refused because there were too many.',
  dorawatch_http_wrong_tokens_total: 'Tokens and cookies over HTTP that let nobody in.',
  dorawatch_http_guesses_shed_total: 'Requests that were not looked at because their address had guessed too often.',
  dorawatch_live_streams_refused_total: 'Live streams refused because there were too many.',
  dorawatch_live_streams_cut_total: 'Live streams ended because nobody read them.',
  dorawatch_consumer_set_aside_total: 'What readers of the log could never deliver, all of them together.',
} as const;

export type StoreTotals = Readonly<Record<keyof typeof TOTALS, Figures>>;

/** @param before what stood there at the start @returns families of what came since */
export function createStoreCounters(before: StoreTotals): (now: StoreTotals) => readonly Family[] {
  const names = Object.keys(TOTALS) as (keyof StoreTotals)[];
  const growth = names.map((name) => [name, createGrowth(before[name])] as const);
  return (now) =>
    growth.map(([name, grown]) =>
      counter(name, `${TOTALS[name]} Since the collector began.`, single(grown(now[name]))),
    );
}
