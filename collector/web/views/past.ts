/** What every view of the past begins with: which group, which period, and when to ask anew. */
import type { Viewer } from '../core/moment-text.ts';
import { type Period, type Place, periodOf } from '../core/place.ts';
import type { Query } from '../io/api.ts';
import type { Told } from '../io/live.ts';
import type { Go } from '../io/location.ts';
import { useRounds } from '../io/ticking.ts';

export interface PastProps {
  readonly place: Place;
  readonly go: Go;
  readonly told: Told;
  readonly viewer: Viewer;
  /** Changes when colours do. */
  readonly scheme: string;
}

export interface Past {
  /** Empty while none is known. */
  readonly group: string;
  readonly groups: readonly string[];
  readonly period: Period;
  readonly query: Query;
  /** Grows when it is time to ask again. */
  readonly round: number;
}

const SOONEST_MS = 5_000;
const LATEST_MS = 300_000;
/** A picture of so many columns is as good as new for one column's time. */
const COLUMNS = 500;

export function usePast({ place, told, viewer }: PastProps, usual: string): Past {
  const groups = told.status?.groups.map(({ name }) => name) ?? [];
  const period = periodOf(place, usual, viewer.now);
  const columnMs = (period.until - period.since) / 1000 / COLUMNS;
  const rounds = useRounds(period.follows ? Math.max(SOONEST_MS, Math.min(LATEST_MS, columnMs)) : null);
  const group = place.group ?? groups[0] ?? '';
  const query = { group, since: place.since ?? usual, until: place.until };
  return { group, groups, period, query, round: told.round * 1e6 + rounds };
}
