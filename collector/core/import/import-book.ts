/**
 * What was imported, group by group: the union of all import entries of the log. The same file twice is the same observations, so
 * nothing is counted twice; findings are read anew when asked for after a change, since imports are rare and small.
 */
import type { EventRow } from '../../../shared/core/ops-view.ts';
import type { ImportEntry } from '../log-entry.ts';
import { type ImportedGroup, importedRows, observationKey } from './imported-group.ts';
import { OBSERVATIONS_MAX } from './limits.ts';

/** As it is written to disk. */
export type ImportsSnapshot = readonly ImportedGroup[];

export interface ImportBook {
  /** Takes an entry in, in log order. The newest says what the group's mode and servers are. */
  add(entry: ImportEntry): void;
  /** null: nothing was imported under that name. */
  group(name: string): ImportedGroup | null;
  /** The group's findings as rows, by `at`; none for an unknown group. */
  rows(name: string): readonly EventRow[];
  /** Whether an observation is there already. */
  has(group: string, key: string): boolean;
  /** Observations over all groups. */
  readonly size: number;
  /** Observations not taken in for the bound. */
  readonly shed: number;
  snapshot(): ImportsSnapshot;
}

interface Kept {
  group: ImportedGroup;
  readonly keys: Set<string>;
  rows: readonly EventRow[] | null;
}

export function createImportBook(from: ImportsSnapshot = []): ImportBook {
  // Bounded by its observations: a group without any is not kept.
  const groups = new Map<string, Kept>(
    from.map((group) => [group.group, { group, keys: new Set(group.observations.map(observationKey)), rows: null }]),
  );
  let size = from.reduce((sum, { observations }) => sum + observations.length, 0);
  let shed = 0;
  return {
    add: ({ group, mode, servers, observations }) => {
      const before = groups.get(group);
      const keys = before?.keys ?? new Set<string>();
      const fresh = observations.filter((one) => {
        const key = observationKey(one);
        if (keys.has(key)) return false;
        keys.add(key);
        return true;
      });
      const taken = fresh.slice(0, Math.max(0, OBSERVATIONS_MAX - size));
      size += taken.length;
      shed += fresh.length - taken.length;
      const all = [...(before?.group.observations ?? []), ...taken];
      if (all.length > 0) groups.set(group, { group: { group, mode, servers, observations: all }, keys, rows: null });
    },
    group: (name) => groups.get(name)?.group ?? null,
    rows: (name) => {
      const kept = groups.get(name);
      if (kept === undefined) return [];
      kept.rows ??= importedRows(kept.group);
      return kept.rows;
    },
    has: (group, key) => groups.get(group)?.keys.has(key) ?? false,
    get size() {
      return size;
    },
    get shed() {
      return shed;
    },
    snapshot: () => [...groups.values()].map(({ group }) => group),
  };
}
