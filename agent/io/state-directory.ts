/**
 * What an agent must know again after a restart: its name, its last epoch, the assignment it worked from, the groups that have
 * answered it, and the batches that no collector has yet. Files are replaced whole (written beside, flushed, renamed), so a
 * power cut leaves the old one or the new one. The spool's lock is the directory's lock: one agent, one directory.
 * Rejected: a name made from the host's; hosts are cloned and renamed, and a second agent would speak as the first.
 */
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Assignment } from '../../shared/core/assignment.ts';
import type { UnixMicros } from '../../shared/core/units.ts';
import { makeDirectory } from '../../shared/io/directory.ts';
import { randomBytes } from '../../shared/io/random.ts';
import { decodeAssignment, encodeAssignment } from '../../shared/wire/assignment-codec.ts';
import { isDecodeError } from '../../shared/wire/decode-error.ts';
import { openSpool, type Spool } from './spool.ts';

export type StateErrorCode = 'STATE_NOT_WRITABLE' | 'STATE_DAMAGED' | 'STATE_OF_ANOTHER';

const ADVICE: Record<StateErrorCode, string> = {
  STATE_NOT_WRITABLE: 'cannot be written; give this user the right to, or choose another --state directory',
  STATE_DAMAGED:
    'cannot be understood; move it away, and the agent will begin anew under a new name (or the one given by --id)',
  STATE_OF_ANOTHER: 'belongs to an agent of another name; leave out --id, or choose another --state directory',
};

/** `code` says what to do next. */
export class StateError extends Error {
  readonly code: StateErrorCode;

  constructor(code: StateErrorCode, path: string, cause?: unknown) {
    super(`${path} ${ADVICE[code]}`, { cause });
    this.name = 'StateError';
    this.code = code;
  }
}

export interface StateDirectory {
  readonly agent: string;
  /** This start's: greater than that of every earlier start, and on disk already. */
  readonly epoch: number;
  readonly contactedGroups: readonly string[];
  /** The one that was worked from last; undefined: none yet. */
  readonly assignment: Assignment | undefined;
  readonly spool: Spool;
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
}): Promise<StateDirectory> {
  const { directory, id, now } = options;
  await makeDirectory(directory).catch((error: unknown) => {
    throw new StateError('STATE_NOT_WRITABLE', directory, error);
  });
  const spool = await openSpool(join(directory, 'spool'));
  try {
    const before = await readIdentity(join(directory, 'agent.json'));
    if (before !== undefined && id !== null && before.agent !== id) throw new StateError('STATE_OF_ANOTHER', directory);
    const identity: Identity = {
      agent: before?.agent ?? id ?? `agent-${Buffer.from(randomBytes(5)).toString('hex')}`,
      epoch: Math.max((before?.epoch ?? 0) + 1, now),
      contacted_groups: before?.contacted_groups ?? [],
    };
    await writeIdentity(directory, identity);
    return new OpenDirectory(directory, identity, await readAssignment(join(directory, 'assignment')), spool);
  } catch (error) {
    await spool.close();
    throw error;
  }
}

class OpenDirectory implements StateDirectory {
  readonly agent: string;
  readonly epoch: number;
  readonly assignment: Assignment | undefined;
  readonly spool: Spool;
  readonly #directory: string;
  #contacted: readonly string[];
  /** One write at a time, in order. */
  #writing: Promise<void> = Promise.resolve();

  constructor(directory: string, identity: Identity, assignment: Assignment | undefined, spool: Spool) {
    this.#directory = directory;
    this.agent = identity.agent;
    this.epoch = identity.epoch;
    this.#contacted = identity.contacted_groups;
    this.assignment = assignment;
    this.spool = spool;
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
    return this.#inTurn(() =>
      writeIdentity(this.#directory, { agent: this.agent, epoch: this.epoch, contacted_groups: this.#contacted }),
    );
  }

  #inTurn(write: () => Promise<void>): Promise<void> {
    const written = this.#writing.then(write);
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.spool.close();
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new StateError('STATE_NOT_WRITABLE', path, error);
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

async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
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
