/** A timeline's lanes as rows to be drawn: what each is called, how its spans look, and what is said of one of them. */
import type {
  LaneColumnsView,
  LaneSetView,
  LaneView,
  SpanView,
  TimelineView,
} from '../../../shared/core/history-view.ts';
import { unixMicros } from '../../../shared/core/units.ts';
import { rfc3339 } from '../../core/answers/clock-text.ts';
import { clientsText } from '../../core/answers/event-text.ts';
import type { GapTimes } from './gap-times.ts';
import type { Stretch } from './lane-columns.ts';
import { bracketText, spanText, type Viewer } from './moment-text.ts';
import { isExpectedSilent, isMereSilence, type Look, reasonText, stateLook } from './state-look.ts';

/** What is told of a span beside its look. */
type SpanTold = Omit<SpanView, 'state' | 'text'>;

export interface LaneRow {
  readonly key: string;
  readonly name: string;
  readonly note: string;
  readonly lane: Omit<LaneView, 'spans'>;
  readonly stretches: readonly Stretch[];
  /** The worst that it came to, for the order of sites. */
  readonly rank: number;
  /** Made when asked for: of thousands one is looked at. */
  spanAt(index: number): SpanTold | undefined;
}

/** A server's lane of a timeline. */
export function laneRow({ spans, ...lane }: LaneView, { mode }: Pick<TimelineView, 'mode'>, gaps: GapTimes): LaneRow {
  const lookOf = looksIn(lane, mode, gaps);
  const stretches = spans.map((span) => ({ from: span.from, to: span.to, look: lookOf(span, span) }));
  return rowOf(lane, stretches, (index) => spans[index]);
}

/** Sites' lanes, those that were worst off first, then by name. */
export function laneSetRows(set: LaneSetView, gaps: GapTimes): readonly LaneRow[] {
  const rows = set.lanes.map((lane) => columnsRow(lane, set, gaps));
  return rows.sort((a, b) => b.rank - a.rank || (a.name < b.name ? -1 : 1));
}

function columnsRow(
  columns: LaneColumnsView,
  { since, until, now, mode, kinds }: LaneSetView,
  gaps: GapTimes,
): LaneRow {
  const { kind, from_us, before_us, after_us, ...lane } = columns;
  const lookOf = looksIn(lane, mode, gaps);
  const end = Math.min(until, now);
  const fromOf = (index: number): number => {
    const from = from_us[index];
    return from === undefined ? end : since + from;
  };
  const stretches = kind.map((which, index) => {
    const time = { from: fromOf(index), to: fromOf(index + 1) };
    return { ...time, look: lookOf(kinds[which] ?? NO_KIND, time) };
  });
  return rowOf(lane, stretches, (index) => {
    const what = kinds[kind[index] ?? -1];
    if (what === undefined) return undefined;
    const { reason, evidence, late } = what;
    const [from, before, after] = [fromOf(index), before_us[index] ?? null, after_us[index] ?? null];
    return {
      ...{ reason, evidence, late },
      from: unixMicros(from),
      to: unixMicros(fromOf(index + 1)),
      earliest: before === null ? null : unixMicros(from - before),
      latest: after === null ? null : unixMicros(from + after),
    };
  });
}

const NO_KIND = { state: 'unknown', reason: null };

function rowOf(lane: LaneRow['lane'], stretches: readonly Stretch[], spanAt: LaneRow['spanAt']): LaneRow {
  const { server, site, bucket, role } = lane;
  const whose = bucket === null ? '' : clientsText(bucket);
  return {
    key: `${server}/${site ?? ''}/${bucket ?? ''}`,
    name: site ?? server,
    note: whose || (site === null && role !== server ? role : ''),
    lane,
    stretches,
    rank: stretches.reduce((worst, { look }) => Math.max(worst, look.rank), 0),
    spanAt,
  };
}

type LookOf = (
  what: { readonly state: string; readonly reason: string | null },
  time: { readonly from: number; readonly to: number },
) => Look;

/** In a gap one that stands by should have taken over: silence is then a part of the fault. */
function looksIn({ role, bucket }: LaneRow['lane'], mode: string, gaps: GapTimes): LookOf {
  const silent = isExpectedSilent({ mode, role, bucket });
  return ({ state, reason }, { from, to }) =>
    stateLook(state, silent && isMereSilence(reason) && !gaps.isWithin(from, to));
}

export interface SpanWords {
  readonly title: string;
  readonly lines: readonly string[];
  /** The beginning in UTC with microseconds, a line for each end of its bracket. */
  readonly utc: readonly string[];
}

/** What is told of one span, by hover and focus alike. */
export function spanWords(row: LaneRow, index: number, viewer: Viewer): SpanWords | null {
  const span = row.spanAt(index);
  const look = row.stretches[index]?.look;
  if (span === undefined || look === undefined) return null;
  const who = row.lane.site === null ? row.name : `${row.lane.server} at ${row.name}`;
  const known = span.earliest !== null && span.latest !== null;
  const began = known
    ? bracketText({ at: span.from, earliest: span.earliest, latest: span.latest }, viewer)
    : bracketText({ at: span.from, earliest: null, latest: null }, viewer);
  const why = [reasonText(span.reason), span.evidence ?? ''].filter((part) => part !== '').join('; ');
  return {
    title: `${who}: ${look.word}`,
    lines: [
      `from ${began}, for ${spanText(span.from, span.to)}`,
      ...(why === '' ? [] : [why]),
      ...(span.late ? ['learned late'] : []),
    ],
    utc: known ? [`between ${rfc3339(span.earliest)}`, `and ${rfc3339(span.latest)}`] : [rfc3339(span.from)],
  };
}
