/**
 * A group's past as lanes of spans, from the rows that the timeline tells: a state lasts from the transition that began it to the next
 * one. What was true when the period began is what the last transition before it says. Rejected: spans kept beside the findings; a late
 * result that rewrites the past would have to rewrite them too.
 */
import type { LaneView, SpanView, TimelineView } from '../../../shared/core/history-view.ts';
import type { EventRow } from '../../../shared/core/ops-view.ts';
import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import { isSaid } from './event-rows.ts';

/** What a lane is about. */
export type LanePlace = Omit<LaneView, 'spans'>;

/** A state as it is shown now: what falls silent has no finding at once. */
export interface LanePresent {
  readonly server: string;
  readonly site: string | null;
  readonly bucket: number | null;
  readonly state: string;
  readonly since: UnixMicros | null;
  readonly reason: string | null;
  readonly evidence: string | null;
}

export interface TimelinePeriod {
  readonly group: string;
  readonly mode: string;
  readonly since: UnixMicros;
  readonly until: UnixMicros;
  readonly now: UnixMicros;
}

/**
 * @param events every row of the group and of no group, by `at`, single paths' among them
 * @param places the lanes, in order; `present` what is shown of them now
 */
export function timelineOf(
  period: TimelinePeriod,
  events: readonly EventRow[],
  { places, present }: { readonly places: readonly LanePlace[]; readonly present: readonly LanePresent[] },
): TimelineView {
  const { since, until } = period;
  const within = events.filter((row) => row.at >= since && row.at < until);
  const reaching = events.filter((row) => row.at < until && isOpenAt(row, since));
  return {
    ...period,
    lanes: lanesOf(period, events, { places, present }),
    gaps: reaching.filter(({ kind }) => kind === 'gap'),
    overlaps: reaching.filter(({ kind }) => kind === 'overlap'),
    failovers: within.filter(({ kind }) => kind === 'failover' || kind === 'fail-back'),
    marks: within.filter(isSaid),
    silences: [...silentAt(events, since), ...within.filter(({ kind }) => kind === 'silent')],
    planned: [],
  };
}

const isOpenAt = ({ at, end }: EventRow, since: UnixMicros): boolean =>
  at >= since || end === null || (end?.at ?? 0) > since;

/** For each site that was silent at a moment, the row that says since when. */
function silentAt(events: readonly EventRow[], moment: UnixMicros): readonly EventRow[] {
  const silent = new Map<string | null, EventRow>();
  for (const row of events) {
    if (row.at >= moment) break;
    if (row.kind !== 'silent') continue;
    if (row.to === 'unknown') silent.set(row.site, row);
    else silent.delete(row.site);
  }
  return [...silent.values()];
}

/** No name has a line feed; made for each of a month's findings, so that JSON would be half of the answer's time. */
const keyOf = ({
  server,
  site,
  bucket,
}: Pick<LanePresent, 'site' | 'bucket'> & { readonly server: string | null }): string =>
  `${server}\n${site}\n${bucket}`;

/** @param events as timelineOf takes them */
export function lanesOf(
  { since, until, now }: TimelinePeriod,
  events: readonly EventRow[],
  { places, present }: { readonly places: readonly LanePlace[]; readonly present: readonly LanePresent[] },
): readonly LaneView[] {
  const turns = new Map<string, EventRow[]>(places.map((place) => [keyOf(place), []]));
  for (const row of events) {
    if (row.at >= until) break;
    if (row.kind === 'transition') turns.get(keyOf(row))?.push(row);
  }
  const shown = new Map(present.map((one) => [keyOf(one), one]));
  const end = unixMicros(Math.min(until, now));
  return places.map((place) => {
    const beginnings = (turns.get(keyOf(place)) ?? []).map(beginningOf);
    const last = shown.get(keyOf(place));
    return { ...place, spans: spansOf([NOTHING_KNOWN, ...beginnings, ...aged(beginnings.at(-1), last)], since, end) };
  });
}

/** What began a span, and when. */
interface Beginning extends Omit<SpanView, 'from' | 'to'> {
  readonly at: number;
}

const NOTHING_KNOWN: Beginning = {
  at: Number.NEGATIVE_INFINITY,
  state: 'unknown',
  reason: null,
  evidence: null,
  text: 'Nothing is known yet',
  earliest: null,
  latest: null,
  late: false,
};

function beginningOf({ at, to, reason, evidence, text, earliest, latest, late }: EventRow): Beginning {
  return { at, state: to ?? 'unknown', reason, evidence, text, earliest, latest, late };
}

/** The end of the lane where the news has run out: unknown from the last that was heard. */
function aged(last: Beginning | undefined, present: LanePresent | undefined): readonly Beginning[] {
  if (present === undefined || present.since === null || present.state !== 'unknown') return [];
  if (last === undefined || last.state === 'unknown' || present.since < last.at) return [];
  const { since: at, reason, evidence } = present;
  const text = 'Unknown: nothing has been heard since';
  return [{ at, state: 'unknown', reason, evidence, text, earliest: at, latest: at, late: false }];
}

/** @param beginnings by `at`, the first from before everything @returns spans that fill [since, end) */
function spansOf(beginnings: readonly Beginning[], since: UnixMicros, end: UnixMicros): readonly SpanView[] {
  const spans: SpanView[] = [];
  for (const [index, { at, ...rest }] of beginnings.entries()) {
    const from = unixMicros(Math.max(at, since));
    const to = unixMicros(Math.min(beginnings[index + 1]?.at ?? end, end));
    if (from < to) spans.push({ from, to, ...rest });
  }
  return spans;
}
