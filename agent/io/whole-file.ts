/**
 * Small files of the state directory, replaced whole: written beside, flushed, renamed, so that a power cut leaves the old one or the
 * new one. For their owner's eyes only.
 */
import { open, readFile, rename } from 'node:fs/promises';
import { StateError } from './state-error.ts';

/** @throws StateError */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  try {
    const draft = await open(`${path}.new`, 'w', 0o600);
    try {
      await draft.writeFile(bytes);
      await draft.sync();
    } finally {
      await draft.close();
    }
    await rename(`${path}.new`, path);
  } catch (error) {
    throw new StateError('STATE_NOT_WRITABLE', path, error);
  }
}

/** @returns undefined: there is none @throws StateError */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new StateError('STATE_NOT_WRITABLE', path, error);
  }
}
