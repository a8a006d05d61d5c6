/**
 * What the live screen knows and how it is set to show it: a value, changed by what comes in (a picture, an event, a failure) and
 * by keys. Nothing here draws or waits.
 *
 * Rejected: a picture kept up to date from events alone. Latencies, drops and sites' counts are in none of them.
 */
import type { EventRow, SitesView, StatusView } from '../../../shared/core/ops-view.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';
import { EVENTS_MAX, FILTER_MAX } from './limits.ts';

/** The groups, and the sites when they are shown, as they were at a moment. */
export interface Picture {
  readonly status: StatusView;
  readonly sites: SitesView | null;
  /** When it came, by our clock. */
  readonly at: UnixMicros;
}

interface Known {
  readonly picture: Picture | null;
  /** Oldest first. */
  readonly events: readonly EventRow[];
  /** Why the collector cannot be reached, and since when; null: it can. */
  readonly trouble: { readonly text: string; readonly since: UnixMicros } | null;
}

export interface TopState extends Known {
  /** Paused: what is shown instead of what is known. */
  readonly held: Known | null;
  /** A part of the names of the groups that are shown; empty: all. */
  readonly filter: string;
  /** The filter is being typed. */
  readonly typing: boolean;
  readonly sitesShown: boolean;
  /** Lines of the tables that are above the screen. */
  readonly scroll: number;
  readonly quit: boolean;
}

export const initialTop = (filter = ''): TopState => ({
  picture: null,
  events: [],
  trouble: null,
  held: null,
  filter,
  typing: false,
  sitesShown: false,
  scroll: 0,
  quit: false,
});

export const pictured = (state: TopState, picture: Picture): TopState => ({ ...state, picture, trouble: null });

/** @param at our clock */
export function lost(state: TopState, text: string, at: UnixMicros): TopState {
  return { ...state, trouble: { text, since: state.trouble?.since ?? at } };
}

/** A finding that is told again takes its own place. */
export function heard(state: TopState, event: EventRow): TopState {
  const known = state.events.findIndex(({ id }) => id === event.id);
  if (known >= 0) return { ...state, events: state.events.with(known, event) };
  return { ...state, events: [...state.events, event].sort((a, b) => a.at - b.at).slice(-EVENTS_MAX) };
}

/** How far the tables can be moved, lines: a page, and at most. */
export interface Reach {
  readonly page: number;
  readonly scrollMax: number;
}

export function pressed(state: TopState, key: string, { page, scrollMax }: Reach): TopState {
  if (key === '\u0003') return { ...state, quit: true };
  if (state.typing) return typed(state, key);
  switch (key) {
    case 'q':
      return { ...state, quit: true };
    case 'g':
      return { ...state, typing: true };
    case 's':
      return { ...state, sitesShown: !state.sitesShown, scroll: 0 };
    case 'p': {
      const { picture, events, trouble } = state;
      return { ...state, held: state.held === null ? { picture, events, trouble } : null };
    }
    default:
      return { ...state, scroll: Math.max(0, Math.min(scrollMax, state.scroll + (movesOf(page)[key] ?? 0))) };
  }
}

function typed(state: TopState, key: string): TopState {
  if (key === '\r' || key === '\n') return { ...state, typing: false };
  if (key === '\u001b') return { ...state, typing: false, filter: '', scroll: 0 };
  if (key === '\u007f' || key === '\b') return { ...state, filter: state.filter.slice(0, -1), scroll: 0 };
  if (!/^[\p{L}\p{N}._-]$/u.test(key) || state.filter.length >= FILTER_MAX) return state;
  return { ...state, filter: state.filter + key, scroll: 0 };
}

/** Lines that a key moves by: arrows, page up and down, home and end, as terminals send them. */
const movesOf = (page: number): Readonly<Record<string, number>> => ({
  '\u001b[A': -1,
  '\u001b[B': 1,
  '\u001b[5~': -page,
  '\u001b[6~': page,
  ' ': page,
  '\u001b[H': Number.NEGATIVE_INFINITY,
  '\u001b[F': Number.MAX_SAFE_INTEGER,
});

/** What was read from a terminal, key by key. */
export const keysOf = (text: string): readonly string[] =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys beyond letters begin with a control character.
  text.match(/\u001b\[[0-9;]*[A-Za-z~]|[\s\S]/gu) ?? [];
