/**
 * Counts what batches tell: exchanges by outcome, what never left by cause, answers that belong to nothing, and latencies. The
 * agent counts its own batches as it closes them, the collector those that come in time.
 *
 * Only exchanges with a server as such: a sweep speaks of a subnet, a client's broadcast of a relay. Silence before the first
 * contact is left out, as in `status`. No label says the site: 142 sites would make each of these 142 times as many.
 */
import { isServerPath, type PathCounts, type PathRef, type ResultBatch } from '../batch.ts';
import { OUTCOMES, UNSENT_CAUSES, type UnsentCause } from '../outcome.ts';
import { counter, type Family, type Labels, type Sample } from './family.ts';
import { createHistogram, type Histogram, histogramFamily, histogramSamples, observe } from './latency-histogram.ts';
import { COUNTED_SERVERS_MAX } from './limits.ts';

/** Which of a batch's results are news: those sent at or after a moment, and whether its counts of the rest are. */
export interface Live {
  /** µs since the batch's anchor. */
  readonly sinceUs: number;
  readonly counts: boolean;
}

/** Everything is. */
export const ALL_LIVE: Live = { sinceUs: Number.NEGATIVE_INFINITY, counts: true };

const STRAYS = ['orphans', 'duplicates', 'malformed', 'foreign'] as const;

interface ServerCounts {
  readonly labels: Labels;
  readonly outcomes: number[];
  readonly unsent: Record<UnsentCause, number>;
  readonly strays: Record<(typeof STRAYS)[number], number>;
  readonly offer: Histogram;
  readonly ack: Histogram;
  readonly total: Histogram;
  /** Answers after the drop time. */
  lateAnswers: number;
  /** Results that came too late to be news. */
  lateReceived: number;
}

/** Changed by `countBatch` only. */
export interface ExchangeCounts {
  /** By group and server; bounded by COUNTED_SERVERS_MAX. */
  readonly servers: Map<string, ServerCounts>;
  /** Paths of a batch that found no place. */
  shed: number;
}

export const createExchangeCounts = (): ExchangeCounts => ({ servers: new Map(), shed: 0 });

/** Adds a batch. @param live which of it is news; the rest is only counted as received late */
export function countBatch(counts: ExchangeCounts, batch: ResultBatch, live: Live): void {
  const own = batch.paths.map((path) => (isServerPath(path) && !path.firstContact ? serverOf(counts, path) : null));
  countResults(own, batch, live.sinceUs);
  if (!live.counts) return;
  for (const row of batch.counts) {
    const server = own[row.path];
    if (server) addCounts(server, row);
  }
  for (const { path } of batch.late) {
    const server = own[path];
    if (server) server.lateAnswers += 1;
  }
}

function serverOf(counts: ExchangeCounts, { group, server }: PathRef): ServerCounts | null {
  const key = JSON.stringify([group, server]);
  const known = counts.servers.get(key);
  if (known !== undefined) return known;
  if (counts.servers.size >= COUNTED_SERVERS_MAX) {
    counts.shed += 1;
    return null;
  }
  const made: ServerCounts = {
    labels: { group, server },
    outcomes: OUTCOMES.map(() => 0),
    unsent: { no_identity: 0, stalled: 0, send_error: 0 },
    strays: { orphans: 0, duplicates: 0, malformed: 0, foreign: 0 },
    offer: createHistogram(),
    ack: createHistogram(),
    total: createHistogram(),
    lateAnswers: 0,
    lateReceived: 0,
  };
  counts.servers.set(key, made);
  return made;
}

function countResults(own: readonly (ServerCounts | null)[], { results, paths }: ResultBatch, sinceUs: number): void {
  results.path.forEach((path, row) => {
    const server = own[path];
    if (!server) return;
    if ((results.sentUs[row] as number) < sinceUs) {
      server.lateReceived += 1;
      return;
    }
    const outcome = results.outcome[row] as number;
    server.outcomes[outcome] = (server.outcomes[outcome] ?? 0) + 1;
    observe(server.offer, results.offerUs[row] as number);
    observe(server.ack, results.ackUs[row] as number);
    if (paths[path]?.kind === 'dora') observe(server.total, results.totalUs[row] as number);
  });
}

function addCounts(server: ServerCounts, row: PathCounts): void {
  server.unsent.no_identity += row.unsentNoIdentity;
  server.unsent.stalled += row.unsentStalled;
  server.unsent.send_error += row.unsentSendError;
  for (const stray of STRAYS) server.strays[stray] += row[stray];
}

/** @param prefix what the names begin with: each program's own, or who scrapes both would count everything twice */
export function exchangeFamilies(prefix: string, { servers }: ExchangeCounts): readonly Family[] {
  const all = [...servers.values()];
  const each = (samples: (server: ServerCounts) => readonly Sample[]): readonly Sample[] => all.flatMap(samples);
  return [
    counter(
      `${prefix}_exchanges_total`,
      'Exchanges with a server that ended, by outcome; those before the first contact and sweeps of subnets are left out.',
      each(({ labels, outcomes }) =>
        OUTCOMES.map((outcome, code) => ({ labels: { ...labels, outcome }, value: outcomes[code] ?? 0 })),
      ),
    ),
    counter(
      `${prefix}_exchanges_unsent_total`,
      'Exchanges that were due and never left the agent, by cause.',
      each(({ labels, unsent }) =>
        UNSENT_CAUSES.map((cause) => ({ labels: { ...labels, cause }, value: unsent[cause] })),
      ),
    ),
    counter(
      `${prefix}_answers_late_total`,
      'Answers that came after the drop time of their exchange, which counts as dropped.',
      each(({ labels, lateAnswers }) => [{ labels, value: lateAnswers }]),
    ),
    counter(
      `${prefix}_answers_stray_total`,
      'Answers that belong to no exchange, by kind: orphans, duplicates, malformed, foreign (from an address that was not asked).',
      each(({ labels, strays }) => STRAYS.map((kind) => ({ labels: { ...labels, kind }, value: strays[kind] }))),
    ),
    ...latencyFamilies(prefix, each),
  ];
}

function latencyFamilies(
  prefix: string,
  each: (samples: (server: ServerCounts) => readonly Sample[]) => readonly Sample[],
): readonly Family[] {
  return [
    histogramFamily(
      `${prefix}_exchange_offer_seconds`,
      'From DISCOVER sent to OFFER received.',
      each(({ labels, offer }) => histogramSamples(offer, labels)),
    ),
    histogramFamily(
      `${prefix}_exchange_ack_seconds`,
      'From REQUEST sent to ACK received.',
      each(({ labels, ack }) => histogramSamples(ack, labels)),
    ),
    histogramFamily(
      `${prefix}_exchange_seconds`,
      'From DISCOVER sent to ACK received: a whole exchange that was answered.',
      each(({ labels, total }) => histogramSamples(total, labels)),
    ),
  ];
}

/** Results that came when they were no news any more; the collector's alone. */
export const lateReceivedFamily = ({ servers }: ExchangeCounts): Family =>
  counter(
    'dorawatch_exchanges_late_received_total',
    'Results that came too late to be news (an agent sent what it had kept); they are in no other counter.',
    [...servers.values()].map(({ labels, lateReceived }) => ({ labels, value: lateReceived })),
  );
