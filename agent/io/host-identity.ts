/**
 * What tells this host from one that got a copy of its disk: a hash over the boot, the network namespace and the state directory's
 * inode, none of which a copy takes along. The same over restarts of the agent, another after a reboot, which is as well:
 * the collector asks only whether two that are there at once are one. Rejected: /etc/machine-id; it is copied with the disk.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { hostname } from 'node:os';

const PARTS: readonly ((stateDirectory: string) => string)[] = [
  () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
  () => readlinkSync('/proc/self/ns/net'),
  () => hostname(),
  (stateDirectory) => {
    const { dev, ino } = statSync(stateDirectory);
    return `${dev}:${ino}`;
  },
];

/** @returns 16 hexadecimal digits; what cannot be read on this system is left out of them */
export function hostIdentity(stateDirectory: string): string {
  const hash = createHash('sha256');
  for (const part of PARTS) hash.update(`${readable(() => part(stateDirectory))}\n`);
  return hash.digest('hex').slice(0, 16);
}

function readable(part: () => string): string {
  try {
    return part();
  } catch (error) {
    // A kernel or container without that file: one word for the reason, and the same each time.
    return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
  }
}
