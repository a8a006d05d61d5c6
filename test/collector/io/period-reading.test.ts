import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { type BatchClocks, createBatchClocks } from '../../../collector/core/answers/batch-clocks.ts';
import type { ClockEntry, LogEntry } from '../../../collector/core/log-entry.ts';
import { type Inbox, type InboxRecord, openInbox } from '../../../collector/io/inbox.ts';
import type { ResultBatch } from '../../../shared/core/batch.ts';
import { epochMicros, microseconds, unixMicros } from '../../../shared/core/units.ts';
import { batches } from '../fake-agent.ts';

const temporary = () => mkdtempSync(join(tmpdir(), 'dorawatch-'));
const MINUTE = 60e6;
const HOUR = 60 * MINUTE;
const START = 1_700_000_000e6;

interface Life {
  /** agent − collector, µs. */
  readonly offset: number;
  /** Epoch's start in true time, µs after START. */
  readonly begin: number;
  /** Length, minutes; one batch a minute. */
  readonly minutes: number;
  /** Delay of receipt, µs: 0 is live. */
  readonly delay: number;
  /** Minutes between samples; 0: never sampled. */
  readonly sampled: number;
}

interface Arrival {
  readonly at: number;
  readonly entry: LogEntry;
}

function livesOf(agent: string, epoch: number, life: Life): Arrival[] {
  const anchorUs = START + life.begin + life.offset;
  const [made] = batches({ agent, anchorUs, seconds: 1 });
  const arrivals: Arrival[] = [];
  for (let minute = 0; minute < life.minutes; minute += 1) {
    const us = minute * MINUTE;
    const at = START + life.begin + us + life.delay;
    const batch: ResultBatch = {
      ...(made as ResultBatch),
      epoch,
      sequence: minute + 1,
      fromUs: epochMicros(us),
      completeThroughUs: epochMicros(us + MINUTE),
      results: { ...(made as ResultBatch).results, sentUs: (made as ResultBatch).results.sentUs.map((x) => x + us) },
    };
    arrivals.push({ at, entry: { kind: 'batch', receivedAt: unixMicros(at), batch } });
    if (life.sampled > 0 && minute % life.sampled === life.sampled - 1) {
      // Measured on the stream: what is received late was sampled late as well.
      const measured = epochMicros(us + life.delay);
      const sample = { agent, epoch, anchor: unixMicros(anchorUs), at: measured, errorUs: microseconds(200) };
      const offsetUs = microseconds(life.offset + ((minute * 977) % 5000));
      arrivals.push({ at: at + 1, entry: { kind: 'clock', receivedAt: unixMicros(at + 1), ...sample, offsetUs } });
    }
  }
  return arrivals;
}

const life: fc.Arbitrary<Life> = fc.record({
  offset: fc.constantFrom(0, 90e6, -90e6, HOUR, -HOUR, 7 * HOUR, -START + 5e6),
  begin: fc.integer({ min: 0, max: 300 }).map((minutes) => minutes * MINUTE),
  minutes: fc.integer({ min: 1, max: 60 }),
  delay: fc.constantFrom(0, 0, 30 * MINUTE, 5 * HOUR),
  sampled: fc.constantFrom(0, 1, 7, 1000),
});

/** The batches of a period by every sample of the log, each with the offset of its first exchange. */
function wanted(records: readonly InboxRecord[], clocks: BatchClocks, period: { from: number; to: number }) {
  return records.flatMap(({ position, entry }) => {
    if (entry.kind !== 'batch') return [];
    const { batch } = entry;
    const times = batch.results.sentUs.map((us) => clocks.correct(batch, us));
    if (!times.some((at) => at >= period.from && at < period.to)) return [];
    return [`${position} ${clocks.offset(batch, batch.results.sentUs[0] ?? 0)}`];
  });
}

const clocksOf = (records: readonly InboxRecord[]): BatchClocks => {
  const clocks = createBatchClocks();
  for (const { entry } of records) if (entry.kind === 'clock') clocks.add(entry as ClockEntry);
  return clocks;
};

async function all(records: AsyncIterable<InboxRecord>): Promise<InboxRecord[]> {
  const found: InboxRecord[] = [];
  for await (const record of records) found.push(record);
  return found;
}

async function agree(t: Test, inbox: Inbox, period: { from: number; to: number }, through: number) {
  const log = (await all(inbox.read(1))).filter(({ position }) => position < through);
  const found = await all(inbox.readPeriod({ ...period, through }));
  const positions = found.map(({ position }) => position);
  t.strictSame(
    positions,
    [...new Set(positions)].sort((a, b) => a - b),
    'in log order, each once',
  );
  t.ok(positions.every((position) => position < through));
  t.strictSame(wanted(found, clocksOf(found), period), wanted(log, clocksOf(log), period));
  return { read: found.length, of: log.length };
}

t.test('a period finds its batches and their clocks, whatever the clocks and the order of arrival', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('a', 'b/1', 'c'), life), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 0, max: 420 }),
      fc.integer({ min: 1, max: 90 }),
      fc.double({ min: 0.3, max: 1, noNaN: true }),
      async (lives, fromMinute, minutes, share) => {
        const directory = temporary();
        const arrivals = lives.flatMap(([agent, one], epoch) => livesOf(agent, epoch + 1, one));
        arrivals.sort((a, b) => a.at - b.at);
        const first = await openInbox(directory);
        await first.append(arrivals.map(({ entry }) => entry));
        const from = START + fromMinute * MINUTE;
        const period = { from, to: from + minutes * MINUTE };
        const through = Math.ceil(first.next * share);
        await agree(t, first, period, through);
        await first.close();
        const again = await openInbox(directory);
        await agree(t, again, period, through);
        await again.close();
      },
    ),
    { numRuns: 30 },
  );
});

t.test('a backlog that drains beside live batches does not stretch an hour over the log', async (t) => {
  const inbox = await openInbox(temporary());
  t.teardown(() => inbox.close());
  const live = { offset: 0, delay: 0, sampled: 10, begin: 0 };
  const arrivals = [
    ...Array.from({ length: 20 }, (_, n) => livesOf(`live-${n}`, 1, { ...live, minutes: 600 })).flat(),
    ...livesOf('cut', 1, { ...live, minutes: 120, delay: 8 * HOUR }),
  ];
  arrivals.sort((a, b) => a.at - b.at);
  await inbox.append(arrivals.map(({ entry }) => entry));
  const { read, of } = await agree(t, inbox, { from: START + HOUR, to: START + 2 * HOUR }, inbox.next);
  t.comment(`one hour of ten: ${read} of ${of} entries read`);
  t.ok(read < of * 0.3, 'one hour of ten, its margins, and an hour in which old and new came mixed');
});
