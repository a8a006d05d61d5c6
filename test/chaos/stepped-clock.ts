/**
 * A wall clock of its own for one program: libfaketime, preloaded, reads the difference from a file at every reading of the
 * clock, so that rewriting the file is a step in mid-run. The monotonic clock and timers stay real, as on a host whose clock
 * somebody sets. The `faketime` command was refused: it takes its difference once, at the start.
 */
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SteppedClock {
  /** For the program's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Sets the clock so far from the machine's; 0 is right. */
  set(offsetMs: number): void;
}

/** A clock that is right until it is set. `path` is its file. */
export function steppedClock(path: string): SteppedClock {
  const set = (offsetMs: number): void => {
    // By rename: half a number would be a time nobody meant.
    writeFileSync(`${path}.new`, `${offsetMs < 0 ? '-' : '+'}${(Math.abs(offsetMs) / 1000).toFixed(3)}\n`);
    renameSync(`${path}.new`, path);
  };
  set(0);
  const env = {
    LD_PRELOAD: libraryPath(),
    FAKETIME_TIMESTAMP_FILE: path,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    FAKETIME_NO_CACHE: '1',
    NO_FAKE_STAT: '1',
  };
  return { env, set };
}

/** Debian keeps it in a folder named after the architecture. */
function libraryPath(): string {
  const paths = readdirSync('/usr/lib').map((each) => join('/usr/lib', each, 'faketime/libfaketimeMT.so.1'));
  const found = paths.find((path) => existsSync(path));
  if (found === undefined) throw new Error('libfaketime is not installed (Debian: package faketime)');
  return found;
}
