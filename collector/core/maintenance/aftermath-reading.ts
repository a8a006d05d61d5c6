/**
 * What a window of maintenance left behind: who served before it, held against who serves when it is over. A pure function of a
 * window that is over and of its group's transitions as they stand, so that late results end in the same sentences.
 *
 * A server that nobody knows of when the window is over is compared when it is known again. A group in which all is well is never
 * amiss, though it be another than before: who took over during a failover has given back.
 *
 * Rejected: comparing groups' states. A failover that was before the window and one that it left are the same word.
 */
import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import { clientsText } from '../answers/event-text.ts';
import type { Mode } from '../config/config.ts';
import type { Bracket, Notice, State, Transition } from '../finding.ts';
import { scopeText } from '../pauses.ts';
import type { PauseScope } from '../steering.ts';
import { findingId } from '../verdicts/finding-id.ts';
import { groupState, type Post } from '../verdicts/group-state.ts';
import { listText } from '../words.ts';
import { AFTER_LATE_US, CASE_OPEN_US, SETTLE_US } from './limits.ts';
import type { Span } from './planned.ts';

/** A server as one half's clients have it. */
export interface AftermathPost extends Post {
  readonly server: string;
}

/** A window that is over, for one group. Plain JSON. */
export interface AftermathCase extends PauseScope {
  readonly group: string;
  readonly mode: Mode;
  /** Every post of the group. */
  readonly posts: readonly AftermathPost[];
  /** When work began, that of windows that it followed upon included, and when it was over, µs. */
  readonly since: number;
  readonly until: number;
  /** Why, in words for people. */
  readonly text: string;
  /** When what showed that it can be compared was received. */
  readonly settledAt: UnixMicros;
}

export interface Aftermath {
  /** What is told, oldest first; empty: all is as it was, or nobody knows. */
  readonly notices: readonly Notice[];
  /** Whether it goes on to be otherwise, and not all is well. */
  readonly isAmiss: boolean;
}

/** A post before and after, where both are known and differ. */
interface Difference {
  readonly post: AftermathPost;
  readonly before: State;
  readonly after: State;
  /** When it is compared. */
  readonly moment: Bracket;
  readonly detectedAt: number;
}

interface Reading {
  readonly one: AftermathCase;
  /** The posts' own transitions, by `at`. */
  readonly changes: readonly Transition[];
  /** Whether anything is planned of a place in a span. */
  readonly isPlanned: (place: PauseScope, span: Span) => boolean;
}

const NOTHING: Aftermath = { notices: [], isAmiss: false };

/** @param transitions those of the group, by `at` @param isPlanned whether anything is planned of a place in a span */
export function readAftermath(
  one: AftermathCase,
  transitions: readonly Transition[],
  isPlanned: Reading['isPlanned'],
): Aftermath {
  const changes = transitions.filter(({ site, server }) => server !== null && site === one.site);
  const reading: Reading = { one, changes, isPlanned };
  const found = one.posts.flatMap((post) => differenceOf(reading, post));
  const first = found.toSorted((a, b) => a.moment.at - b.moment.at)[0];
  if (first === undefined) return NOTHING;
  const detectedAt = unixMicros(Math.max(one.settledAt, ...found.map((each) => each.detectedAt)));
  const told = notice(one, { to: 'not-as-before', bracket: first.moment, detectedAt, what: differenceText(found) });
  const over = ending(reading, found, first.moment.at);
  if (over === null) return { notices: [told], isAmiss: true };
  return { notices: over.at === null ? [told] : [told, endNotice(one, over, over.at, detectedAt)], isAmiss: false };
}

const isOf = ({ server, bucket }: AftermathPost, change: Transition): boolean =>
  change.server === server && change.bucket === bucket;

/** What a post was at a moment, and the transition that made it so. */
function lastAt({ changes }: Reading, post: AftermathPost, at: number): Transition | null {
  return changes.findLast((change) => isOf(post, change) && change.at <= at) ?? null;
}

