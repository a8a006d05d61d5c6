/** Findings and marks as rows of a list: which come first, and how each looks. */
import type { EventRow } from '../../../shared/core/ops-view.ts';
import type { Shape, Tone } from './state-look.ts';

/** Newest first; what the stream told takes the place of the same row fetched before it. */
export function newsOf(told: readonly EventRow[], fetched: readonly EventRow[]): readonly EventRow[] {
  const known = new Set(told.map(({ id }) => id));
  // Fetched ones are oldest first: of those at one moment the last comes first, as among those that were told.
  const others = fetched.filter(({ id }) => !known.has(id)).toReversed();
  return [...told, ...others].sort((a, b) => b.at - a.at);
}

export interface RowLook {
  readonly tone: Tone;
  readonly shape: Shape;
}

const BY_KIND: Readonly<Record<string, RowLook>> = {
  mark: { tone: 'quiet', shape: 'ring' },
  gap: { tone: 'bad', shape: 'square' },
  overlap: { tone: 'double', shape: 'diamond' },
  failover: { tone: 'warn', shape: 'triangle' },
  'fail-back': { tone: 'well', shape: 'disc' },
};

const BY_STATE: Readonly<Record<string, RowLook>> = {
  serving: { tone: 'well', shape: 'disc' },
  degraded: { tone: 'warn', shape: 'triangle' },
  'non-serving': { tone: 'bad', shape: 'square' },
  // A window of maintenance left it so.
  'not-as-before': { tone: 'warn', shape: 'triangle' },
  'as-before': { tone: 'well', shape: 'disc' },
  well: { tone: 'well', shape: 'disc' },
};

const OTHER: RowLook = { tone: 'unknown', shape: 'dash' };

const isByState = (kind: string): boolean => kind === 'transition' || kind === 'maintenance';

/** A transition looks like the state it leads to, all else like its kind. */
export function rowLook({ kind, from, to, reason }: EventRow): RowLook {
  // A first verdict, or a return to silence by design, is no news of something broken.
  if (kind === 'transition' && to === 'non-serving' && (from === 'unknown' || reason === 'by-design'))
    return { tone: 'quiet', shape: 'ring' };
  return BY_KIND[kind] ?? (isByState(kind) ? BY_STATE[to ?? ''] : undefined) ?? OTHER;
}
