/** A timeline's lanes as rows to be drawn: what each is called, how its spans look, and what is said of one of them. */
import type { LaneView, SpanView, TimelineView } from '../../../shared/core/history-view.ts';
import { rfc3339 } from '../../core/answers/clock-text.ts';
import { clientsText } from '../../core/answers/event-text.ts';
import type { Stretch } from './lane-columns.ts';
import { bracketText, spanText, type Viewer } from './moment-text.ts';
import { isExpectedSilent, isMereSilence, type Look, reasonText, stateLook } from './state-look.ts';

export interface LaneRow {
  readonly key: string;
  readonly name: string;
  readonly note: string;
  readonly lane: LaneView;
  readonly stretches: readonly Stretch[];
  /** The worst that it came to, for the order of sites. */
  readonly rank: number;
}

type GapTimes = readonly { readonly from: number; readonly to: number }[];

/** In a gap one that stands by should have taken over: silence is then a part of the fault. */
function lookOf(span: SpanView, silent: boolean, inGap: (span: SpanView) => boolean): Look {
  return stateLook(span.state, silent && isMereSilence(span.reason) && !inGap(span));
}

export function laneRow(lane: LaneView, timeline: TimelineView): LaneRow {
  const { mode } = timeline;
  const silent = isExpectedSilent({ mode, role: lane.role, bucket: lane.bucket });
  const gaps = openGaps(timeline);
  const inGap = (span: SpanView): boolean => gaps.some(({ from, to }) => span.from >= from && span.to <= to);
  const stretches = lane.spans.map((span) => ({ from: span.from, to: span.to, look: lookOf(span, silent, inGap) }));
  const whose = lane.bucket === null ? '' : clientsText(lane.bucket);
  return {
    key: `${lane.server}/${lane.site ?? ''}/${lane.bucket ?? ''}`,
    name: lane.site ?? lane.server,
    note: whose || (lane.site === null && lane.role !== lane.server ? lane.role : ''),
    lane,
    stretches,
    rank: stretches.reduce((worst, { look }) => Math.max(worst, look.rank), 0),
  };
}

function openGaps({ gaps, until }: TimelineView): GapTimes {
  return gaps.map((gap) => ({ from: gap.at, to: gap.end?.at ?? until }));
}

/** Sites that were worst off first, then by name. */
export const worstSitesFirst = (rows: readonly LaneRow[]): readonly LaneRow[] =>
  [...rows].sort((a, b) => b.rank - a.rank || (a.name < b.name ? -1 : 1));

export interface SpanWords {
  readonly title: string;
  readonly lines: readonly string[];
  /** The beginning in UTC with microseconds, a line for each end of its bracket. */
  readonly utc: readonly string[];
}

/** What is told of one span, by hover and focus alike. */
export function spanWords(row: LaneRow, index: number, viewer: Viewer): SpanWords | null {
  const span = row.lane.spans[index];
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
