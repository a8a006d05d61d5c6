/** What can be wrong with a state directory, sorted by what a person has to do next. Rejected: the file system's own codes. */

export type StateErrorCode = 'STATE_NOT_WRITABLE' | 'STATE_DAMAGED' | 'STATE_OF_ANOTHER' | 'ENROLMENT_DAMAGED';

const ADVICE: Record<StateErrorCode, string> = {
  STATE_NOT_WRITABLE: 'cannot be written; give this user the right to, or choose another --state directory',
  STATE_DAMAGED:
    'cannot be understood; move it away, and the agent will begin anew under a new name (or the one given by --id)',
  STATE_OF_ANOTHER: 'belongs to an agent of another name; leave out --id, or choose another --state directory',
  ENROLMENT_DAMAGED:
    'cannot be used; enrol this agent again with a new token (dorawatch-agent join --again): its name and its spool are kept',
};

/** `code` says what to do next. */
export class StateError extends Error {
  readonly code: StateErrorCode;

  /** @param cause a string is told as well */
  constructor(code: StateErrorCode, path: string, cause?: unknown) {
    super(`${path} ${ADVICE[code]}${typeof cause === 'string' ? ` (${cause})` : ''}`, { cause });
    this.name = 'StateError';
    this.code = code;
  }
}
