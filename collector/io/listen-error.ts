/**
 * Why the collector cannot listen where it was told to, in words that say what to do next: the same for both of its ports.
 * Node and gRPC name the causes alike in their messages, and gRPC nowhere else.
 */

export type ListenErrorCode = 'PORT_TAKEN' | 'PORT_FORBIDDEN' | 'ADDRESS_UNKNOWN' | 'BIND_FAILED';

const ADVICE: Readonly<Record<ListenErrorCode, (flag: string) => string>> = {
  PORT_TAKEN: (flag) =>
    `the port is taken by another process (another collector?); end that one or choose another ${flag}`,
  PORT_FORBIDDEN: () => 'this user may not use that port; choose one above 1023',
  ADDRESS_UNKNOWN: (flag) => `this machine has no such address; ${flag} takes HOST:PORT of this machine`,
  BIND_FAILED: () => 'the address cannot be used',
};

/** `code` says what to do next, `cause` what the system said. */
export class ListenError extends Error {
  readonly code: ListenErrorCode;

  /** @param listen HOST:PORT @param flag the option that said so, "--grpc" */
  constructor(listen: string, flag: '--grpc' | '--http', cause: Error) {
    const code = codeOf(cause.message);
    super(`cannot listen on ${listen}: ${ADVICE[code](flag)}`, { cause });
    this.name = 'ListenError';
    this.code = code;
  }
}

function codeOf(said: string): ListenErrorCode {
  if (said.includes('EADDRINUSE')) return 'PORT_TAKEN';
  if (said.includes('EACCES')) return 'PORT_FORBIDDEN';
  if (/EADDRNOTAVAIL|ENOTFOUND|EAI_AGAIN|resolution|Could not get a bound/i.test(said)) return 'ADDRESS_UNKNOWN';
  return 'BIND_FAILED';
}

/** It would listen in plain text, and not for this machine alone. */
export class PlainTextError extends Error {
  readonly code = 'PLAIN_TEXT';
  /** @param listen HOST:PORT */
  constructor(listen: string) {
    super(
      `${listen} would be plain text for whoever reaches it, and this collector asks nobody who he is. ` +
        'Make certificates ("dorawatch-collector init --state DIR --name HOST"), or listen on 127.0.0.1, or say --insecure-listen',
    );
    this.name = 'PlainTextError';
  }
}
