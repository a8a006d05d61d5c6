/**
 * Lanes as columns of numbers: of each span when it began, its bracket, and which kind of span it is. A month of 142 sites is
 * tens of thousands of spans of some hundred kinds; as objects with texts of moments it takes ten times the octets, and the time
 * to write and read them is what a page waits for.
 *
 * Rejected: lanes thinned to pixels. The collector would have to know the screen, and each zoom would be another question.
 */
import type {
  LaneColumnsView,
  LaneSetView,
  LaneView,
  SpanKindView,
  SpanView,
} from '../../../shared/core/history-view.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { TimelinePeriod } from './lanes.ts';

/** @param lanes of that period, as timelineOf has them */
export function laneSetOf(period: TimelinePeriod, lanes: readonly LaneView[]): LaneSetView {
  const kinds = new Map<string, { readonly index: number; readonly kind: SpanKindView }>();
  const kindOf = ({ state, reason, evidence, late }: SpanView): number => {
    const key = `${state}\n${reason}\n${late}\n${evidence}`;
    const known = kinds.get(key);
    if (known !== undefined) return known.index;
    kinds.set(key, { index: kinds.size, kind: { state, reason, evidence, late } });
    return kinds.size - 1;
  };
  const columns = lanes.map((lane) => columnsOf(lane, period.since, kindOf));
  return { ...period, kinds: [...kinds.values()].map(({ kind }) => kind), lanes: columns };
}

function columnsOf(
  { spans, ...place }: LaneView,
  since: UnixMicros,
  kindOf: (span: SpanView) => number,
): LaneColumnsView {
  return {
    ...place,
    kind: spans.map(kindOf),
    from_us: spans.map(({ from }) => from - since),
    before_us: spans.map(({ from, earliest }) => (earliest === null ? null : from - earliest)),
    after_us: spans.map(({ from, latest }) => (latest === null ? null : latest - from)),
  };
}
