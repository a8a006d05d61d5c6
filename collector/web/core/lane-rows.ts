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
import { isExpectedSilent, isMereSilence, reasonText, stateLook } from './state-look.ts';

/** What is told of a span beside its look. */
type SpanTold = Omit<SpanView, 'state' | 'text'>;

export interface LaneRow {
  readonly key: string;
  readonly name: string;
  readonly note: string;
  readonly lane: Omit<LaneView, 'spans'>;
  readonly stretches: readonly LaneStretch[];
  /** The worst that it came to, for the order of sites. */
  readonly rank: number;
  /** A span of the lane, made when asked for: of thousands one is looked at. */
  spanAt(span: number): SpanTold | undefined;
}

/** A span, or the part of one that looks otherwise. */
export interface LaneStretch extends Stretch {
  readonly span: number;
}

/** A server's lane of a timeline. */
export function laneRow({ spans, ...lane }: LaneView, { mode }: Pick<TimelineView, 'mode'>, gaps: GapTimes): LaneRow {
  const stretchesOf = looksIn(lane, mode, gaps);
  const stretches = spans.flatMap((span, index) => stretchesOf(span, { from: span.from, to: span.to, span: index }));
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
  const stretchesOf = looksIn(lane, mode, gaps);
  const end = Math.min(until, now);
  const fromOf = (index: number): number => {
    const from = from_us[index];
    return from === undefined ? end : since + from;
  };
  const stretches = kind.flatMap((which, index) =>
    stretchesOf(kinds[which] ?? NO_KIND, { from: fromOf(index), to: fromOf(index + 1), span: index }),
  );
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

function rowOf(lane: LaneRow['lane'], stretches: readonly LaneStretch[], spanAt: LaneRow['spanAt']): LaneRow {
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

type StretchesOf = (
  what: { readonly state: string; readonly reason: string | null },
  place: Omit<LaneStretch, 'look'>,
) => readonly LaneStretch[];

/** In a gap one that stands by should have taken over: silence is then a part of the fault, from the gap's beginning on. */
function looksIn({ role, bucket }: LaneRow['lane'], mode: string, gaps: GapTimes): StretchesOf {
  const silent = isExpectedSilent({ mode, role, bucket });
  return ({ state, reason }, place) => {
    if (!silent || state !== 'non-serving' || !isMereSilence(reason))
      return [{ ...place, look: stateLook(state, false) }];
    return gaps
      .partsOf(place.from, place.to)
      .map(({ inGap, ...time }) => ({ ...place, ...time, look: stateLook(state, !inGap) }));
  };
}

export interface SpanWords {
  readonly title: string;
  readonly lines: readonly string[];
  /** The beginning in UTC with microseconds, a line for each end of its bracket. */
  readonly utc: readonly string[];
}

/** What is told of one stretch, by hover and focus alike. */
export function spanWords(row: LaneRow, index: number, viewer: Viewer): SpanWords | null {
  const stretch = row.stretches[index];
  const span = row.spanAt(stretch?.span ?? -1);
  if (stretch === undefined || span === undefined) return null;
  const who = row.lane.site === null ? row.name : `${row.lane.server} at ${row.name}`;
  const { earliest, latest } = stretch.from === span.from ? span : UNKNOWN_BRACKET;
  const known = earliest !== null && latest !== null;
  const at = unixMicros(stretch.from);
  const began = bracketText({ at, ...(known ? { earliest, latest } : UNKNOWN_BRACKET) }, viewer);
  const why = [reasonText(span.reason), span.evidence ?? ''].filter((part) => part !== '').join('; ');
  return {
    title: `${who}: ${stretch.look.word}`,
    lines: [
      `from ${began}, for ${spanText(at, unixMicros(stretch.to))}`,
      ...(why === '' ? [] : [why]),
      ...(span.late ? ['learned late'] : []),
    ],
    utc: known ? [`between ${rfc3339(earliest)}`, `and ${rfc3339(latest)}`] : [rfc3339(at)],
  };
}

/** Where a gap cuts a span there is a beginning of the gap's, told beside it, and none of the span's own. */
const UNKNOWN_BRACKET = { earliest: null, latest: null };
