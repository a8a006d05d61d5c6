/**
 * Reads a stretch of event time out of the log: the ranges of positions that the index names, and the clock samples that say
 * what their agents' times mean. Those may stand far from the batches (a batch spooled in a cut is corrected by samples from
 * before and after it), so each is also filed by its agent's time and the two that enclose a period are fetched singly.
 *
 * Rejected: every sample of the log in memory; a year of 142 agents is half a gigabyte.
 */
import { nextValue, type Range, rangesOf } from '../../shared/core/ranges.ts';
import type { BatchLog, PlaceRange } from '../../shared/io/batch-log.ts';
import type { LogPlace } from '../../shared/io/log-key.ts';
import { isDecodeError } from '../../shared/wire/decode-error.ts';
import type { AgentWindow, Period, PeriodIndex } from '../core/answers/period-index.ts';
import type { ClockEntry, LogEntry } from '../core/log-entry.ts';
import { decodeEntry } from './log-entry-codec.ts';

/** Where a sample is found again: under its agent, by epoch and the agent's wall time. */
export const samplePlace = ({ agent, epoch, anchor, at }: ClockEntry): LogPlace => ({
  series: agent,
  at: [epoch, anchor + at],
});

interface Source {
  readonly log: BatchLog;
  readonly index: PeriodIndex;
}

/** What bears on a period of event time. */
const KINDS: ReadonlySet<LogEntry['kind']> = new Set(['batch', 'clock', 'loss']);

/** As Inbox.readPeriod. What is appended meanwhile is not read. */
export async function* readPeriod(
  { log, index }: Source,
  { from, to, through }: Period & { readonly through?: number },
): AsyncIterable<{ readonly position: number; readonly entry: LogEntry }> {
  const end = Math.min(through ?? Number.POSITIVE_INFINITY, log.stored + 1);
  const ranges = index.ranges({ from, to }, end);
  const samples = await sampleRanges({ log, index }, { from, to }, { ranges, end });
  const all = [...ranges, ...samples].sort((a, b) => a.from - b.from);
  for (const range of all) {
    for await (const { position, bytes } of log.read(range)) {
      const entry = decodeEntry(bytes);
      if (!isDecodeError(entry) && KINDS.has(entry.kind)) yield { position, entry };
    }
  }
}

/** Positions of samples that enclose the period or lie in it, and are in no range that is read anyway. */
async function sampleRanges(
  { log, index }: Source,
  period: Period,
  { ranges, end }: { readonly ranges: readonly Range[]; readonly end: number },
): Promise<readonly Range[]> {
  const found = new Set<number>();
  for (const { agent, epoch, from, to } of index.windows(period)) {
    const before = await firstBefore(log.placed({ series: agent, to: [epoch, from], reverse: true }), end);
    const after = await firstBefore(log.placed({ series: agent, from: [epoch, to] }), end);
    for await (const position of log.placed(between(agent, { epoch, from, to })))
      if (position < end) found.add(position);
    for (const position of [before, after]) if (position !== undefined) found.add(position);
  }
  const apart = [...found].filter((position) => !isIn(ranges, position));
  // One by one: what stands between two of them was not asked for.
  return rangesOf(apart);
}

const between = (series: string, { epoch, from, to }: Omit<AgentWindow, 'agent'>): PlaceRange => ({
  series,
  from: [epoch, from],
  to: [epoch, to],
});

const isIn = (ranges: readonly Range[], position: number): boolean => {
  const next = nextValue(ranges, position);
  return next === position;
};

async function firstBefore(positions: AsyncIterable<number>, end: number): Promise<number | undefined> {
  for await (const position of positions) if (position < end) return position;
  return undefined;
}
