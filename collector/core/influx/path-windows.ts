/**
 * Exchanges gathered into `dhcp_path` points: per path and ten seconds, counts by outcome and latency quantiles. A window is
 * always written whole, so it must be whole in memory: windows are held in blocks, and a block is opened either as one that
 * nothing can be in yet, or by reading its part of the log again. After a restart, or when results come late, that gives the full
 * window and overwrites what was there.
 *
 * A block that was opened again is written whole as well: an exchange that was placed before its agent's next clock sample
 * may have moved to the neighbouring window since. Rejected: sketches that merge. Written twice they count twice.
 */
import { ABSENT, isServerPath, type ResultBatch } from '../../../shared/core/batch.ts';
import { OUTCOMES } from '../../../shared/core/outcome.ts';
import { unixMicros } from '../../../shared/core/units.ts';
import type { BatchClocks } from '../answers/batch-clocks.ts';
import { BLOCK_WINDOWS, BLOCKS_MAX, LATENCIES_MAX, WINDOW_S } from './limits.ts';
import { nanoseconds, type Place, type Point, placeTags, present } from './point.ts';
import { percentile } from './quantile.ts';

const WINDOW_US = WINDOW_S * 1e6;
/** Length of a block, µs. */
export const BLOCK_US = BLOCK_WINDOWS * WINDOW_US;

const STAGE_NAMES = ['offer', 'ack', 'total'] as const;
type Latencies = Record<(typeof STAGE_NAMES)[number], number[]>;

interface Window extends Latencies {
  readonly start: number;
  readonly place: Place;
  readonly counts: number[];
}

interface Block {
  readonly windows: Map<string, Window>;
  /** Opened by reading the log again: the first touch makes all of it dirty. */
  reopened: boolean;
}

export interface PathWindows {
  /** Starts of the blocks that the batch's exchanges belong to, ascending. */
  blocksOf(batch: ResultBatch, clocks: BatchClocks): readonly number[];
  isOpen(block: number): boolean;
  /** Opens a block that has nothing in it; what it held before the caller adds with `fill`. */
  open(block: number, reopened: boolean): void;
  /** Adds the batch's exchanges in these blocks as what had been written before. */
  fill(blocks: ReadonlySet<number>, batch: ResultBatch, clocks: BatchClocks): void;
  /** Adds the batch's exchanges in these (open) blocks; their windows are dirty then. @returns how many it added */
  add(blocks: ReadonlySet<number>, batch: ResultBatch, clocks: BatchClocks): number;
  /** The dirty windows as points; they are clean then. */
  takeDirty(): readonly Point[];
  /** Lets go of the blocks touched longest ago that are beyond the bounds; only to be called when nothing is dirty. */
  trim(): void;
}

const blockOf = (moment: number): number => Math.floor(moment / BLOCK_US) * BLOCK_US;

/** @returns no block open */
export function createPathWindows(): PathWindows {
  // In order of their last touch.
  const blocks = new Map<number, Block>();
  const dirty = new Set<Window>();
  let latencies = 0;
  const touch = (start: number): void => {
    const block = blocks.get(start);
    if (block === undefined) return;
    blocks.delete(start);
    blocks.set(start, block);
    if (block.reopened) for (const window of block.windows.values()) dirty.add(window);
    block.reopened = false;
  };
  const put = (wanted: ReadonlySet<number>, batch: ResultBatch, clocks: BatchClocks, mark: boolean): number => {
    let added = 0;
    forEachRow(batch, clocks, (moment, row) => {
      const start = blockOf(moment);
      const block = wanted.has(start) ? blocks.get(start) : undefined;
      if (block === undefined) return;
      const window = windowAt(block, batch, row, moment);
      latencies += count(window, batch, row);
      if (mark) dirty.add(window);
      added += 1;
    });
    return added;
  };
  return {
    blocksOf: (batch, clocks) => {
      const starts = new Set<number>();
      forEachRow(batch, clocks, (moment) => starts.add(blockOf(moment)));
      return [...starts].sort((a, b) => a - b);
    },
    isOpen: (block) => blocks.has(block),
    open: (block, reopened) => void blocks.set(block, { windows: new Map(), reopened }),
    fill: (wanted, batch, clocks) => void put(wanted, batch, clocks, false),
    add: (wanted, batch, clocks) => {
      for (const start of wanted) touch(start);
      return put(wanted, batch, clocks, true);
    },
    takeDirty: () => {
      const points = [...dirty].map(windowPoint);
      dirty.clear();
      return points;
    },
    trim: () => {
      for (const [start, block] of blocks) {
        if (blocks.size <= 1 || (blocks.size <= BLOCKS_MAX && latencies <= LATENCIES_MAX)) return;
        blocks.delete(start);
        for (const { offer, ack, total } of block.windows.values())
          latencies -= offer.length + ack.length + total.length;
      }
    },
  };
}

