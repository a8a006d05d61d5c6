/**
 * A disk that can be filled: a tmpfs of a few megabytes in a mount namespace of its own, held by a sleeping process in the
 * lab's network namespace. It goes when that process goes, and the lab kills what is in its namespaces, also for an owner
 * that was killed: no mount is ever left on the host. Mounting on the host and unmounting at the end was refused for that.
 */
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import type { LabChild } from '../lab/child.ts';
import type { Lab } from '../lab/lab.ts';
import type { Host } from '../lab/namespaces.ts';

const MOUNT_LIMIT_MS = 10_000;
const FILLER = '.filler';

/** A mounted disk. `folder` is its path for programs started by `run`. */
export interface SmallDisk {
  readonly folder: string;
  /** The command that runs a program where the disk is seen, with more in its environment (and in nobody else's). */
  command(program: string, args: readonly string[], env: Readonly<Record<string, string>>): readonly string[];
  /** Takes all the room that is left. */
  fill(): void;
  /** Gives it back. */
  empty(): void;
}

/** Mounts a disk of so many megabytes over `folder`, which is made. */
export async function mountSmallDisk(lab: Lab, host: Host, folder: string, megabytes: number): Promise<SmallDisk> {
  mkdirSync(folder, { recursive: true });
  // Shared memory too: libfaketime leaves a piece of it behind for every program that is killed.
  const mounts = `mount -t tmpfs -o size=${megabytes}m dorawatch '${folder}' && mount -t tmpfs dorawatch /dev/shm`;
  const script = `${mounts} && echo mounted && exec sleep 1000000`;
  const holder: LabChild = lab.run(host, 'sh', ['-c', script], { name: 'disk' });
  await holder.waitForOutput(/mounted/, MOUNT_LIMIT_MS);
  const seen = `/proc/${holder.pid}/root${folder}/${FILLER}`;
  return {
    folder,
    command: (program, args, env) => {
      const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      return ['nsenter', `--mount=/proc/${holder.pid}/ns/mnt`, 'env', ...settings, program, ...args];
    },
    fill: () => fill(seen),
    empty: () => rmSync(seen, { force: true }),
  };
}

/** Writes ever smaller pieces until not a page is free. */
function fill(path: string): void {
  const file = openSync(path, 'a');
  for (const octets of [1 << 20, 1 << 12]) while (wrote(file, octets));
  closeSync(file);
}

function wrote(file: number, octets: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(octets)) > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
