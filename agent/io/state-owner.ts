/**
 * Whoever enrols as root does it as the state directory's owner: the service that reads the enrolment later is no root, and a file of
 * root's in its directory is one that it cannot read. Rejected: a word about sudo -u; it is read when it is too late.
 */
import { statSync } from 'node:fs';

/** Becomes the directory's owner, if this is root and the directory is another's. There is no way back. */
export function becomeOwner(directory: string): void {
  const owner = statSync(directory, { throwIfNoEntry: false });
  if (owner === undefined || owner.uid === 0 || process.getuid?.() !== 0) return;
  process.setgroups?.([owner.gid]);
  process.setgid?.(owner.gid);
  process.setuid?.(owner.uid);
}
