import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { LogEntry } from '../../../collector/core/log-entry.ts';
import { type Inbox, openInbox } from '../../../collector/io/inbox.ts';
import { epochMicros, microseconds, unixMicros } from '../../../shared/core/units.ts';
import { encodeBatch } from '../../../shared/wire/batch-encoder.ts';
import { seeded, typicalBatch } from '../../shared/wire/result-batches.ts';

const temporary = () => mkdtempSync(join(tmpdir(), 'dorawatch-'));
const receivedAt = unixMicros(1_700_000_000_123_456);

function received(sequence: number, seed = sequence) {
  const batch = typicalBatch({ sequence, rate: 10, random: seeded(seed) });
  return { receivedAt, batch, bytes: encodeBatch(batch) };
}

async function entriesOf(inbox: Inbox): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const { entry } of inbox.read(1)) entries.push(entry);
  return entries;
}

t.test(
  'stored once, whatever the order and however often; other content under the same name is a conflict',
  async (t) => {
    const directory = temporary();
    const inbox = await openInbox(directory);
    const results = await Promise.all([5, 1, 5, 3].map((sequence) => inbox.appendBatch(received(sequence))));
    t.strictSame(
      results.map(({ kind }) => kind),
      ['stored', 'stored', 'duplicate', 'stored'],
      'a copy that is still being written counts',
    );
    t.equal((await inbox.appendBatch(received(4))).kind, 'stored', 'a hole is no duplicate');
    t.equal((await inbox.appendBatch(received(3, 99))).kind, 'conflict');
    await inbox.close();

    const again = await openInbox(directory);
    t.equal((await again.appendBatch(received(5))).kind, 'duplicate', 'after a restart too');
    t.equal((await again.appendBatch(received(1, 99))).kind, 'conflict');
    t.equal((await again.appendBatch(received(2))).kind, 'stored');
    const sequences = (await entriesOf(again)).map((entry) => (entry.kind === 'batch' ? entry.batch.sequence : 0));
    t.strictSame(sequences, [5, 1, 3, 4, 2]);
    await again.close();
  },
);

t.test('every kind of entry comes back as it was', async (t) => {
  const inbox = await openInbox(temporary());
  t.teardown(() => inbox.close());
  const entries: readonly LogEntry[] = [
    { kind: 'batch', receivedAt, batch: received(1).batch },
    {
      kind: 'clock',
      receivedAt,
      agent: 'agent-ü',
      epoch: 1_700_000_000_000_000,
      anchor: unixMicros(1_700_000_000_000_001),
      at: epochMicros(123_456),
      offsetUs: microseconds(-42),
      errorUs: microseconds(7),
    },
    {
      kind: 'mark',
      receivedAt,
      at: receivedAt,
      text: 'Primary server taken down',
      group: 'g',
      server: null,
      site: null,
      actor: 'me',
      ref: null,
    },
  ];
  t.strictSame(await inbox.append(entries), [1, 2, 3]);
  t.strictSame(await entriesOf(inbox), entries);
  t.strictSame(await inbox.append(entries.slice(0, 1)), [null], 'a batch that is stored is left out');
});

t.test('a follower gets what is there, then what comes, in order', async (t) => {
  const directory = temporary();
  const first = await openInbox(directory);
  for (let sequence = 1; sequence <= 300; sequence += 1) await first.appendBatch(received(sequence));
  await first.close();
  const inbox = await openInbox(directory);
  t.teardown(() => inbox.close());
  const abort = new AbortController();
  const positions: number[] = [];
  const following = (async () => {
    for await (const chunk of inbox.follow(2, abort.signal)) {
      for (const { position } of chunk) positions.push(position);
      if (positions.at(-1) === 310) abort.abort();
    }
  })();
  for (let sequence = 301; sequence <= 310; sequence += 1) await inbox.appendBatch(received(sequence));
  await following;
  t.strictSame(
    positions,
    Array.from({ length: 309 }, (_, index) => index + 2),
  );
});

t.test('a loss is stored once, and only as far as its batches never came', async (t) => {
  const directory = temporary();
  const inbox = await openInbox(directory);
  const { epoch, agent, site, anchor } = received(1).batch;
  for (const sequence of [4, 5]) await inbox.appendBatch(received(sequence));
  const [fromUs, toUs] = [epochMicros(0), epochMicros(10e6)];
  const run = { from: 1, to: 10, fromUs, toUs, groups: [{ group: 'corsham-dhcp', exchanges: 200 }] };
  const loss = { kind: 'loss' as const, receivedAt, agent, site, epoch, anchor, cause: 'shed' as const, ...run };
  const [first, again] = await Promise.all([inbox.append([loss]), inbox.append([loss])]);
  t.type(first[0], 'number');
  t.strictSame(again, [null], 'the same once more, before the first is on disk');
  const parts = (await entriesOf(inbox)).flatMap((entry) => (entry.kind === 'loss' ? [entry] : []));
  t.match(parts, [
    { from: 1, to: 3, fromUs: 0, toUs: 3e6, groups: [{ exchanges: 60 }] },
    { from: 6, to: 10, fromUs: 5e6, toUs: 10e6, groups: [{ exchanges: 100 }] },
  ]);
  await inbox.close();
  const reopened = await openInbox(directory);
  t.teardown(() => reopened.close());
  t.strictSame(await reopened.append([loss]), [null], 'also after a restart');
  t.equal((await reopened.appendBatch(received(7))).kind, 'duplicate', 'what is told as lost does not come after all');
  t.equal((await reopened.appendBatch(received(11))).kind, 'stored');
});
