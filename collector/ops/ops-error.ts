/** Why a command cannot be carried out, with its exit code: the one kind of failure that main.ts prints as a sentence. */

/** `exitCode` 1: failed, 2: the arguments were wrong. */
export class OpsError extends Error {
  readonly exitCode: 1 | 2;
  constructor(message: string, exitCode: 1 | 2, cause?: unknown) {
    super(message, { cause });
    this.name = 'OpsError';
    this.exitCode = exitCode;
  }
}
