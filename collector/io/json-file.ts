/**
 * A small piece of state on disk as one JSON file: written beside the old one, flushed, and renamed over it, so that it is there
 * whole or not at all, whatever the moment of a kill. What another version wrote is left aside with a word.
 */
import { readFile } from 'node:fs/promises';
import { replaceWhole } from '../../shared/io/whole-file.ts';

/** Resolves when it is on disk. */
export const replaceJson = (path: string, value: unknown): Promise<void> => replaceWhole(path, JSON.stringify(value));

/** @returns null: there is none, or none that can be read (`problem` says why) */
export async function readJson<Value extends { readonly version: 1 }>(
  path: string,
): Promise<{ readonly value: Value | null; readonly problem: Error | null }> {
  try {
    const read: unknown = JSON.parse(await readFile(path, 'utf8'));
    const known = typeof read === 'object' && read !== null && 'version' in read && read.version === 1;
    // Written by this program.
    if (known) return { value: read as Value, problem: null };
    return { value: null, problem: new Error(`${path} is of another version`) };
  } catch (cause) {
    const absent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    return { value: null, problem: absent ? null : new Error(`${path} cannot be read`, { cause }) };
  }
}
