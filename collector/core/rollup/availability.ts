/**
 * What a report says of a period's figures: counts over all servers, and per server how available it was to the sites that
 * could see. Made from rollups per server, whether these were counted from raw results or read from disk.
 */
import type { AvailabilityView, LatencyView, MeasuredView } from '../../../shared/core/ops-view.ts';
import { emptyRollup, exchangesOf, judgedOf, mergeRollup, type Rollup } from './rollup.ts';
import { RESOLUTION_US, type Resolution, type RollupName } from './rollup-fold.ts';
import { sketchQuantile } from './sketch.ts';

/** A period's figures as they are gathered. */
export interface PeriodFigures {
  /** By server and bucket. */
  readonly servers: Map<string, Rollup>;
  /** Sites with an exchange. */
  readonly sites: Set<string>;
  /** Worst error of an agent's clock, µs; null: none was measured. */
  clockErrorUs: number | null;
}

export const noFigures = (): PeriodFigures => ({ servers: new Map(), sites: new Set(), clockErrorUs: null });

type Place = Pick<RollupName, 'server' | 'bucket'>;

const keyOf = ({ server, bucket }: Place): string => JSON.stringify([server, bucket]);

/** The rollup of a server in a bucket, to be added to. */
export function figuresOf({ servers }: PeriodFigures, place: Place): Rollup {
  const known = servers.get(keyOf(place)) ?? emptyRollup();
  servers.set(keyOf(place), known);
  return known;
}

export type MeasuredFigures = Pick<
  MeasuredView,
  'sites' | 'exchanges' | 'unmeasured' | 'unsent' | 'late' | 'clock_error_max_us'
>;

export function measuredFigures({ servers, sites, clockErrorUs }: PeriodFigures): MeasuredFigures {
  const all = emptyRollup();
  for (const rollup of servers.values()) mergeRollup(all, rollup);
  const { unmeasured, unsent, late } = all.counts;
  const error = clockErrorUs === null ? null : Math.round(clockErrorUs);
  return { sites: sites.size, exchanges: exchangesOf(all), unmeasured, unsent, late, clock_error_max_us: error };
}

/**
 * @param places the servers in the order of the configuration, each with the bucket of its own clients: what it leaves unanswered
 *   of its partner's is no loss @returns a line each
 */
export function availabilityOf({ servers }: PeriodFigures, places: readonly Place[]): readonly AvailabilityView[] {
  return places.map((place) => {
    const { server } = place;
    const rollup = servers.get(keyOf(place)) ?? emptyRollup();
    const [exchanges, answered] = [judgedOf(rollup), rollup.counts.acked];
    const ratio = exchanges === 0 ? null : answered / exchanges;
    return { server, exchanges, answered, ratio, latency_us: latencyOf(rollup) };
  });
}

const latencyOf = ({ latency: { offer, ack } }: Rollup): LatencyView => ({
  offer_p50: sketchQuantile(offer, 0.5),
  offer_p99: sketchQuantile(offer, 0.99),
  ack_p50: sketchQuantile(ack, 0.5),
  ack_p99: sketchQuantile(ack, 0.99),
});

/** Slots of one resolution: from ≤ slot < to. */
export interface SlotSpan {
  readonly resolution: Resolution;
  readonly from: number;
  readonly to: number;
}

/**
 * Which rollups tell of a period [from, to), µs: whole hours by the hour, the ends by the minute as far back as there are
 * minutes; before that the ends are whole hours too.
 */
export function rollupSpans(
  { from, to }: { readonly from: number; readonly to: number },
  minutesFrom: number,
): readonly SlotSpan[] {
  const { minute, hour } = RESOLUTION_US;
  const hours = (us: number, round: (slot: number) => number): number => round(us / hour);
  const minutes = (us: number): number => Math.floor(us / minute);
  const first = from >= minutesFrom ? hours(from, Math.ceil) : hours(from, Math.floor);
  const last = to - hour >= minutesFrom ? hours(to, Math.floor) : hours(to, Math.ceil);
  // Within one hour.
  if (first >= last && from >= minutesFrom) {
    return [{ resolution: 'minute', from: minutes(from), to: Math.ceil(to / minute) }];
  }
  const spans: SlotSpan[] = [
    { resolution: 'minute', from: minutes(from), to: first * 60 },
    { resolution: 'hour', from: first, to: last },
    { resolution: 'minute', from: last * 60, to: Math.ceil(to / minute) },
  ];
  return spans.filter((span) => span.from < span.to);
}
