/**
 * A line on standard error that renews itself while something is going on, and is gone when it has ended: for whoever waits at a
 * terminal. A pipe or a file gets none. Rejected: a package for spinners; none tells more than the text that it is given.
 */
import { createClock } from './clock.ts';

/** Between two renewals, ms. */
const RENEWED_EVERY_MS = 500;
/** What is done sooner needs no line, ms. */
export const PATIENCE_MS = 2_000;

/** Shows what `text` says, given the whole seconds since now, once `afterMs` have passed; 0: before it returns. @returns its end, which removes the line */
export function showProgressLine(text: (seconds: number) => string, afterMs: number): () => void {
  const { stderr } = process;
  if (!stderr.isTTY) return () => undefined;
  const clock = createClock();
  let timer: NodeJS.Timeout;
  let isShown = false;
  const show = (): void => {
    // A line longer than the terminal would leave its first part behind at every renewal: the tail is what can be spared.
    const line = text(Math.floor(clock.monotonic() / 1e9)).slice(0, Math.max(0, (stderr.columns || 80) - 1));
    stderr.write(`\r\u001b[K${line}`);
    isShown = true;
    timer = setTimeout(show, RENEWED_EVERY_MS);
  };
  if (afterMs > 0) timer = setTimeout(show, afterMs);
  else show();
  return () => {
    clearTimeout(timer);
    if (isShown) stderr.write('\r\u001b[K');
  };
}

/** Shows it while the work goes on, if that takes longer than PATIENCE_MS. */
export async function withProgressLine<Value>(
  text: (seconds: number) => string,
  work: () => Promise<Value>,
): Promise<Value> {
  const end = showProgressLine(text, PATIENCE_MS);
  try {
    return await work();
  } finally {
    end();
  }
}
