/**
 * A real terminal for the programs: a pty that `script` (util-linux) makes, its size, keys, and what stands on its screen. The
 * screen is read by a small emulator of the few sequences that a well-behaved program needs; any other is kept as unknown, so
 * that a test can say that there was none.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { TYPESCRIPT } from '../typescript.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface TerminalOptions {
  readonly columns: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A program in a terminal. */
export class Terminal {
  /** All that was written, escape sequences included. */
  raw = '';
  /** Exit code of the program, as its shell saw it. */
  readonly ended: Promise<number>;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();

  /** @param main a program file of the project */
  constructor(main: string, args: readonly string[], { columns, rows = 24, env = {} }: TerminalOptions) {
    const program = [process.execPath, TYPESCRIPT, main, ...args].map((word) => `'${word}'`).join(' ');
    // The shell stays, and says afterwards how the terminal was left.
    const line = `tty; stty cols ${columns} rows ${rows}; sh -c 'echo pid=$$; exec "$@"' sh ${program}; echo "code=$?"; stty -a`;
    this.#child = spawn('script', ['-qec', line, '/dev/null'], {
      cwd: root,
      env: {
        ...process.env,
        TZ: 'UTC',
        TERM: 'xterm',
        SHELL: '/bin/sh',
        NODE_OPTIONS: '',
        NO_COLOR: '',
        COLUMNS: '',
        ...env,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.raw += text;
      for (const look of this.#waiting) look();
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('close', () => resolve(Number(/code=(\d+)/.exec(this.raw)?.[1] ?? -1)));
    });
  }

  /** What the program itself wrote. */
  get output(): string {
    const begin = /pid=\d+\r\n/.exec(this.raw);
    const from = begin === null ? 0 : begin.index + begin[0].length;
    const to = this.raw.lastIndexOf('code=');
    return this.raw.slice(from, to < 0 ? undefined : to);
  }

  /** What `stty` says of the terminal after the program. */
  get settings(): string {
    return this.raw.slice(this.raw.lastIndexOf('code='));
  }

  press(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  resize(columns: number, rows: number): void {
    const device = /\/dev\/pts\/\d+/.exec(this.raw)?.[0] ?? '';
    spawnSync('stty', ['-F', device, 'cols', String(columns), 'rows', String(rows)]);
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(Number(/pid=(\d+)/.exec(this.raw)?.[1]), signal);
  }

  /** Ends the terminal itself, as a window that is closed does. */
  close(): void {
    this.#child.kill('SIGKILL');
  }

  /** Resolves when what stands on the screen fits; rejects with the screen when it never does. */
  until(fits: (lines: readonly string[]) => boolean, limitMs = 30_000): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      const done = (act: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        act();
      };
      const look = (): void => {
        const lines = screenOf(this.output).lines;
        if (fits(lines)) done(() => resolve(lines));
      };
      const timer = setTimeout(
        () => done(() => reject(new Error(`it never showed; last:\n${screenOf(this.output).lines.join('\n')}`))),
        limitMs,
      );
      this.#waiting.add(look);
      look();
    });
  }
}

export interface Screen {
  readonly lines: readonly string[];
  readonly alternate: boolean;
  readonly cursorShown: boolean;
  /** Sequences that this reader does not know. */
  readonly unknown: readonly string[];
}

/** Plays what was written to a screen of any size, without wrapping. */
export function screenOf(written: string): Screen {
  const screen = { rows: new Map<number, string[]>(), row: 0, column: 0, alternate: false, cursorShown: true };
  const unknown: string[] = [];
  const line = (): string[] => {
    const known = screen.rows.get(screen.row) ?? [];
    screen.rows.set(screen.row, known);
    return known;
  };
  const sequences: Readonly<Record<string, () => void>> = {
    '[?1049h': () => Object.assign(screen, { alternate: true, rows: new Map() }),
    '[?1049l': () => Object.assign(screen, { alternate: false }),
    '[?25l': () => Object.assign(screen, { cursorShown: false }),
    '[?25h': () => Object.assign(screen, { cursorShown: true }),
    '[H': () => Object.assign(screen, { row: 0, column: 0 }),
    '[2J': () => screen.rows.clear(),
    '[K': () => void line().splice(screen.column),
    '[J': () => {
      line().splice(screen.column);
      for (const row of screen.rows.keys()) if (row > screen.row) screen.rows.delete(row);
    },
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: sequences begin with a control character.
  for (const [token, sequence] of written.matchAll(/\u001b(\[[?0-9;]*[A-Za-z])|[^\u001b]/gu)) {
    if (sequence !== undefined) {
      const act = sequences[sequence];
      if (act !== undefined) act();
      else if (!/^\[[0-9;]*m$/.test(sequence)) unknown.push(sequence);
    } else if (token === '\n') screen.row += 1;
    else if (token === '\r') screen.column = 0;
    else {
      const cells = line();
      while (cells.length < screen.column) cells.push(' ');
      cells[screen.column] = token;
      screen.column += 1;
    }
  }
  const last = Math.max(-1, ...screen.rows.keys());
  const lines = Array.from({ length: last + 1 }, (_, row) => (screen.rows.get(row) ?? []).join('').trimEnd());
  return { lines, alternate: screen.alternate, cursorShown: screen.cursorShown, unknown };
}
