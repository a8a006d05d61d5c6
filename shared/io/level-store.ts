/**
 * LevelDB (classic-level), and the only file that knows it: ordered keys, writes that are all or nothing, and what it takes
 * to trust it after a write has failed. A full disk tears the end off LevelDB's own log, yet it takes the next write: that
 * one succeeds, flushed, behind the tear, and is gone at the next start (measured: five of five). So after any failure the
 * store is opened anew, which cuts the tear off, before it is written again; that waits until there is room to open it in.
 *
 * Rejected: ending the process instead; agents would come back to a collector that dies until somebody makes room.
 */
import { readdir, statfs } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import { BatchLogError, logError } from './batch-log-error.ts';
import { makeDirectory } from './directory.ts';

export interface LevelWrite {
  readonly puts: readonly (readonly [key: Buffer, value: Buffer])[];
  readonly deletions: readonly Buffer[];
}

/** Keys from `gte` on and before `lt` (or up to `lte`). */
export interface KeyRange {
  readonly gte: Buffer;
  readonly lt?: Buffer;
  readonly lte?: Buffer;
  /** Last key first. */
  readonly reverse?: boolean;
  readonly limit?: number;
  /** False: the values are left on disk and come empty. */
  readonly values?: boolean;
}

export interface LevelStore {
  /** Whether the directory held tables when it was opened. */
  readonly hadTables: boolean;
  /**
   * One write at a time, all or nothing. `make` is asked when its turn has come and the store is sound: what it reads then is
   * what the write is on top of, whatever became of a write that failed before.
   * @throws BatchLogError; it is then not known whether the write is in the store, until the next one
   */
  write(make: () => LevelWrite | Promise<LevelWrite>, options: { readonly flush: boolean }): Promise<void>;
  get(key: Buffer): Promise<Buffer | undefined>;
  getMany(keys: readonly Buffer[]): Promise<readonly (Buffer | undefined)[]>;
  /** As they were when the reading began (or was resumed after the store had to be opened anew). */
  entries(range: KeyRange): AsyncIterable<readonly [Buffer, Buffer]>;
  /** Gives the space of what was deleted between two keys back. */
  compact(from: Buffer, to: Buffer): Promise<void>;
  close(): Promise<void>;
}

/** Room that opening takes at most: LevelDB writes what stands in its log (up to 4 MB) into a table, and a manifest. */
const OPEN_ROOM_BYTES = 8 * 1024 * 1024;

type Store = ClassicLevel<Buffer, Buffer>;

/**
 * Opens the store in a directory, making the directory when it is missing. It is this process's alone until close().
 * @throws BatchLogError LOG_LOCKED · LOG_NOT_WRITABLE · LOG_DAMAGED · LOG_FULL
 */
export async function openLevelStore(directory: string): Promise<LevelStore> {
  try {
    await makeDirectory(directory);
    const hadTables = (await readdir(directory)).some((name) => name.endsWith('.ldb'));
    const store: Store = new ClassicLevel<Buffer, Buffer>(directory, {
      keyEncoding: 'buffer',
      valueEncoding: 'buffer',
    });
    await store.open();
    return new SoundStore(directory, store, hadTables);
  } catch (error) {
    throw logError(directory, error);
  }
}

/** Brings back what can still be read of a store that nobody has open, in place. @throws BatchLogError */
export async function repairLevelStore(directory: string): Promise<void> {
  try {
    await ClassicLevel.repair(directory);
  } catch (error) {
    throw logError(directory, error);
  }
}

class SoundStore implements LevelStore {
  readonly hadTables: boolean;
  readonly #directory: string;
  readonly #store: Store;
  #writing: Promise<unknown> = Promise.resolve();
  #failed = false;
  #closed = false;
  /** How often it was opened anew: a reading that began before has lost its place. */
  #generation = 0;
  #reopened: Promise<void> = Promise.resolve();

  constructor(directory: string, store: Store, hadTables: boolean) {
    this.#directory = directory;
    this.#store = store;
    this.hadTables = hadTables;
  }

  write(make: () => LevelWrite | Promise<LevelWrite>, options: { readonly flush: boolean }): Promise<void> {
    const written = this.#writing.then(() => this.#writeSound(make, options));
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async #writeSound(
    make: () => LevelWrite | Promise<LevelWrite>,
    { flush }: { readonly flush: boolean },
  ): Promise<void> {
    if (this.#failed) await this.#openAnew();
    const { puts, deletions } = await make();
    try {
      const batch = this.#store.batch();
      for (const [key, value] of puts) batch.put(key, value);
      for (const key of deletions) batch.del(key);
      await batch.write({ sync: flush });
    } catch (error) {
      this.#failed = true;
      throw logError(this.#directory, error);
    }
  }

  async #openAnew(): Promise<void> {
    if (this.#closed) throw new BatchLogError('LOG_CLOSED', this.#directory, undefined);
    await this.#ask(async () => {
      const { bavail, bsize } = await statfs(this.#directory);
      // As long as there is no room it stays open as it is: what it holds can be read.
      if (bavail * bsize < OPEN_ROOM_BYTES) throw new BatchLogError('LOG_FULL', this.#directory, undefined);
    });
    this.#generation += 1;
    this.#reopened = this.#ask(async () => {
      await this.#store.close();
      await this.#store.open();
    });
    await this.#reopened;
    this.#failed = false;
  }

  get(key: Buffer): Promise<Buffer | undefined> {
    return this.#asked(() => this.#store.get(key));
  }

  getMany(keys: readonly Buffer[]): Promise<readonly (Buffer | undefined)[]> {
    return this.#asked(() => this.#store.getMany([...keys]));
  }

  async *entries(range: KeyRange): AsyncIterable<readonly [Buffer, Buffer]> {
    let rest = range;
    for (;;) {
      const generation = this.#generation;
      let last: Buffer = NONE;
      let count = 0;
      try {
        await this.#reopened;
        for await (const [key, value] of this.#store.iterator({ ...rest, limit: rest.limit ?? -1 })) {
          last = key;
          count += 1;
          // With its values left out the engine gives none.
          yield [key, value ?? NONE];
        }
        return;
      } catch (error) {
        if (generation === this.#generation) throw logError(this.#directory, error);
        if (count > 0) rest = behind(rest, last, count);
        if (rest.limit === 0) return;
      }
    }
  }

  compact(from: Buffer, to: Buffer): Promise<void> {
    return this.#asked(() => this.#store.compactRange(from, to));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
    await this.#ask(() => this.#store.close());
  }

  /** A question that opening anew may have cut off is asked again. */
  async #asked<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    for (;;) {
      const generation = this.#generation;
      try {
        await this.#reopened;
        return await question();
      } catch (error) {
        if (generation === this.#generation) throw logError(this.#directory, error);
      }
    }
  }

  async #ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    try {
      return await question();
    } catch (error) {
      throw logError(this.#directory, error);
    }
  }
}

const NONE = Buffer.alloc(0);

/** What is left of a range after `count` of its keys, the last of which was `key`. */
function behind({ lt, lte, gte, limit, ...range }: KeyRange, key: Buffer, count: number): KeyRange {
  const left = limit === undefined ? {} : { limit: limit - count };
  if (range.reverse === true) return { ...range, ...left, gte, lt: key };
  const end = lt === undefined ? (lte === undefined ? {} : { lte }) : { lt };
  return { ...range, ...left, ...end, gte: Buffer.concat([key, ZERO]) };
}

/** The next key after any: the key and a zero. */
const ZERO = Buffer.alloc(1);
