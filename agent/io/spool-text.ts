/**
 * What is wrong with the spool, in the words that the agent's log and `dorawatch agents` share.
 * Rejected: the log's own error texts; they tell a person at the keyboard what to do next, and this one goes on by itself.
 */
import type { BatchLogErrorCode } from '../../shared/io/batch-log-error.ts';
import type { Damage } from '../../shared/io/batch-log-image.ts';

const WRONG: Record<BatchLogErrorCode, string> = {
  LOG_LOCKED: 'the spool is in use by another process',
  LOG_NOT_WRITABLE: 'the spool cannot be written (read-only, or no right to)',
  LOG_DAMAGED: 'the spool is damaged',
  LOG_FULL: 'the disk of the spool is full',
  LOG_CLOSED: 'the spool is closed',
};

/** "the disk of the spool is full: 12 batches wait in memory". */
export function troubleText(code: BatchLogErrorCode, inMemory: number): string {
  return `${WRONG[code]}: ${inMemory} ${inMemory === 1 ? 'batch waits' : 'batches wait'} in memory`;
}

/** "the spool was damaged and is set aside as …; 29847 batches of it were brought back". */
export function damageText({ aside, repaired }: Damage): string {
  const outcome =
    repaired === null ? 'none of its batches could be read' : `${repaired} batches of it were brought back`;
  return `the spool was damaged and is set aside as ${aside}; ${outcome}`;
}
