/**
 * What an agent must know again after a restart: its name, its last epoch, the assignment it worked from, the groups that have
 * answered it, and the batches that no collector has yet. Files are replaced whole (written beside, flushed, renamed), so a
 * power cut leaves the old one or the new one. One agent, one directory: a lock of its own says so, since two agents of one
 * name would use each other's identities; the spool's own lock may be anybody's, and is waited for. A disk that is full or
 * read-only stops nobody: the start is made without it, and what could not be written is tried again.
 * Rejected: a name made from the host's; hosts are cloned and renamed, and a second agent would speak as the first.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Assignment } from '../../shared/core/assignment.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import { openBatchLog } from '../../shared/io/batch-log.ts';
import { BatchLogError } from '../../shared/io/batch-log-error.ts';
import { makeDirectory } from '../../shared/io/directory.ts';
import { randomBytes, randomUint32 } from '../../shared/io/random.ts';
import { decodeAssignment, encodeAssignment } from '../../shared/wire/assignment-codec.ts';
import { isDecodeError } from '../../shared/wire/decode-error.ts';
import { openSpool } from './spool.ts';
import type { Spool, SpoolOptions } from './spool-contract.ts';
import { StateError } from './state-error.ts';
import { readIfThere, replaceFile } from './whole-file.ts';

export interface StateDirectory {
  readonly agent: string;
  /** This start's: greater than that of every earlier start, and on disk already unless `trouble` says otherwise. */
  readonly epoch: number;
  readonly contactedGroups: readonly string[];
  /** The one that was worked from last; undefined: none yet. */
  readonly assignment: Assignment | undefined;
  readonly spool: Spool;
  /** What is wrong with spool or directory, for people; null: nothing. */
  readonly trouble: string | null;
  keepAssignment(assignment: Assignment): Promise<void>;
  keepContact(group: string): Promise<void>;
  close(): Promise<void>;
}

interface Identity {
  readonly agent: string;
  readonly epoch: number;
  readonly contacted_groups: readonly string[];
}

/**
 * Opens the directory, making it when it is missing, and begins a new epoch in it.
 * @throws StateError, or BatchLogError when another process has it
 */
export async function openStateDirectory(options: {
  readonly directory: string;
  /** The name to use; null: the one that is kept there, or a new one. */
  readonly id: string | null;
  /** The wall clock now: epochs grow also when the directory is lost. */
  readonly now: UnixMicros;
  readonly spool?: SpoolOptions;
}): Promise<StateDirectory> {
  const { directory, id } = options;
  await makeDirectory(directory).catch((error: unknown) => {
    throw new StateError('STATE_NOT_WRITABLE', directory, error);
  });
  const unlock = await lockDirectory(join(directory, 'lock'));
  try {
    const before = await readIdentity(join(directory, 'agent.json'));
    if (before !== undefined && id !== null && before.agent !== id) throw new StateError('STATE_OF_ANOTHER', directory);
    const assignment = await readAssignment(join(directory, 'assignment'));
    const { identity, isKept } = await beginEpoch(directory, before, options);
    const spool = await openSpool(join(directory, 'spool'), options.spool);
    return new OpenDirectory({ directory, identity, isKept, assignment, spool, unlock });
  } catch (error) {
    await unlock();
    throw error;
  }
}

/**
 * The lock dies with the process. A disk that takes no writing has none: whether another agent is there cannot be known then.
 * @returns what ends it
 */
async function lockDirectory(path: string): Promise<() => Promise<void>> {
  try {
    const lock = await openBatchLog(path);
    return () => lock.close();
  } catch (error) {
    if (!(error instanceof BatchLogError) || error.code === 'LOG_LOCKED') throw error;
    if (error.code === 'LOG_DAMAGED') {
      // It holds nothing.
      await rm(path, { recursive: true, force: true });
      return lockDirectory(path);
    }
    return async () => undefined;
  }
}

/** @returns the identity of this start, and whether it is on disk */
async function beginEpoch(
  directory: string,
  before: Identity | undefined,
  { id, now }: { readonly id: string | null; readonly now: UnixMicros },
): Promise<{ readonly identity: Identity; readonly isKept: boolean }> {
  const identity: Identity = {
    agent: before?.agent ?? id ?? `agent-${Buffer.from(randomBytes(5)).toString('hex')}`,
    epoch: Math.max((before?.epoch ?? 0) + 1, now),
    contacted_groups: before?.contacted_groups ?? [],
  };
  try {
    await writeIdentity(directory, identity);
    return { identity, isKept: true };
  } catch (error) {
    // A first start in a directory that is read-only is a mistake to be told at once: nothing there is worth going on with.
    const isMistake = before === undefined && id === null && isDiskFailure(error, ['EROFS']);
    if (isMistake || !isDiskFailure(error, DISK_FAILURES)) throw error;
    // Behind a wall clock that has gone back, the start before may have had the next number too.
    const epoch = identity.epoch === now ? now : identity.epoch + randomUint32();
    return { identity: { ...identity, epoch }, isKept: false };
  }
}

