/** A series of quantiles as lines to be drawn: where nothing was measured the line ends, and begins anew. */
import type { LatencyPointView, LatencySeriesView } from '../../../shared/core/history-view.ts';

/** Seconds, and four lines in ms, in the order of LINES; null: no such figure there. */
export type LatencyLines = readonly [number[], ...(number | null)[][]];

export const LINES = [
  { key: 'offer_p50_us', name: 'OFFER p50' },
  { key: 'offer_p99_us', name: 'OFFER p99' },
  { key: 'ack_p50_us', name: 'ACK p50' },
  { key: 'ack_p99_us', name: 'ACK p99' },
] as const;

type Key = (typeof LINES)[number]['key'];

/** A point that comes later than this many slots after the one before it has a hole in between. */
const HOLE_SLOTS = 1.5;

/** @returns points with an empty one in each hole, so that no line crosses it */
function withHoles({
  points,
  resolution_s,
}: LatencySeriesView): readonly { at: number; point: LatencyPointView | null }[] {
  return points.flatMap((point, index) => {
    const before = points[index - 1];
    const here = { at: point.at / 1e6, point };
    const isHole = before !== undefined && point.at - before.at > HOLE_SLOTS * resolution_s * 1e6;
    return isHole ? [{ at: before.at / 1e6 + resolution_s, point: null }, here] : [here];
  });
}

const milli = (us: number | null | undefined): number | null => (us === null || us === undefined ? null : us / 1000);

export function linesOf(series: LatencySeriesView): LatencyLines {
  const slots = withHoles(series);
  return [slots.map(({ at }) => at), ...LINES.map(({ key }) => slots.map(({ point }) => milli(point?.[key])))];
}

export interface LineSummary {
  readonly name: string;
  /** µs; null: nothing was answered. */
  readonly lowest: number | null;
  readonly middle: number | null;
  readonly highest: number | null;
}

/** The lines in figures, for whoever cannot see them. */
export const summaryOf = (points: readonly LatencyPointView[]): readonly LineSummary[] =>
  LINES.map(({ key, name }) => ({ name, ...spread(points, key) }));

function spread(points: readonly LatencyPointView[], key: Key): Omit<LineSummary, 'name'> {
  const values = points.flatMap((point) => point[key] ?? []).sort((a, b) => a - b);
  const [lowest = null] = values;
  return { lowest, middle: values[Math.floor(values.length / 2)] ?? null, highest: values.at(-1) ?? null };
}
