/**
 * A child process of the lab, inside a namespace or out of it: its output is kept (bounded in memory, whole on disk), its
 * end is awaited, and it is ended by its id. `ip netns exec` replaces itself by the command, so the id is the command's.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { LabError, toolEnvironment } from './command.ts';
import { OUTPUT_LIMIT_CHARS, POLL_MS, STOP_LIMIT_MS, STREAM_GRACE_MS } from './limits.ts';

/** How a child ended; exactly one of `code` and `signal` is set. */
export type Ending = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** What a child is given. `logPath` receives both streams as they come. */
export type ChildOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly logPath: string;
};

/** A running command whose streams and end are watched from its first moment. */
export class LabChild {
  readonly commandLine: string;
  readonly logPath: string;
  /** Resolves when the process has ended and its streams are read to their end; never rejects. */
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  readonly #streams = { stdout: '', stderr: '' };
  #shedChars = 0;
  #isRunning = true;

  constructor(name: string, args: readonly string[], options: ChildOptions) {
    this.commandLine = [name, ...args].join(' ');
    this.logPath = options.logPath;
    const log = createWriteStream(options.logPath, { flags: 'a' });
    this.#child = spawn(name, args, {
      env: toolEnvironment(options.env),
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    this.#read('stdout', log);
    this.#read('stderr', log);
    this.ended = this.#watch(log);
  }

  /** Process id; 0 when the command could not be started. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** What the child wrote to its standard output so far (the last OUTPUT_LIMIT_CHARS of it). */
  get stdout(): string {
    return this.#streams.stdout;
  }

  /** What the child wrote to its standard error so far (the last OUTPUT_LIMIT_CHARS of it). */
  get stderr(): string {
    return this.#streams.stderr;
  }

  /** Characters of output no longer in memory; the file at `logPath` has them. */
  get shedChars(): number {
    return this.#shedChars;
  }

  /** Sends a signal to this process alone. False when it had ended. */
  kill(signal: NodeJS.Signals = 'SIGTERM'): boolean {
    return this.#isRunning && this.#child.kill(signal);
  }

  /** Ends the process: the signal first, SIGKILL after STOP_LIMIT_MS. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', limitMs: number = STOP_LIMIT_MS): Promise<Ending> {
    this.kill(signal);
    const timer = setTimeout(() => this.kill('SIGKILL'), limitMs);
    try {
      return await this.ended;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits until the output of either stream matches; a child that ends or takes too long is a LabError. */
  async waitForOutput(pattern: RegExp, limitMs: number): Promise<RegExpMatchArray> {
    let leftMs = limitMs;
    for (;;) {
      const match = this.stdout.match(pattern) ?? this.stderr.match(pattern);
      if (match !== null) return match;
      if (!this.#isRunning) throw new LabError('CHILD_ENDED', `${this.commandLine} ended: ${this.stderr.slice(-2000)}`);
      if (leftMs <= 0) throw new LabError('TIMED_OUT', `${this.commandLine} never printed ${pattern} in ${limitMs} ms`);
      await pause(POLL_MS);
      leftMs -= POLL_MS;
    }
  }

  #read(name: 'stdout' | 'stderr', log: WriteStream): void {
    this.#child[name]?.setEncoding('utf8').on('data', (text: string) => {
      log.write(text);
      const all = this.#streams[name] + text;
      this.#shedChars += Math.max(0, all.length - OUTPUT_LIMIT_CHARS);
      this.#streams[name] = all.slice(-OUTPUT_LIMIT_CHARS);
    });
  }

  #watch(log: WriteStream): Promise<Ending> {
    return new Promise((resolve) => {
      let isEnded = false;
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        if (isEnded) return;
        isEnded = true;
        this.#isRunning = false;
        log.end();
        const ending = { code, signal, ...this.#streams };
        // The lab removes the folder next: a log still being flushed would bring it back.
        void finished(log).then(
          () => resolve(ending),
          () => resolve(ending),
        );
      };
      this.#child.on('error', (error) => {
        this.#streams.stderr += error.message;
        end(127, null);
      });
      this.#child.on('close', end);
      this.#child.on('exit', (code, signal) => {
        this.#isRunning = false;
        // A grandchild may hold the streams open: they are read a little longer, not for ever.
        setTimeout(() => end(code, signal), STREAM_GRACE_MS).unref();
      });
    });
  }
}

/** Waits for so many milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
