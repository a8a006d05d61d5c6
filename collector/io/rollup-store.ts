/**
 * Rollups on disk: one row a path (and one a server) and minute or hour, and the cursor into the log that they stand at, written together. Rows
 * sort by resolution, group and time, so one period of one group is one stretch, and so is what retention removes.
 *
 * Rejected: rows in the log's own store, whose order is that of arrival and whose space is given back by position.
 */
import { type LevelStore, openLevelStore } from '../../shared/io/level-store.ts';
import { mergeRollup, type Rollup } from '../core/rollup/rollup.ts';
import { decodeRollup, encodeRollup } from '../core/rollup/rollup-codec.ts';
import type { Resolution, RollupAddition, RollupName } from '../core/rollup/rollup-fold.ts';
import { afterGroup, CURSOR_KEY, groupKey, groupOf, nameOfRow, rowKey, slotKey } from './rollup-key.ts';

/** Where the rollups stand. */
export interface RollupCursor {
  /** The first log position that is not in them. */
  readonly next: number;
  /** Results that had no time that they could have been measured at. */
  readonly setAside: number;
  /** What the reader needs to go on (clock samples), as JSON. */
  readonly state: string;
}

/** Rows of one group with from ≤ slot < to. */
export interface RollupQuery {
  readonly group: string;
  readonly resolution: Resolution;
  readonly from: number;
  readonly to: number;
}

export interface RollupStore {
  cursor(): Promise<RollupCursor | undefined>;
  /** Adds to the rows and moves the cursor, both or neither; what is there already by its cursor is not added again. */
  add(additions: readonly RollupAddition[], cursor: RollupCursor): Promise<void>;
  /** Single rows, undefined where there is none, and the position that they all stand at. */
  get(
    names: readonly RollupName[],
  ): Promise<{ readonly next: number; readonly rollups: readonly (Rollup | undefined)[] }>;
  read(query: RollupQuery): AsyncIterable<{ readonly name: RollupName; readonly rollup: Rollup }>;
  /** Removes rows before a slot, in steps. @returns how many */
  prune(resolution: Resolution, before: number): Promise<number>;
  close(): Promise<void>;
}

/** Rows removed in one write: a few milliseconds of the disk's time. */
const PRUNE_ROWS = 2000;

/** @throws BatchLogError as openLevelStore */
export async function openRollupStore(directory: string): Promise<RollupStore> {
  const store = await openLevelStore(directory);
  const cursor = () => readCursor(store);
  return {
    cursor,
    add: (additions, to) =>
      store.write(
        async () => {
          // A write that failed, and was there after all when the store was opened anew.
          if (((await cursor())?.next ?? 0) >= to.next) return { puts: [], deletions: [] };
          const keys = additions.map(({ name }) => rowKey(name));
          const known = await store.getMany(keys);
          const rows = additions.map((addition, i) => [keys[i] ?? CURSOR_KEY, summed(known[i], addition)] as const);
          return { puts: [...rows, [CURSOR_KEY, Buffer.from(JSON.stringify(to))]], deletions: [] };
        },
        { flush: true },
      ),
    get: (names) => getRows(store, names),
    read: (query) => readRows(store, query),
    prune: (resolution, before) => prune(store, resolution, before),
    close: () => store.close(),
  };
}

async function readCursor(store: LevelStore): Promise<RollupCursor | undefined> {
  const bytes = await store.get(CURSOR_KEY);
  // Written by this program, and blocks carry checksums.
  return bytes === undefined ? undefined : (JSON.parse(bytes.toString()) as RollupCursor);
}

function summed(known: Buffer | undefined, { rollup }: RollupAddition): Buffer {
  const before = known === undefined ? undefined : decodeRollup(known);
  if (before === undefined) return Buffer.from(encodeRollup(rollup));
  mergeRollup(before, rollup);
  return Buffer.from(encodeRollup(before));
}

/** The cursor is read with the rows, from one state of the store: what they hold is known exactly. */
async function getRows(
  store: LevelStore,
  names: readonly RollupName[],
): Promise<{ readonly next: number; readonly rollups: readonly (Rollup | undefined)[] }> {
  const [cursor, ...rows] = await store.getMany([CURSOR_KEY, ...names.map(rowKey)]);
  const { next } = cursor === undefined ? { next: 1 } : (JSON.parse(cursor.toString()) as RollupCursor);
  return { next, rollups: rows.map((row) => (row === undefined ? undefined : decodeRollup(row))) };
}

async function* readRows(
  store: LevelStore,
  { group, resolution, from, to }: RollupQuery,
): AsyncIterable<{ readonly name: RollupName; readonly rollup: Rollup }> {
  const head = groupKey(resolution, group);
  for await (const [key, value] of store.entries({ gte: slotKey(head, from), lt: slotKey(head, to) })) {
    const rollup = decodeRollup(value);
    // A row of a later version is left to that version.
    if (rollup !== undefined) yield { name: nameOfRow(key, { resolution, group }), rollup };
  }
}

async function prune(store: LevelStore, resolution: Resolution, before: number): Promise<number> {
  let removed = 0;
  for (const group of await groupsOf(store, resolution)) {
    const head = groupKey(resolution, group);
    const range = { gte: head, lt: slotKey(head, before), limit: PRUNE_ROWS, values: false };
    let step: number;
    do {
      const deletions: Buffer[] = [];
      for await (const [key] of store.entries(range)) deletions.push(key);
      step = deletions.length;
      if (step > 0) await store.write(() => ({ puts: [], deletions }), { flush: false });
      removed += step;
    } while (step === PRUNE_ROWS);
    if (removed > 0) await store.compact(head, slotKey(head, before));
  }
  return removed;
}

/** The groups that have rows, each found by one look behind the one before. */
async function groupsOf(store: LevelStore, resolution: Resolution): Promise<readonly string[]> {
  const groups: string[] = [];
  for (let from = groupKey(resolution); ; ) {
    const group = await firstGroup(store, from, afterGroup(resolution));
    if (group === undefined) return groups;
    groups.push(group);
    from = afterGroup(resolution, group);
  }
}

async function firstGroup(store: LevelStore, gte: Buffer, lt: Buffer): Promise<string | undefined> {
  for await (const [key] of store.entries({ gte, lt, limit: 1, values: false })) return groupOf(key);
  return undefined;
}
