/**
 * The read model on disk: one file, written beside the old one, flushed, and renamed over it. It is there whole or not at
 * all, whatever the moment of a kill, and the log can always make it anew.
 *
 * Rejected: findings, snapshot and cursor as records of a store, which would have to be kept in step by transactions.
 */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import type { ReadModelSnapshot } from '../core/answers/read-model.ts';

export interface SnapshotStore {
  /** null when there is none, or none that can be read: the log is then folded from its start. */
  load(): Promise<{ readonly snapshot: ReadModelSnapshot | null; readonly problem: Error | null }>;
  /** Resolves when it is on disk. */
  save(snapshot: ReadModelSnapshot): Promise<void>;
}

/** @param directory the collector's state directory; made when it is not there @param name of the file, without its ending */
export function createSnapshotStore(directory: string, name = 'read-model'): SnapshotStore {
  const path = `${directory}/${name}.json`;
  return {
    load: () => loadSnapshot(path),
    save: async (snapshot) => {
      await mkdir(directory, { recursive: true });
      const beside = `${path}.new`;
      const file = await open(beside, 'w', 0o600);
      try {
        await file.writeFile(JSON.stringify(snapshot));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(beside, path);
    },
  };
}

async function loadSnapshot(path: string): ReturnType<SnapshotStore['load']> {
  try {
    const read: unknown = JSON.parse(await readFile(path, 'utf8'));
    const known = typeof read === 'object' && read !== null && 'version' in read && 'next' in read;
    // Written by this program under a version of its own; the read model judges the version.
    return {
      snapshot: known ? (read as ReadModelSnapshot) : null,
      problem: known ? null : new Error(`${path} is no snapshot`),
    };
  } catch (cause) {
    const absent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    return { snapshot: null, problem: absent ? null : new Error(`${path} cannot be read`, { cause }) };
  }
}
