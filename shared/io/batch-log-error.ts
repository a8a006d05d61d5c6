/**
 * What can go wrong with a log on disk, sorted by what a person has to do next. Rejected: the engine's own error codes, which
 * change with the engine and call a full disk, a missing permission and a damaged file by one name.
 */

export type BatchLogErrorCode = 'LOG_LOCKED' | 'LOG_NOT_WRITABLE' | 'LOG_DAMAGED' | 'LOG_FULL' | 'LOG_CLOSED';

const ADVICE: Record<BatchLogErrorCode, string> = {
  LOG_LOCKED: 'is in use by another process; end that one, or give this one a --state directory of its own',
  LOG_NOT_WRITABLE: 'cannot be written; give this user the right to, or choose another --state directory',
  LOG_DAMAGED: 'is damaged; move it away (it may be repaired later) and start again with an empty one',
  LOG_FULL: 'cannot be written because the disk is full; make room on it',
  LOG_CLOSED: 'was closed',
};

/** `code` says what to do next, `directory` where, `cause` what the engine said. */
export class BatchLogError extends Error {
  readonly code: BatchLogErrorCode;
  readonly directory: string;

  constructor(code: BatchLogErrorCode, directory: string, cause: unknown) {
    super(`the log in ${directory} ${ADVICE[code]}`, { cause });
    this.name = 'BatchLogError';
    this.code = code;
    this.directory = directory;
  }
}

/** Any failure of the engine or the file system as one of ours. */
export function logError(directory: string, error: unknown): BatchLogError {
  return error instanceof BatchLogError ? error : new BatchLogError(codeOf(error), directory, error);
}

function codeOf(error: unknown): BatchLogErrorCode {
  const said = allSaid(error);
  if (/LEVEL_LOCKED/.test(said)) return 'LOG_LOCKED';
  if (/ENOSPC|No space left/i.test(said)) return 'LOG_FULL';
  if (/EACCES|EPERM|EROFS|ENOTDIR|EEXIST|ENOENT|Permission denied|Read-only|Not a directory/i.test(said))
    return 'LOG_NOT_WRITABLE';
  // A store that could not be opened says both.
  if (/Corruption|LEVEL_CORRUPTION/.test(said)) return 'LOG_DAMAGED';
  if (/LEVEL_DATABASE_NOT_OPEN|LEVEL_ITERATOR_NOT_OPEN|LEVEL_BATCH_NOT_OPEN/.test(said)) return 'LOG_CLOSED';
  return 'LOG_DAMAGED';
}

/** Code and message of an error and of what caused it, in one line. */
function allSaid(error: unknown): string {
  let said = '';
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth += 1) {
    said += `${'code' in current ? String(current.code) : ''} ${current.message} `;
  }
  return said;
}
