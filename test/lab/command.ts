/**
 * One short foreign command, run to its end. Synchronous on purpose: the clean-up of a lab must also work inside
 * `process.on('exit')`, where nothing asynchronous runs any more, and two ways to call `ip` would be one too many.
 */
import { spawnSync } from 'node:child_process';
import { COMMAND_LIMIT_MS } from './limits.ts';

/** Why an operation of the lab failed, in words that name the command. `code` says what to do next. */
export class LabError extends Error {
  readonly code: 'COMMAND_FAILED' | 'TIMED_OUT' | 'CHILD_ENDED' | 'BAD_CAPTURE' | 'LIMIT' | 'CONTROL_FAILED';

  constructor(code: LabError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'LabError';
    this.code = code;
  }
}

/** What a command printed and how it ended; `status` is null when a signal ended it or it could not be started. */
export type CommandResult = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** The environment for foreign programs: a plain `su` on Debian leaves sbin out of the PATH. */
export function toolEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`,
    LC_ALL: 'C',
    ...extra,
  };
}

/** Runs a command and returns how it ended, whatever that is. */
export function tryCommand(
  name: string,
  args: readonly string[],
  options: { readonly input?: string; readonly limitMs?: number } = {},
): CommandResult {
  const ended = spawnSync(name, args, {
    encoding: 'utf8',
    env: toolEnvironment(),
    timeout: options.limitMs ?? COMMAND_LIMIT_MS,
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  const startError = ended.error === undefined ? '' : ended.error.message;
  return {
    status: ended.status,
    stdout: ended.stdout ?? '',
    stderr: (ended.stderr ?? '') + startError,
  };
}

/** Runs a command and returns its standard output; anything but exit code 0 is a LabError `COMMAND_FAILED`. */
export function command(
  name: string,
  args: readonly string[],
  options: { readonly input?: string; readonly limitMs?: number } = {},
): string {
  const ended = tryCommand(name, args, options);
  if (ended.status === 0) return ended.stdout;
  const said = ended.stderr.trim() || `exit code ${ended.status ?? 'none'}`;
  throw new LabError('COMMAND_FAILED', `${name} ${args.join(' ')}: ${said}`);
}
