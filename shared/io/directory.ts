/**
 * Makes a directory and what is missing above it. Rejected: Node's own `recursive` option, which spins for ever in its thread
 * when a parent exists and refuses children with ENOENT, as everything under /proc does.
 */
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** @param mode of the directory itself @throws the file system's error when it cannot be made, or when something else has its name (ENOTDIR) */
export async function makeDirectory(path: string, mode = 0o750): Promise<void> {
  const full = resolve(path);
  try {
    await mkdir(full, { mode });
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(full)).isDirectory()) return;
    if (codeOf(error) !== 'ENOENT' || dirname(full) === full || (await exists(dirname(full)))) throw error;
    await makeDirectory(dirname(full));
    await mkdir(full, { mode });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
