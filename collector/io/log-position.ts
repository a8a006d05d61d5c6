/**
 * Finds a moment of receipt in the log. Apart from the inbox because it needs nothing but to read it. Rejected: an index by
 * receipt; positions are one, and halving reads twenty records.
 */
import type { UnixMicros } from '../../shared/core/units.ts';
import type { Inbox, InboxRecord } from './inbox.ts';

/** Where the log's entries received at or after a moment begin, by halving: receipt only goes on, clock steps aside. */
export async function positionAt(inbox: Inbox, moment: UnixMicros): Promise<number> {
  let [low, high] = [1, inbox.next];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const record = await firstFrom(inbox, middle);
    if (record !== null && record.entry.receivedAt < moment) low = record.position + 1;
    else high = middle;
  }
  return low;
}

async function firstFrom(inbox: Inbox, position: number): Promise<InboxRecord | null> {
  for await (const record of inbox.read(position)) return record;
  return null;
}
