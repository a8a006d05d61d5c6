/**
 * The file of the lease ledger: lines appended by plain writes, which outlive a killed process without being flushed. It goes
 * in generations, a new one beginning with what is still open; the one before stays beside it for people. A disk that takes no
 * writing is trouble and stops nobody. Rejected: asynchronous writes; the line must be in the kernel's hands before the REQUEST is.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { errorText } from '../../shared/core/error-text.ts';
import { LEDGER_GENERATION_BYTES, LEDGER_READ_BYTES } from '../core/ledger-limits.ts';

const NAME = 'leases';
const BEFORE = 'leases.before';

export class LedgerFile {
  /** What the last start left in it; empty: nothing, or it cannot be read. */
  readonly found: string;
  /** A copy of the directory has another. */
  readonly owner: string;
  readonly #directory: string;
  #descriptor: number | undefined;
  #waiting = '';
  #bytes = 0;
  #firstBytes = 0;
  #said: string | null = null;

  constructor(directory: string) {
    this.#directory = directory;
    this.owner = String(statSync(directory).ino);
    this.found = this.#attempt(() => readText(join(directory, NAME))) ?? '';
  }

  /** What is wrong, for people; null: nothing. */
  get trouble(): string | null {
    return this.#said === null ? null : `the lease ledger cannot be written (${this.#said})`;
  }

  /** True when a new generation is due, also to try a disk again that took no writing. */
  get isDue(): boolean {
    return this.#descriptor === undefined || this.#bytes > Math.max(LEDGER_GENERATION_BYTES, 2 * this.#firstBytes);
  }

  /** To be written with the next `write`. */
  add(line: string): void {
    if (this.#descriptor !== undefined) this.#waiting += line;
  }

  /** Hands to the kernel what was added. */
  write(): void {
    const descriptor = this.#descriptor;
    if (descriptor === undefined || this.#waiting === '') return;
    const written = this.#attempt(() => writeAll(descriptor, this.#waiting));
    this.#waiting = '';
    if (written === undefined) {
      this.#drop();
    } else {
      this.#bytes += written;
    }
  }

  /** Begins a new generation with these lines. What was added and not written is in them already. */
  renew(lines: readonly string[]): void {
    this.#drop();
    const path = join(this.#directory, NAME);
    this.#descriptor = this.#attempt(() => {
      this.#firstBytes = this.#bytes = writeNew(`${path}.new`, lines.join(''));
      if (existsSync(path)) renameSync(path, join(this.#directory, BEFORE));
      renameSync(`${path}.new`, path);
      return openSync(path, 'a');
    });
  }

  close(): void {
    this.write();
    this.#drop();
  }

  #drop(): void {
    this.#waiting = '';
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** What the disk says is trouble until it takes the next thing. */
  #attempt<Value>(operation: () => Value): Value | undefined {
    try {
      const value = operation();
      this.#said = null;
      return value;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
      this.#said = errorText(error);
      return undefined;
    }
  }
}

function writeNew(path: string, text: string): number {
  const descriptor = openSync(path, 'w', 0o600);
  try {
    return writeAll(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}

/** All of it, or the system's error: half a line would swallow the one after it. */
function writeAll(descriptor: number, text: string): number {
  const bytes = Buffer.from(text, 'utf8');
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
  return bytes.length;
}

/** Empty when there is none. */
function readText(path: string): string {
  if (!existsSync(path)) return '';
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.min(fstatSync(descriptor).size, LEDGER_READ_BYTES));
    let length = 0;
    for (let got = -1; got !== 0 && length < bytes.length; length += got)
      got = readSync(descriptor, bytes, length, bytes.length - length, length);
    return bytes.toString('utf8', 0, length);
  } finally {
    closeSync(descriptor);
  }
}
