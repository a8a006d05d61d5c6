/**
 * Drop ratio and latency quantiles of each server (in load balancing, of each bucket's clients) over the last few minutes, for `status`. Latencies are kept as
 * sketches, so windows add up.
 *
 * It is a display, not a verdict: what came late belongs to the past and is left out. Rejected: keeping the samples, whose
 * number has no bound.
 */
import { ABSENT, isServerPath, type PathRef, type ResultBatch } from '../../../shared/core/batch.ts';
import type { LatencyView } from '../../../shared/core/ops-view.ts';
import { OUTCOMES } from '../../../shared/core/outcome.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';
import { addToSketch, mergeSketch, type Sketch, sketchQuantile } from '../rollup/sketch.ts';
import { RECENT_SERVERS_MAX, RECENT_SLOT_S, RECENT_WINDOW_S } from './limits.ts';

interface Slot {
  readonly number: number;
  judged: number;
  unanswered: number;
  readonly offer: Sketch;
  readonly ack: Sketch;
}

/** What `status` shows of one server's recent past. */
export interface RecentFigures {
  readonly dropRatio: number | null;
  readonly latency: LatencyView;
}

export interface Recent {
  /** Counts a batch's results; those sent before the window are left out. */
  add(batch: ResultBatch, receivedAt: UnixMicros): void;
  figures(server: Pick<PathRef, 'group' | 'server' | 'bucket'>, now: UnixMicros): RecentFigures;
}

const ACKED = OUTCOMES.indexOf('acked');
const UNMEASURED = OUTCOMES.indexOf('unmeasured');
const SLOT_US = RECENT_SLOT_S * 1e6;
const SLOTS = RECENT_WINDOW_S / RECENT_SLOT_S;

const keyOf = ({ group, server, bucket }: Pick<PathRef, 'group' | 'server' | 'bucket'>): string =>
  JSON.stringify([group, server, bucket]);

/** @returns an empty window */
export function createRecent(): Recent {
  // Bounded by RECENT_SERVERS_MAX × SLOTS.
  const servers = new Map<string, Slot[]>();
  return {
    add: (batch, receivedAt) => {
      const number = Math.floor(receivedAt / SLOT_US);
      // Before the first contact silence is no evidence, so it is no drop either.
      const slots = batch.paths.map((path) =>
        path.firstContact || !isServerPath(path) ? null : slotOf(servers, keyOf(path), number),
      );
      // By the agent's own clock, against the newest of its batch: an offset of clocks cancels out.
      const oldest = batch.completeThroughUs - RECENT_WINDOW_S * 1e6;
      const backlog = batch.anchor + batch.completeThroughUs < receivedAt - RECENT_WINDOW_S * 1e6;
      if (!backlog) countResults(batch, slots, oldest);
    },
    figures: (server, now) => {
      const from = Math.floor(now / SLOT_US) - SLOTS;
      return figuresOf((servers.get(keyOf(server)) ?? []).filter(({ number }) => number > from));
    },
  };
}

function slotOf(servers: Map<string, Slot[]>, key: string, number: number): Slot | null {
  const slots = servers.get(key) ?? [];
  if (!servers.has(key)) {
    if (servers.size >= RECENT_SERVERS_MAX) return null;
    servers.set(key, slots);
  }
  const last = slots.at(-1);
  if (last !== undefined && last.number >= number) return last;
  const slot: Slot = { number, judged: 0, unanswered: 0, offer: new Map(), ack: new Map() };
  slots.push(slot);
  while ((slots[0]?.number ?? number) <= number - SLOTS) slots.shift();
  return slot;
}

function countResults({ results }: ResultBatch, slots: readonly (Slot | null)[], oldest: number): void {
  results.path.forEach((path, row) => {
    const slot = slots[path] ?? null;
    const outcome = results.outcome[row] ?? UNMEASURED;
    if (slot === null || outcome === UNMEASURED || (results.sentUs[row] ?? 0) < oldest) return;
    slot.judged += 1;
    if (outcome !== ACKED) slot.unanswered += 1;
    addToSketch(slot.offer, results.offerUs[row] ?? ABSENT);
    addToSketch(slot.ack, results.ackUs[row] ?? ABSENT);
  });
}

function figuresOf(slots: readonly Slot[]): RecentFigures {
  const judged = slots.reduce((sum, slot) => sum + slot.judged, 0);
  const unanswered = slots.reduce((sum, slot) => sum + slot.unanswered, 0);
  const offer = merged(slots.map((slot) => slot.offer));
  const ack = merged(slots.map((slot) => slot.ack));
  return {
    dropRatio: judged === 0 ? null : unanswered / judged,
    latency: {
      offer_p50: sketchQuantile(offer, 0.5),
      offer_p99: sketchQuantile(offer, 0.99),
      ack_p50: sketchQuantile(ack, 0.5),
      ack_p99: sketchQuantile(ack, 0.99),
    },
  };
}

function merged(all: readonly Sketch[]): Sketch {
  const sum: Sketch = new Map();
  for (const sketch of all) mergeSketch(sum, sketch);
  return sum;
}
