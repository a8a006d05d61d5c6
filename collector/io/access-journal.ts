/**
 * The access journal on disk, STATE/access/journal.jsonl, and the book that it amounts to. A line is flushed before what it says has
 * effect. Others may append too while the collector runs (`dorawatch-collector admin`, on its own host): what they wrote is read before
 * anything is decided. A torn last line, a power cut's, is cut off with a word; any other damage refuses the start, since a lost
 * revocation would let somebody in. Rejected: a state file replaced each time; the list of who did what would be a second file.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { errorText } from '../../shared/core/error-text.ts';
import { makeDirectory } from '../../shared/io/directory.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { type AccessBook, bookAfter, EMPTY_BOOK } from '../core/access/access-book.ts';
import { type JournalEntry, journalLine, readJournalLine } from '../core/access/journal-entry.ts';

export class AccessJournalError extends Error {
  readonly code: 'DAMAGED' | 'UNREADABLE' | 'UNWRITABLE';
  constructor(code: AccessJournalError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'AccessJournalError';
    this.code = code;
  }
}

export interface AccessJournal {
  readonly book: AccessBook;
  /**
   * Has one act decided on the newest book, written and flushed, and then folded in; one after the other.
   * @param decide what is to be written; null: nothing @throws what it throws, or why the disk does not take it
   */
  record(decide: (book: AccessBook) => JournalEntry | null): Promise<JournalEntry | null>;
  /** Takes in what others have appended. */
  catchUp(): Promise<void>;
  /** Every line, oldest first, as it stands on disk. */
  entries(): AsyncIterable<JournalEntry>;
  close(): Promise<void>;
}

export interface JournalOptions {
  readonly logger: Logger;
  /** A collector may be running on it: half a line is its. */
  readonly isShared?: boolean;
}

/** @param state directory of the collector @throws AccessJournalError */
export async function openAccessJournal(
  state: string,
  { logger, isShared = false }: JournalOptions,
): Promise<AccessJournal> {
  const path = `${state}/access/journal.jsonl`;
  const file = await openFile(state, path);
  const journal = new OpenJournal(file, path, logger);
  try {
    await journal.catchUp();
    if (!isShared) await journal.mend();
    return journal;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openFile(state: string, path: string): Promise<FileHandle> {
  try {
    await makeDirectory(`${state}/access`, 0o700);
    // Appending: whoever else writes, no line lands on another.
    return await open(path, 'a+', 0o600);
  } catch (cause) {
    throw new AccessJournalError('UNREADABLE', `${path} cannot be opened; it has to belong to this user`, cause);
  }
}

class OpenJournal implements AccessJournal {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #logger: Logger;
  #book = EMPTY_BOOK;
  /** Octets and lines that have been folded in. */
  #read = 0;
  #lines = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: FileHandle, path: string, logger: Logger) {
    this.#file = file;
    this.#path = path;
    this.#logger = logger;
  }

  get book(): AccessBook {
    return this.#book;
  }

  async mend(): Promise<void> {
    const torn = (await this.#file.stat()).size - this.#read;
    if (torn === 0) return;
    this.#logger.warn({ path: this.#path, octets: torn }, 'the last line was torn by a power cut, and is cut off');
    await this.#file.truncate(this.#read);
    await this.#file.datasync();
  }

  record(decide: (book: AccessBook) => JournalEntry | null): Promise<JournalEntry | null> {
    return this.#inTurn(async () => {
      await this.#takeIn();
      const entry = decide(this.#book);
      if (entry === null) return null;
      await this.#append(journalLine(entry));
      await this.#takeIn();
      return entry;
    });
  }

  catchUp(): Promise<void> {
    return this.#inTurn(() => this.#takeIn());
  }

  async *entries(): AsyncIterable<JournalEntry> {
    if (this.#read === 0) return;
    for await (const line of this.#file.readLines({ start: 0, end: this.#read - 1, autoClose: false })) {
      const entry = readJournalLine(line);
      if (entry !== null) yield entry;
    }
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#file.close();
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const turn = this.#last.then(work);
    // Whoever asked is told of a failure; the next one begins anew.
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Folds in whole lines beyond what has been read; half of one is somebody's who is writing. */
  async #takeIn(): Promise<void> {
    const { size } = await this.#file.stat();
    if (size <= this.#read) return;
    const text = await this.#text(this.#read, size);
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    for (const line of whole.split('\n').slice(0, -1)) this.#fold(line);
    this.#read += Buffer.byteLength(whole);
  }

  #fold(line: string): void {
    const entry = readJournalLine(line);
    this.#lines += 1;
    if (entry === null) {
      throw new AccessJournalError(
        'DAMAGED',
        `${this.#path}, line ${this.#lines}, is damaged, or from a later version. Who may come in is known from this file alone, so ` +
          'nothing is guessed: restore it from a backup, or take the line out by hand and revoke whom it may have revoked',
      );
    }
    this.#book = bookAfter(this.#book, entry);
  }

  /** Whole, or not at all: the rest of a line that a full disk did not take would spoil the next one. */
  async #append(line: string): Promise<void> {
    try {
      await this.#file.appendFile(line);
      await this.#file.datasync();
    } catch (cause) {
      await this.#file.truncate(this.#read);
      const full = cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC';
      const why = full ? 'because the disk is full; make room on it' : `(${errorText(cause)})`;
      throw new AccessJournalError('UNWRITABLE', `nothing was done: ${this.#path} cannot be written ${why}`, cause);
    }
  }

  async #text(from: number, to: number): Promise<string> {
    const { buffer } = await this.#file.read(Buffer.alloc(to - from), 0, to - from, from);
    return buffer.toString('utf8');
  }
}
