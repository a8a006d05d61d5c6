/**
 * Keeps what was on disk before a log is opened. Opening one whose manifest is torn throws away the tables that it no longer
 * names, or writes over them; so an image is made first, of hard links to the tables that are named and of copies of the rest
 * (the journal, and what a crash left over). What turns out to be damaged is set aside as it was found, and a repair of it
 * takes its place. Rejected: copying all; a quarter of a gigabyte at every start.
 */
import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BatchLogError, logError } from './batch-log-error.ts';
import { repairBatchLog } from './batch-log-repair.ts';
import { namedTables } from './log-manifest.ts';

/** Damaged logs kept beside the present one; a fourth is not a mishap but a dying disk, and the oldest makes room. */
export const DAMAGED_KEPT = 3;

/** What was wrong with a log, and what became of it. */
export interface Damage {
  /** Where it is now. */
  readonly aside: string;
  /** Records brought back; null: none could be. */
  readonly repaired: number | null;
  /** Older ones that had to make room. */
  readonly removed: readonly string[];
}

const LOG_FILE = /^(CURRENT|MANIFEST-\d+|\d+[.](ldb|sst|log))$/;

/**
 * Opens a log so that nothing of a damaged one is lost.
 * @param open opens the directory; rejects with LOG_DAMAGED when it is not whole
 * @throws BatchLogError when it cannot be opened for another reason
 */
export async function openWhole<Opened>(
  directory: string,
  open: () => Promise<Opened>,
): Promise<{ readonly opened: Opened; readonly damage: Damage | null }> {
  try {
    await takeImage(directory);
    try {
      const opened = await open();
      await dropImage(directory);
      return { opened, damage: null };
    } catch (error) {
      if (!isDamaged(error)) {
        await dropImage(directory);
        throw error;
      }
      const damage = await setAsideAndRepair(directory);
      return { opened: await openRepaired(directory, open), damage };
    }
  } catch (error) {
    throw logError(directory, error);
  }
}

const isDamaged = (error: unknown): boolean => error instanceof BatchLogError && error.code === 'LOG_DAMAGED';

/** What repair has made may still not be whole; the original is aside, so an empty one takes its place. */
async function openRepaired<Opened>(directory: string, open: () => Promise<Opened>): Promise<Opened> {
  try {
    return await open();
  } catch (error) {
    if (!isDamaged(error)) throw error;
    await rm(directory, { recursive: true, force: true });
    return open();
  }
}

async function takeImage(directory: string): Promise<void> {
  const [image, draft, old] = [`${directory}.image`, `${directory}.image.new`, `${directory}.image.old`];
  for (const left of [draft, old]) await rm(left, { recursive: true, force: true });
  if (await exists(image)) {
    // A start ended in the middle of its opening: what it found is the truth, what it made of it is not.
    await rm(directory, { recursive: true, force: true });
    await rename(image, directory);
  }
  if (!(await exists(directory))) return;
  await imageOf(directory, draft);
  await rename(draft, image);
}

async function imageOf(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o750 });
  const names = (await readdir(from)).filter((name) => LOG_FILE.test(name));
  const named = new Set<number>();
  for (const name of names.filter((one) => one.startsWith('MANIFEST')))
    for (const table of namedTables(await readFile(join(from, name)))) named.add(table);
  for (const name of names) {
    const isNamed = /[.](ldb|sst)$/.test(name) && named.has(Number.parseInt(name, 10));
    if (!isNamed || !(await linked(join(from, name), join(to, name))))
      await copyFile(join(from, name), join(to, name), constants.COPYFILE_FICLONE);
  }
}

/** @returns false on a file system that has no hard links */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && NO_LINKS.has(error.code)) return false;
    throw error;
  }
}

/** File systems without hard links, or with too many of them, say so in these words. */
const NO_LINKS: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV']);

/** Renamed first: half an image must never be taken for a whole one. */
async function dropImage(directory: string): Promise<void> {
  if (!(await exists(`${directory}.image`))) return;
  await rename(`${directory}.image`, `${directory}.image.old`);
  await rm(`${directory}.image.old`, { recursive: true, force: true });
}

async function setAsideAndRepair(directory: string): Promise<Damage> {
  const { aside, removed } = await setAside(directory);
  const draft = `${directory}.repair`;
  await rm(draft, { recursive: true, force: true });
  try {
    await imageOf(aside, draft);
    const repaired = await repairBatchLog(draft);
    await rename(draft, directory);
    return { aside, repaired, removed };
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!isDamaged(error) && logError(directory, error).code !== 'LOG_DAMAGED') throw error;
    return { aside, repaired: null, removed };
  }
}

/** Moves the image, or without one the directory itself, out of the way. */
async function setAside(directory: string): Promise<Pick<Damage, 'aside' | 'removed'>> {
  const parent = dirname(directory);
  const prefix = `${basename(directory)}.damaged-`;
  const numbers = (await readdir(parent))
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number(name.slice(prefix.length)))
    .filter(Number.isSafeInteger)
    .sort((a, b) => a - b);
  const aside = join(parent, `${prefix}${(numbers.at(-1) ?? 0) + 1}`);
  const image = `${directory}.image`;
  if (await exists(image)) {
    await rename(image, aside);
    await rm(directory, { recursive: true, force: true });
  } else {
    await rename(directory, aside);
  }
  const removed = numbers.slice(0, Math.max(0, numbers.length + 1 - DAMAGED_KEPT)).map((n) => join(parent, prefix + n));
  for (const path of removed) await rm(path, { recursive: true, force: true });
  return { aside, removed };
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
