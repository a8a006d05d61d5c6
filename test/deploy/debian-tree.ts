/**
 * A Debian of its own for a test: the smallest that has systemd, made once by mmdebstrap and kept beside other caches (its name
 * says what is in it), with what a test writes on a layer above it; debootstrap makes the same. What begins there is begun by systemd-nspawn, as on a
 * real host.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command, LabError, tryCommand } from '../lab/command.ts';

const SUITE = 'bookworm';
/** What a host has anyhow, and what maintainer scripts of packages with a service and the images' own steps need. */
const PACKAGES = ['systemd', 'adduser', 'init-system-helpers', 'libstdc++6', 'libcap2-bin'];
/** From an empty cache over a slow line. */
const MAKE_LIMIT_MS = 300_000;

/** The tree that all share; nobody writes to it. */
function baseTree(): string {
  const key = createHash('sha1')
    .update([SUITE, ...PACKAGES].join())
    .digest('hex')
    .slice(0, 12);
  const base = join(tmpdir(), `dorawatch-debian-${key}`);
  if (existsSync(base)) return base;
  const options = ['--mode=root', '--variant=minbase', `--include=${PACKAGES.join()}`, '--format=directory'];
  const making = ['sh', '-ec', MAKE, base, ...options, SUITE];
  // Test files that begin at once make it once.
  const made = tryCommand('flock', [`${base}.lock`, ...making], { limitMs: MAKE_LIMIT_MS });
  if (made.status === 0) return base;
  throw new LabError('COMMAND_FAILED', `mmdebstrap ${SUITE}: ${made.stderr.trim().split('\n').slice(-3).join(' ')}`);
}

/** There under its name when it is whole, and not before. */
const MAKE = 'test -e "$0" || { rm -rf "$0.draft"; mmdebstrap "$@" "$0.draft"; mv "$0.draft" "$0"; }';

export interface Tree {
  /** Where it is mounted. */
  readonly root: string;
  /** Unmounts it and removes all that was written. */
  close(): void;
}

export function openTree(): Tree {
  const lower = baseTree();
  const folder = mkdtempSync(join(tmpdir(), `dorawatch-tree-${process.pid}-`));
  const [upper, work, root] = ['upper', 'work', 'root'].map((name) => join(folder, name)) as [string, string, string];
  for (const each of [upper, work, root]) mkdirSync(each);
  command('mount', ['-t', 'overlay', 'overlay', '-o', `lowerdir=${lower},upperdir=${upper},workdir=${work}`, root]);
  const close = (): void => {
    tryCommand('umount', ['--lazy', root]);
    rmSync(folder, { recursive: true, force: true });
  };
  return { root, close };
}
