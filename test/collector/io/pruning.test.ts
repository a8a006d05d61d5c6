/** Pruning beside ingest: how long an acknowledgement takes before and during it is printed; that it takes no second is held. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { openInbox } from '../../../collector/io/inbox.ts';
import { unixMicros } from '../../../shared/core/units.ts';
import { createClock } from '../../../shared/io/clock.ts';
import { encodeBatch } from '../../../shared/wire/batch-encoder.ts';
import { seeded, typicalBatch } from '../../shared/wire/result-batches.ts';

const STORED = 8_000;

t.test('ingest goes on while raw results go', async (t) => {
  const inbox = await openInbox(mkdtempSync(join(tmpdir(), 'dorawatch-')));
  t.teardown(() => inbox.close());
  const [random, clock] = [seeded(5), createClock()];
  let sequence = 0;
  const append = () => {
    sequence += 1;
    const batch = typicalBatch({ sequence, rate: 1, random });
    return inbox.appendBatch({ receivedAt: unixMicros(sequence * 1e6), batch, bytes: encodeBatch(batch) });
  };
  while (sequence < STORED) await Promise.all(Array.from({ length: 500 }, append));
  const acknowledged = async (isOver: (count: number) => boolean) => {
    const took: number[] = [];
    while (!isOver(took.length)) {
      const began = clock.monotonic();
      await append();
      took.push((clock.monotonic() - began) / 1e6);
      await pause(5);
    }
    took.sort((a, b) => a - b);
    return { count: took.length, p99: took[Math.floor(took.length * 0.99)] ?? 0, max: took.at(-1) ?? 0 };
  };
  const before = await acknowledged((count) => count === 100);
  let over = false;
  const pruned = inbox.prune(STORED + 1, new AbortController().signal).finally(() => {
    over = true;
  });
  const during = await acknowledged(() => over);
  t.equal(await pruned, STORED);
  const text = ({ p99, max }: typeof during) => `p99 ${p99.toFixed(1)} ms, max ${max.toFixed(1)} ms`;
  t.comment(`an acknowledgement before pruning: ${text(before)}; during: ${text(during)} (${during.count} of them)`);
  t.ok(during.count > 20 && during.max < 5_000, 'nobody waited for seconds');
  t.equal(inbox.size.records, sequence - STORED, 'what came meanwhile is there');
  const found = await inbox.appendBatch({
    receivedAt: unixMicros(1e12),
    batch: typicalBatch({ sequence: 3, rate: 1, random: seeded(5) }),
    bytes: new Uint8Array(),
  });
  t.equal(found.kind, 'duplicate', 'what was stored once and removed is not taken again');
});