function differenceOf(reading: Reading, post: AftermathPost): readonly Difference[] {
  const { one, changes, isPlanned } = reading;
  const { group, site, since, until } = one;
  if (one.server !== null && one.server !== post.server) return [];
  // What may have changed in the window did.
  const before = changes.findLast((change) => isOf(post, change) && change.latest <= since)?.to ?? 'unknown';
  const settled = until + SETTLE_US;
  const place = { group, server: post.server, site };
  const isBusy = (from: number, to: number): boolean => isPlanned(place, { from, to });
  if (before === 'unknown' || isBusy(until, settled)) return [];
  const last = lastAt(reading, post, settled);
  const isKnown = last !== null && last.to !== 'unknown';
  const after = isKnown ? last : nextKnown(reading, post, settled);
  if (after === null || after.to === before || (!isKnown && isBusy(after.at, after.at))) return [];
  const at = unixMicros(settled);
  const moment = isKnown ? { at, earliest: at, latest: at } : bracketOf(after);
  return [{ post, before, after: after.to, moment, detectedAt: after.detectedAt }];
}

const nextKnown = ({ changes, one }: Reading, post: AftermathPost, from: number): Transition | null =>
  changes.find(
    (change) =>
      isOf(post, change) && change.at > from && change.at <= one.until + CASE_OPEN_US && change.to !== 'unknown',
  ) ?? null;

const bracketOf = ({ at, earliest, latest }: Bracket): Bracket => ({ at, earliest, latest });

interface Ending {
  /** Null: all was well from the first. */
  readonly at: Transition | null;
  readonly isSame: boolean;
}

/** When it was no longer amiss; null: it still is. */
function ending(reading: Reading, found: readonly Difference[], from: number): Ending | null {
  const { one, changes } = reading;
  if (isWell(reading, from)) return { at: null, isSame: false };
  for (const change of changes) {
    if (change.at <= from || change.at > one.until + CASE_OPEN_US) continue;
    const isSame = found.every(({ post, before }) => lastAt(reading, post, change.at)?.to === before);
    if (isSame || isWell(reading, change.at)) return { at: change, isSame };
  }
  return null;
}

const isWell = (reading: Reading, at: number): boolean => {
  const seats = reading.one.posts.map((post) => ({ ...post, state: lastAt(reading, post, at)?.to ?? 'unknown' }));
  return groupState(reading.one.mode, seats) === 'normal';
};

/** "primary is non-serving (before: serving), standby is serving (before: non-serving)" */
const differenceText = (found: readonly Difference[]): string =>
  listText(
    found.map(({ post: { server, bucket }, before, after }) => {
      const whose = bucket === null ? '' : ` to ${clientsText(bucket)}`;
      return `${server} is ${after}${whose} (before: ${before})`;
    }),
  );

function endNotice(one: AftermathCase, { isSame }: Ending, change: Transition, told: UnixMicros): Notice {
  const detectedAt = unixMicros(Math.max(told, change.detectedAt));
  const what = isSame ? 'it is as it was before' : 'all is well, though not as before';
  return notice(one, { to: isSame ? 'as-before' : 'well', bracket: bracketOf(change), detectedAt, what });
}

interface Said {
  readonly to: 'not-as-before' | 'as-before' | 'well';
  readonly bracket: Bracket;
  readonly detectedAt: UnixMicros;
  readonly what: string;
}

function notice(one: AftermathCase, { to, bracket, detectedAt, what }: Said): Notice {
  const { group, server, site, since, until, text } = one;
  return {
    kind: 'maintenance',
    id: findingId('maintenance', group, server, site, since, until, to),
    ...bracket,
    group,
    server,
    site,
    scope: null,
    from: to === 'not-as-before' ? null : 'not-as-before',
    to,
    reason: null,
    text: `After maintenance ${scopeText({ group, server, site })}: ${what}`,
    evidence: `the window: ${text}`,
    detectedAt,
    late: detectedAt - bracket.at > AFTER_LATE_US,
  };
}
