/**
 * What is shown, as a link: the view, the group, the period, the server and site that are opened. It is the whole state of
 * the page that a colleague needs to see the same, and lives behind the `#`, which no server is ever asked for.
 *
 * A period that ends now is kept relative ("-24h"), one that was chosen by its ends absolute.
 */

import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import { rfc3339 } from '../../core/answers/clock-text.ts';
import { microsOf } from './moments.ts';

export const VIEWS = ['now', 'timeline', 'latency', 'sites', 'report'] as const;
export type ViewName = (typeof VIEWS)[number];

export interface Place {
  readonly view: ViewName;
  readonly group: string | null;
  /** RFC 3339 or "-24h"; null: the view's usual. */
  readonly since: string | null;
  /** RFC 3339; null: now. */
  readonly until: string | null;
  /** Servers whose sites are opened, with commas between them. */
  readonly server: string | null;
  readonly site: string | null;
}

/** A stretch of time; it `follows` when its end is the present. */
export interface Period {
  readonly since: UnixMicros;
  readonly until: UnixMicros;
  readonly follows: boolean;
}

const KEYS = ['group', 'since', 'until', 'server', 'site'] as const;

/** @param hash with or without its "#"; what it does not understand is left out */
export function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?');
  const view = VIEWS.find((name) => name === path) ?? 'now';
  const given = new Map(query.split('&').map((pair) => pairOf(pair)));
  const [group, since, until, server, site] = KEYS.map((key) => given.get(key) || null);
  return {
    view,
    group: group ?? null,
    since: since ?? null,
    until: until ?? null,
    server: server ?? null,
    site: site ?? null,
  };
}

function pairOf(pair: string): [string, string] {
  const [key = '', value = ''] = pair.split('=');
  try {
    return [key, decodeURIComponent(value)];
  } catch {
    // A lone % of a link that was cut short: as if it were not there.
    return [key, ''];
  }
}

/** @returns "#/timeline?group=…", without what is null */
export function hashOf(place: Place): string {
  const query = KEYS.flatMap((key) => {
    const value = place[key];
    // Colons and commas are legal there, and a link with them can be read.
    return value === null ? [] : [`${key}=${encodeURIComponent(value).replaceAll('%3A', ':').replaceAll('%2C', ',')}`];
  });
  return `#/${place.view}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}

/** Servers whose sites are opened; no name has a comma. */
export const openedServers = ({ server }: Pick<Place, 'server'>): readonly string[] => server?.split(',') ?? [];

/** @returns the place's `server` when one more is opened, or this one closed */
export function openedWith(opened: readonly string[], server: string): string | null {
  const next = opened.includes(server) ? opened.filter((name) => name !== server) : [...opened, server];
  return next.length === 0 ? null : next.join(',');
}

const UNIT_US: Readonly<Record<string, number>> = { s: 1e6, m: 60e6, h: 3600e6, d: 86_400e6, w: 7 * 86_400e6 };

/** @returns µs of "-24h" and its like, or null */
export function relativeUs(text: string): number | null {
  const match = /^-(\d+)([smhdw])$/.exec(text);
  const unit = UNIT_US[match?.[2] ?? ''];
  return match === null || unit === undefined ? null : Number(match[1]) * unit;
}

/** Longer than this and a link was mistyped: ten years. */
const LENGTH_MAX_US = 3653 * 86_400e6;

/** @param usual what a view shows unless told otherwise, as "-24h" @param now collector's clock */
export function periodOf({ since, until }: Pick<Place, 'since' | 'until'>, usual: string, now: UnixMicros): Period {
  const end = (until === null ? null : microsOf(until)) ?? now;
  const length = relativeUs(since ?? usual) ?? relativeUs(usual) ?? UNIT_US['d'] ?? 0;
  const start = (since === null ? null : microsOf(since)) ?? end - length;
  const sound = start < end ? Math.max(start, end - LENGTH_MAX_US) : end - length;
  return { since: unixMicros(sound), until: end, follows: until === null };
}

/** @returns what a place's since and until are for a period chosen by its ends */
export const chosen = (since: number, until: number): { readonly since: string; readonly until: string } => ({
  since: rfc3339(unixMicros(Math.round(since))),
  until: rfc3339(unixMicros(Math.round(until))),
});
