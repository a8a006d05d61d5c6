/**
 * The plain responder: compiled when the bench begins, by whatever C compiler the machine has. Without one its row is left
 * out, and said so. Rejected: a binary in the repository, which nobody could read and no other machine might run.
 */
import { join } from 'node:path';
import type { LabChild } from '../lab/child.ts';
import { tryCommand } from '../lab/command.ts';
import type { Lab } from '../lab/lab.ts';
import type { Host } from '../lab/namespaces.ts';
import { runPinned, SERVER_CORE } from './cores.ts';

const SOURCE = new URL('responder.c', import.meta.url).pathname;
const START_LIMIT_MS = 5_000;

/** The program's path, or why there is none. */
export type Compiled = { readonly path: string } | { readonly problem: string };

export function compileResponder(lab: Lab): Compiled {
  const path = join(lab.folder, 'responder');
  const { status, stderr } = tryCommand('cc', ['-O2', '-o', path, SOURCE]);
  return status === 0 ? { path } : { problem: `cc cannot compile the plain responder: ${stderr.trim().slice(0, 200)}` };
}

/** Answers on port 67 of a host, whose Kea must not be running. */
export async function startResponder(lab: Lab, host: Host, path: string): Promise<LabChild> {
  const child = runPinned(lab, host, SERVER_CORE, [path, host.address]);
  await child.waitForOutput(/answering/, START_LIMIT_MS);
  return child;
}
