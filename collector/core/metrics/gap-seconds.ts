/**
 * How long a group's clients had nobody, since this run began: a counter. A closed gap counts with its length, an open one as far
 * as results have been judged and nobody was found serving, so it grows while a gap lasts and does not overshoot its end.
 *
 * It never goes down: should a gap turn out shorter than was counted, the next one makes up for it. What late results tell of the past
 * counts nothing: neither a gap that was over when they came, nor what they say of one that was being counted. In load balancing each
 * half's gaps count for themselves, as in a report.
 * Rejected: adding up at every scrape how long the state was "gap"; a gap of 9 s would be what lies between two scrapes.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { Finding, Interval } from '../finding.ts';
import type { VerdictsView } from '../verdicts/views.ts';
import { GAPS_OPEN_MAX } from './limits.ts';

interface Gap {
  readonly group: string;
  /** µs, collector's clock; null while it lasts. */
  readonly from: number;
  readonly to: number | null;
  /** The longest that was counted of it, µs. */
  counted: number;
}

/** Changed by the functions of this file only. */
export interface GapSeconds {
  /** Gaps before it are another run's. */
  readonly startedAt: UnixMicros;
  /** The newest gaps, by id; of older ones only the length is kept. Bounded by GAPS_OPEN_MAX. */
  readonly gaps: Map<string, Gap>;
  /** µs of gaps no longer in `gaps`, by group. */
  readonly settled: Map<string, number>;
  /** The highest that was ever shown, µs, by group. */
  readonly shown: Map<string, number>;
}

/** @param findings what is known at the start: of these, gaps that are still open go on */
export function createGapSeconds(findings: Iterable<Finding>, startedAt: UnixMicros): GapSeconds {
  const made: GapSeconds = { startedAt, gaps: new Map(), settled: new Map(), shown: new Map() };
  for (const finding of findings) if (finding.kind === 'gap' && finding.end === null) noteGap(made, finding, true);
  return made;
}

/** Takes a gap that is told: begun, ended, or made better. @param isNow whether what tells it is of now; see `isTellingNow` */
export function noteGap(gaps: GapSeconds, finding: Interval, isNow: boolean): void {
  const known = gaps.gaps.get(finding.id);
  const isOver = finding.end !== null && finding.end.at <= gaps.startedAt;
  if (known === undefined && (isOver || !isNow)) return;
  const from = Math.max(gaps.startedAt, finding.start.at);
  const counted = known?.counted ?? 0;
  const told = { group: finding.group, from, to: finding.end?.at ?? null, counted };
  gaps.gaps.set(finding.id, isNow || known === undefined ? told : { ...known, to: known.from + counted });
  for (const [id, gap] of gaps.gaps) {
    if (gaps.gaps.size <= GAPS_OPEN_MAX) break;
    gaps.gaps.delete(id);
    gaps.settled.set(gap.group, (gaps.settled.get(gap.group) ?? 0) + lengthOf(gap, gap.from));
  }
}

/** @returns how long, µs, by group; for each group of the view */
export function gapTotals(gaps: GapSeconds, view: VerdictsView): ReadonlyMap<string, number> {
  for (const { group } of view.groups) {
    const judged = judgedThrough(view, group);
    const own = [...gaps.gaps.values()].filter((gap) => gap.group === group);
    for (const gap of own) gap.counted = Math.max(gap.counted, lengthOf(gap, judged));
    const total = own.reduce((sum, gap) => sum + lengthOf(gap, judged), gaps.settled.get(group) ?? 0);
    gaps.shown.set(group, Math.max(total, gaps.shown.get(group) ?? 0));
  }
  return gaps.shown;
}

const lengthOf = ({ from, to }: Gap, judged: number): number => Math.max(0, (to ?? judged) - from);

/** The moment up to which every server of a group that is known of has been judged. */
function judgedThrough({ servers }: VerdictsView, group: string): number {
  const known = servers.flatMap(({ group: own, state, lastEvidenceAt }) =>
    own === group && state !== 'unknown' && lastEvidenceAt !== null ? [lastEvidenceAt] : [],
  );
  return known.length === 0 ? 0 : Math.min(...known);
}
