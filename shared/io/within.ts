/**
 * Waits for something, but not longer than that: for ends that must come whether or not the other side plays along. What is
 * waited for goes on meanwhile. Rejected: a race with a bare timer, which keeps the process alive until it fires.
 */

/** Resolves when `awaited` does, or after `limitMs`. Rejects when `awaited` does before. */
export async function within(limitMs: number, awaited: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  try {
    await Promise.race([awaited, limit]);
  } finally {
    clearTimeout(timer);
  }
}