/** A disk that will not write now, as against one that this user may not write. */
function isDiskFailure(error: unknown, codes: readonly unknown[]): boolean {
  const cause = error instanceof StateError ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && codes.includes(cause.code);
}

const DISK_FAILURES = ['EROFS', 'ENOSPC', 'EDQUOT', 'EIO'] as const;

interface Opened {
  readonly directory: string;
  readonly identity: Identity;
  readonly isKept: boolean;
  readonly assignment: Assignment | undefined;
  readonly spool: Spool;
  readonly unlock: () => Promise<void>;
}

/** Between two attempts to write the identity on a disk that did not take it. */
const KEEP_AGAIN_MS = 10_000;

class OpenDirectory implements StateDirectory {
  readonly agent: string;
  readonly epoch: number;
  readonly assignment: Assignment | undefined;
  readonly spool: Spool;
  readonly #directory: string;
  readonly #unlock: () => Promise<void>;
  #contacted: readonly string[];
  #isKept: boolean;
  #retry: NodeJS.Timeout | undefined;
  /** One write at a time, in order. */
  #writing: Promise<void> = Promise.resolve();

  constructor(opened: Opened) {
    const { identity } = opened;
    this.#directory = opened.directory;
    this.agent = identity.agent;
    this.epoch = identity.epoch;
    this.#contacted = identity.contacted_groups;
    this.assignment = opened.assignment;
    this.spool = opened.spool;
    this.#unlock = opened.unlock;
    this.#isKept = opened.isKept;
    if (!opened.isKept) this.#keepIdentity().catch(() => undefined);
  }

  get trouble(): string | null {
    return (
      this.spool.trouble ?? (this.#isKept ? null : 'the state directory cannot be written (full or read-only disk)')
    );
  }

  get contactedGroups(): readonly string[] {
    return this.#contacted;
  }

  keepAssignment(assignment: Assignment): Promise<void> {
    return this.#inTurn(() => replaceFile(join(this.#directory, 'assignment'), encodeAssignment(assignment)));
  }

  keepContact(group: string): Promise<void> {
    if (this.#contacted.includes(group)) return this.#writing;
    this.#contacted = [...this.#contacted, group];
    return this.#keepIdentity();
  }

  #keepIdentity(): Promise<void> {
    return this.#inTurn(async () => {
      this.#isKept = false;
      this.#retry ??= setInterval(() => void this.#keepIdentity().catch(() => undefined), KEEP_AGAIN_MS);
      await writeIdentity(this.#directory, { agent: this.agent, epoch: this.epoch, contacted_groups: this.#contacted });
      this.#isKept = true;
      clearInterval(this.#retry);
      this.#retry = undefined;
    });
  }

  #inTurn(write: () => Promise<void>): Promise<void> {
    const written = this.#writing.then(write);
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async close(): Promise<void> {
    clearInterval(this.#retry);
    await this.#writing;
    await this.spool.close();
    await this.#unlock();
  }
}

async function readIdentity(path: string): Promise<Identity | undefined> {
  const bytes = await readIfThere(path);
  if (bytes === undefined) return undefined;
  try {
    const identity = JSON.parse(bytes.toString()) as Identity;
    if (
      typeof identity.agent === 'string' &&
      Number.isSafeInteger(identity.epoch) &&
      Array.isArray(identity.contacted_groups)
    ) {
      return identity;
    }
  } catch (error) {
    throw new StateError('STATE_DAMAGED', path, error);
  }
  throw new StateError('STATE_DAMAGED', path);
}

/** A damaged assignment is as none: the collector pushes a new one, and nothing is lost with the old. */
async function readAssignment(path: string): Promise<Assignment | undefined> {
  const bytes = await readIfThere(path);
  const assignment = bytes === undefined ? undefined : decodeAssignment(bytes);
  return isDecodeError(assignment) ? undefined : assignment;
}

function writeIdentity(directory: string, identity: Identity): Promise<void> {
  return replaceFile(join(directory, 'agent.json'), Buffer.from(`${JSON.stringify(identity)}\n`));
}
