/**
 * Brings back what can still be read of a damaged log. Tables and the journal are read one by one, whatever the manifest says
 * of them; what no checksum vouches for is left out. Positions stay as they were. A record that was forgotten may come back:
 * whoever reads the log must bear that. Rejected: repairing at every opening; it reads and rewrites all there is.
 */
import { type LevelStore, openLevelStore, repairLevelStore } from './level-store.ts';
import { BEYOND, FIRST, NEXT_KEY, number64, positionOf, SIZE_KEY } from './log-key.ts';

/**
 * @param directory a log that nobody has open; changed in place, so let it be a copy
 * @returns how many records there are now
 * @throws BatchLogError when it is beyond repair, or cannot be written
 */
export async function repairBatchLog(directory: string): Promise<number> {
  await repairLevelStore(directory);
  const store = await openLevelStore(directory);
  try {
    return await recount(store);
  } finally {
    await store.close();
  }
}

/** The log's notes about itself may be older than its records now. */
async function recount(store: LevelStore): Promise<number> {
  let [records, bytes, last] = [0, 0, 0];
  for await (const [key, value] of store.entries({ gte: FIRST, lt: BEYOND })) {
    records += 1;
    bytes += value.length;
    last = positionOf(key);
  }
  const next = Math.max((await store.get(NEXT_KEY))?.readDoubleBE(0) ?? 1, last + 1);
  const puts = [[SIZE_KEY, number64(records, bytes)] as const, [NEXT_KEY, number64(next)] as const];
  await store.write(() => ({ puts, deletions: [] }), { flush: true });
  return records;
}
