/**
 * The terminal while a live screen is on it: the alternate screen, keys one at a time, its size; and everything put back whatever
 * ends the program. Lines are drawn over the ones before, so that nothing flickers.
 *
 * Rejected: a terminal library. What is needed are six sequences that every terminal since the VT100 has.
 */

/** What ends or changes a screen from outside. */
export interface ScreenListener {
  key(text: string): void;
  /** The terminal has another size, or is to be drawn anew. */
  resized(): void;
  /** A signal, or nobody reads any more. */
  ended(): void;
}

export interface OpenScreen {
  readonly size: { readonly columns: number; readonly rows: number };
  draw(lines: readonly string[]): void;
  close(): void;
}

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[2J';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Of a terminal that does not say. */
const USUAL = { columns: 80, rows: 24 };

export function openScreen(listener: ScreenListener): OpenScreen {
  const { stdin, stdout } = process;
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    process.removeListener('exit', close);
    for (const signal of SIGNALS) process.removeListener(signal, listener.ended);
    stdout.removeListener('resize', listener.resized);
    stdout.removeListener('error', listener.ended);
    if (stdin.isTTY) stdin.setRawMode(false);
    stdin.removeListener('data', onKeys);
    stdin.pause();
    if (stdout.writable) stdout.write(LEAVE);
  };
  const onKeys = (text: string): void => listener.key(text);
  for (const signal of SIGNALS) process.on(signal, listener.ended);
  // Also on an error that nobody caught, and before its stack is lost with the alternate screen.
  process.on('exit', close);
  stdout.on('resize', listener.resized);
  stdout.prependListener('error', listener.ended);
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.setEncoding('utf8').on('data', onKeys);
  stdout.write(ENTER);
  return {
    get size() {
      return { columns: stdout.columns || USUAL.columns, rows: stdout.rows || USUAL.rows };
    },
    draw: (lines) => {
      // The last line ends without a line feed, which would scroll.
      if (stdout.writable) stdout.write(`\u001b[H${lines.map((line) => `${line}\u001b[K`).join('\r\n')}\u001b[J`);
    },
    close,
  };
}
