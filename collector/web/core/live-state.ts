/**
 * Whether what is shown is what is so. A page that looks alive and is not is worse than none, so every way to fall behind
 * (stream ended, laptop asleep, network gone without a word) comes down to one of these states, and is said in words.
 */

import type { UnixMicros } from '../../../shared/core/units.ts';
import { localTime } from '../../core/answers/clock-text.ts';

export type Live =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** Not since this moment (viewer's clock). */
  | { readonly kind: 'away'; readonly since: UnixMicros };

export const CONNECTING: Live = { kind: 'connecting' };

/** Once away it counts from the first loss, however often a new attempt fails. @param since viewer's clock */
export const whenLost = (before: Live, since: UnixMicros): Live =>
  before.kind === 'away' ? before : { kind: 'away', since };

/** Keeps the same value while it lasts, so that nothing is drawn anew. */
export const whenHeard = (before: Live): Live => (before.kind === 'live' ? before : { kind: 'live' });

export function liveText(live: Live, zone: string): string {
  switch (live.kind) {
    case 'connecting':
      return 'connecting';
    case 'live':
      return 'live';
    case 'away':
      return `not live since ${localTime(live.since, zone)}, trying again`;
  }
}

/** How long until the next attempt, ms: soon at first, then every ten seconds, since somebody may be waiting for it. */
export const retryAfterMs = (failures: number): number => Math.min(10_000, 1000 * 2 ** Math.min(failures, 4));

/** Nothing heard for so long, and the stream is taken for dead: figures change every second or so while agents report. */
export const SILENCE_LIMIT_MS = 25_000;

/** A timer that comes so much too late has slept. */
export const SLEPT_MS = 8_000;

/** A new stream says its first word within this, ms. */
export const FIRST_WORD_MS = 5_000;
