/**
 * What a second fold of the log concludes otherwise than the record: findings that are new, gone, or moved. The same evidence has the same
 * identifier, so most pairs are found by it; what other settings decide from other evidence is paired by what it says and when.
 */
import type { Finding, Transition } from '../finding.ts';

/** A finding that both have, at another moment or told at another. */
export interface MovedFinding {
  readonly before: Finding;
  readonly after: Finding;
  /** How much later it stands now, ms; negative: earlier. */
  readonly byMs: number;
  /** How much later it was told; of the live fold's own time. */
  readonly detectedByMs: number;
}

export interface ReplayDifference {
  readonly added: readonly Finding[];
  readonly gone: readonly Finding[];
  readonly moved: readonly MovedFinding[];
  /** On record, and neither moved nor gone. */
  readonly same: number;
  /** On record from before the log begins: there is nothing to compare them with. */
  readonly beyond: number;
}

export interface ReplayedLog {
  readonly record: readonly Finding[];
  readonly replayed: readonly Finding[];
  /** Event time from which the log can show something, µs; −Infinity: all that ever was. */
  readonly reachesUs: number;
}

/** Two findings that say the same within this are one that moved, µs. */
const PAIR_WITHIN_US = 600e6;
/** Detection goes by batches: less is no difference. */
const DETECTED_MIN_MS = 100;

const momentOf = (finding: Finding): number => ('start' in finding ? finding.start.at : finding.at);

/** What a finding says, apart from when. */
function sayingOf(finding: Finding): string {
  if ('durationMs' in finding) return JSON.stringify([finding.kind, finding.group, finding.bucket]);
  if ('gapMs' in finding)
    return JSON.stringify([finding.kind, finding.group, finding.bucket, finding.from, finding.to]);
  const { kind, group, server, site, to } = finding;
  const bucket = 'bucket' in finding ? finding.bucket : finding.scope;
  return JSON.stringify([kind, group, server, site, bucket, to]);
}

/** Everything that places a finding, without when it was told. */
const placeOf = (finding: Finding): string => JSON.stringify({ ...finding, id: '', detectedAt: 0, late: false });

/** @returns differences in order of their moments */
export function replayDifference({ record, replayed, reachesUs }: ReplayedLog): ReplayDifference {
  const known = record.filter((finding) => momentOf(finding) >= reachesUs);
  const left = new Map(known.map((finding) => [finding.id, finding]));
  const pairs: [Finding, Finding][] = [];
  const unpaired: Finding[] = [];
  for (const after of inOrder(replayed)) {
    const before = left.get(after.id);
    if (before === undefined) unpaired.push(after);
    else pairs.push([before, after]);
    left.delete(after.id);
  }
  const bySaying = new Map<string, Finding[]>();
  for (const one of left.values()) bySaying.set(sayingOf(one), [...(bySaying.get(sayingOf(one)) ?? []), one]);
  const added: Finding[] = [];
  for (const after of unpaired) {
    const near = nearest(bySaying.get(sayingOf(after)) ?? [], after, left);
    if (near !== null) {
      left.delete(near.id);
      pairs.push([near, after]);
    } else if (momentOf(after) >= reachesUs && !isKnownAlready(after, record, reachesUs)) added.push(after);
  }
  const moved = pairs
    .filter(([before, after]) => isOther(before, after))
    .map(([before, after]) => movedBy(before, after));
  return {
    added,
    gone: inOrder([...left.values()]),
    moved: moved.sort((a, b) => momentOf(a.after) - momentOf(b.after)),
    same: pairs.length - moved.length,
    beyond: record.length - known.length,
  };
}

const inOrder = (findings: readonly Finding[]): readonly Finding[] =>
  [...findings].sort((a, b) => momentOf(a) - momentOf(b));

function nearest(candidates: readonly Finding[], after: Finding, left: ReadonlyMap<string, Finding>): Finding | null {
  let [best, distance] = [null as Finding | null, PAIR_WITHIN_US];
  for (const one of candidates) {
    const away = Math.abs(momentOf(one) - momentOf(after));
    if (left.has(one.id) && away <= distance) [best, distance] = [one, away];
  }
  return best;
}

/** Where older batches are gone, a fold has to learn anew what the record knew all along. */
function isKnownAlready(after: Finding, record: readonly Finding[], reachesUs: number): boolean {
  if (reachesUs < 0 || after.kind !== 'transition' || after.from !== 'unknown') return false;
  const last = record
    .filter((one): one is Transition => one.kind === 'transition' && samePlace(one, after) && one.at <= after.at)
    .reduce<Transition | null>((newest, one) => (newest === null || one.at >= newest.at ? one : newest), null);
  return last?.to === after.to;
}

const samePlace = (a: Transition, b: Transition): boolean =>
  a.group === b.group && a.server === b.server && a.site === b.site && a.bucket === b.bucket;

const isOther = (before: Finding, after: Finding): boolean =>
  placeOf(before) !== placeOf(after) || Math.abs(detectedLater(before, after)) >= DETECTED_MIN_MS;

const detectedLater = (before: Finding, after: Finding): number =>
  before.late || after.late ? 0 : (after.detectedAt - before.detectedAt) / 1000;

const movedBy = (before: Finding, after: Finding): MovedFinding => ({
  before,
  after,
  byMs: (momentOf(after) - momentOf(before)) / 1000,
  detectedByMs: detectedLater(before, after),
});