function forEachRow(batch: ResultBatch, clocks: BatchClocks, visit: (moment: number, row: number) => void): void {
  // What speaks of a scope or of a site's relay is no figure of a server.
  const isCounted = batch.paths.map(isServerPath);
  for (const [row, sentUs] of batch.results.sentUs.entries())
    if (isCounted[batch.results.path[row] ?? 0]) visit(clocks.correct(batch, sentUs), row);
}

function windowAt(block: Block, batch: ResultBatch, row: number, moment: number): Window {
  const ref = batch.paths[batch.results.path[row] ?? 0];
  const start = Math.floor(moment / WINDOW_US) * WINDOW_US;
  const place: Place = {
    group: ref?.group ?? null,
    server: ref?.server ?? null,
    site: batch.site,
    bucket: ref?.bucket ?? null,
  };
  const key = JSON.stringify([start, place.group, place.server, place.site, place.bucket]);
  const found = block.windows.get(key);
  if (found !== undefined) return found;
  const made: Window = { start, place, counts: OUTCOMES.map(() => 0), offer: [], ack: [], total: [] };
  block.windows.set(key, made);
  return made;
}

/** @returns how many latencies it added */
function count(window: Window, { results }: ResultBatch, row: number): number {
  const outcome = results.outcome[row] ?? 0;
  window.counts[outcome] = (window.counts[outcome] ?? 0) + 1;
  let added = 0;
  for (const [list, value] of [
    [window.offer, results.offerUs[row]],
    [window.ack, results.ackUs[row]],
    [window.total, results.totalUs[row]],
  ] as const) {
    if (value === undefined || value === ABSENT) continue;
    list.push(value);
    added += 1;
  }
  return added;
}

function windowPoint(window: Window): Point {
  const { start, place, counts } = window;
  const byOutcome = Object.fromEntries(OUTCOMES.map((outcome, index) => [outcome, counts[index] ?? 0]));
  const exchanges = counts.reduce((sum, n) => sum + n, 0);
  const judged = exchanges - (byOutcome['unmeasured'] ?? 0);
  const unanswered = judged - (byOutcome['acked'] ?? 0);
  const latencies = STAGE_NAMES.flatMap((stage): [string, number | null][] => {
    const sorted = window[stage].sort((a, b) => a - b);
    const max = sorted.at(-1) ?? null;
    const rank = (percent: number): number | null => percentile(sorted, percent);
    return [
      [`${stage}_p50_us`, rank(50)],
      [`${stage}_p90_us`, rank(90)],
      [`${stage}_p99_us`, rank(99)],
      [`${stage}_max_us`, max],
    ];
  });
  const fields = { exchanges, judged, unanswered, ...byOutcome, ...present(Object.fromEntries(latencies)) };
  return { measurement: 'dhcp_path', tags: placeTags(place), fields, timestamp: nanoseconds(unixMicros(start), 0) };
}
