/**
 * A small file replaced whole: written beside the old one, flushed, and renamed over it, so that it is there in the old form or the new one,
 * whatever the moment of a kill or a power cut. For its owner's eyes only.
 */
import { open, rename } from 'node:fs/promises';

/** Resolves when it is on disk. @throws the file system's error */
export async function replaceWhole(path: string, content: string | Uint8Array): Promise<void> {
  const draft = await open(`${path}.new`, 'w', 0o600);
  try {
    await draft.writeFile(content);
    await draft.sync();
  } finally {
    await draft.close();
  }
  await rename(`${path}.new`, path);
}
