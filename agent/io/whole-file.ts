/**
 * Small files of the state directory, replaced whole, with failures that say what to do about it.
 */
import { readFile } from 'node:fs/promises';
import { replaceWhole } from '../../shared/io/whole-file.ts';
import { StateError } from './state-error.ts';

/** @throws StateError */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await replaceWhole(path, bytes);
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
