/** Writes everything that a source yields into a stream, no faster than its reader takes it. */

/** A server stream, as far as this needs it. */
export interface Outlet<Message> {
  readonly cancelled: boolean;
  write(message: Message): boolean;
  once(event: 'drain' | 'cancelled' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'cancelled' | 'close', listener: () => void): unknown;
}

/** Resolves when all is written or the reader has gone. */
export async function sendAll<Message>(
  call: Outlet<Message>,
  messages: AsyncIterable<Message> | Iterable<Message>,
): Promise<void> {
  for await (const message of messages) {
    if (call.cancelled) return;
    if (!call.write(message)) await drained(call);
  }
}

function drained(call: Outlet<never>): Promise<void> {
  const endings = ['drain', 'cancelled', 'close'] as const;
  return new Promise((resolve) => {
    const done = (): void => {
      for (const ending of endings) call.off(ending, done);
      resolve();
    };
    for (const ending of endings) call.once(ending, done);
  });
}
