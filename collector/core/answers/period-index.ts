/**
 * Where in the log the batches of a stretch of event time stand: per ten minutes of the agents' own time a few coarse ranges
 * of positions, and which agents' clocks are far off, since only clock samples say what an agent's time means, and they may
 * come long after its batches. So nothing is filed by a time that could still be corrected; the asking is corrected instead.
 *
 * Rejected: one range of positions a bucket (a backlog that drains beside live batches would stretch every old bucket to the
 * log's end), every position (a day of 142 agents is twelve million), and a key on disk per batch (one more write for each).
 */
import type { ResultBatch } from '../../../shared/core/batch.ts';
import { addRange, NO_RANGES, type Range, type Ranges, removeRange } from '../../../shared/core/ranges.ts';
import type { ClockEntry, LogEntry, LossEntry } from '../log-entry.ts';
import { addCoarse, flat, merged, unflat } from './coarse-ranges.ts';
import {
  AGENTS_MAX,
  KEEP_SAMPLES_US,
  PERIOD_BUCKET_US,
  PERIOD_BUCKETS_MAX,
  PERIOD_MARGIN_US,
  PERIOD_SHIFTS_MAX,
  PERIOD_SPAN_BUCKETS_MAX,
} from './limits.ts';

/** Event time [from, to), µs by the collector's clock. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** A stretch of an agent's own wall time that may be the period asked for. */
export interface AgentWindow extends Period {
  readonly agent: string;
  readonly epoch: number;
}

/** By how much clocks of an agent differ from the collector's, µs; `epoch` is that of the newest sample in it. */
interface Shift {
  readonly epoch: number;
  readonly low: number;
  readonly high: number;
}

/** As it is written down: arrays, since there may be thousands of rows. */
interface Written {
  readonly through: number;
  readonly buckets: readonly (readonly [number, readonly number[]])[];
  readonly anywhere: readonly number[];
  readonly present: readonly (readonly [number, readonly (readonly [string, readonly number[]])[]])[];
  readonly shifts: readonly (readonly [string, readonly (readonly number[])[]])[];
  readonly kept?: readonly number[];
}

const DAY_BUCKETS = 86_400e6 / PERIOD_BUCKET_US;
/** Shifts of agents that there is no room for stand together under this name, which no agent can have. */
const OTHERS = '';

const HOUR_US = 3600e6;

const isFar = (low: number, high: number): boolean => low < -PERIOD_MARGIN_US || high > PERIOD_MARGIN_US;
const bucketOf = (us: number): number => Math.floor(us / PERIOD_BUCKET_US);

export class PeriodIndex {
  /** Every record up to this position is in it. */
  readonly through: number;
  readonly #buckets = new Map<number, Range[]>();
  /** Batches that no bucket has room for. */
  #anywhere: Range[] = [];
  /** Epochs by agent, by day of the agents' time. */
  readonly #present = new Map<number, Map<string, Set<number>>>();
  readonly #shifts = new Map<string, readonly Shift[]>();
  /** Event time that a person asked to keep, µs. */
  #kept: Ranges = NO_RANGES;

  constructor(through = 0) {
    this.through = through;
  }

  /** Files an entry of the log; adding one again changes nothing. */
  add(position: number, entry: LogEntry): void {
    if (entry.kind === 'batch') this.#file(position, entry.batch, ownSpan(entry.batch));
    if (entry.kind === 'loss') this.#file(position, entry, lossSpan(entry));
    if (entry.kind === 'clock') this.#addSample(entry);
    if (entry.kind === 'keep') this.#kept = addRange(this.#kept, { from: entry.since, to: entry.until });
  }

  #file(position: number, { agent, epoch }: { agent: string; epoch: number }, { from, to }: Period): void {
    const [first, last] = [bucketOf(from), bucketOf(to)];
    for (let day = Math.floor(first / DAY_BUCKETS); day <= last / DAY_BUCKETS; day += 1) {
      this.#notePresent(day, agent, epoch);
      if (last - first >= PERIOD_SPAN_BUCKETS_MAX) break;
    }
    if (last - first >= PERIOD_SPAN_BUCKETS_MAX || !this.#hasRoom(first, last)) addCoarse(this.#anywhere, position);
    else for (let bucket = first; bucket <= last; bucket += 1) addCoarse(this.#bucket(bucket), position);
  }

  #hasRoom(first: number, last: number): boolean {
    if (this.#buckets.size + (last - first) < PERIOD_BUCKETS_MAX) return true;
    for (let bucket = first; bucket <= last; bucket += 1) if (!this.#buckets.has(bucket)) return false;
    return true;
  }

  #bucket(bucket: number): Range[] {
    const ranges = this.#buckets.get(bucket) ?? [];
    if (ranges.length === 0) this.#buckets.set(bucket, ranges);
    return ranges;
  }

  #notePresent(day: number, agent: string, epoch: number): void {
    const agents = this.#present.get(day) ?? new Map<string, Set<number>>();
    this.#present.set(day, agents);
    const epochs = agents.get(agent) ?? new Set<number>();
    agents.set(agent, epochs.add(epoch));
  }

  #addSample({ agent, epoch, offsetUs }: ClockEntry): void {
    const key = !this.#shifts.has(agent) && this.#shifts.size >= AGENTS_MAX ? OTHERS : agent;
    this.#shifts.set(key, withShift(this.#shifts.get(key) ?? [], { epoch, low: offsetUs, high: offsetUs }));
  }

  /** Periods that are kept, joined where they touch. */
  get kept(): readonly Period[] {
    return this.#kept;
  }

  /** Whether a batch or a sample of it bears on a period that is kept. */
  isKept(entry: LogEntry): boolean {
    if (this.#kept.length === 0) return false;
    if (entry.kind === 'clock') {
      const at = entry.anchor + entry.at - entry.offsetUs;
      return this.#kept.some(({ from, to }) => at >= from - KEEP_SAMPLES_US && at <= to + KEEP_SAMPLES_US);
    }
    if (entry.kind !== 'batch') return true;
    const own = ownSpan(entry.batch);
    return this.#kept.some((kept) =>
      [widened(kept), ...this.#shifted(entry.batch.agent, kept)].some(
        ({ from, to }) => own.from <= to && own.to >= from,
      ),
    );
  }

  /** Positions, of those before `through`, between which every batch of the period stands; ascending and disjoint. */
  ranges(period: Period, through: number): readonly Range[] {
    const buckets = new Set<number>();
    for (const { from, to } of this.#ownWindows(period)) {
      // A far-off window may span more than there are buckets; whatever is shorter is walked.
      if (bucketOf(to) - bucketOf(from) < this.#buckets.size)
        for (let bucket = bucketOf(from); bucket <= bucketOf(to); bucket += 1) buckets.add(bucket);
      else for (const bucket of this.#buckets.keys()) if (within(bucket, from, to)) buckets.add(bucket);
    }
    const found = [...this.#anywhere, ...[...buckets].flatMap((bucket) => this.#buckets.get(bucket) ?? [])];
    return merged(found, 0)
      .map(({ from, to }) => ({ from, to: Math.min(to, through - 1) }))
      .filter(({ from, to }) => from <= to);
  }

  /** Those whole hours of the period, clipped to it, that something may stand in; ascending. */
  slices({ from, to }: Period): readonly Period[] {
    const hours = new Set<number>();
    const add = (low: number, high: number): void => {
      const last = Math.floor(Math.min(high, to - 1) / HOUR_US);
      for (let hour = Math.floor(Math.max(low, from) / HOUR_US); hour <= last; hour += 1) hours.add(hour);
    };
    const shifts = [...this.#shifts.values()].flat();
    for (const bucket of this.#buckets.keys()) {
      const own = widened({ from: bucket * PERIOD_BUCKET_US, to: (bucket + 1) * PERIOD_BUCKET_US });
      add(own.from, own.to);
      for (const { low, high } of shifts) if (isFar(low, high)) add(own.from - high, own.to - low);
    }
    // What no bucket has room for may stand anywhere.
    if (this.#anywhere.length > 0) add(from, to);
    const clip = (hour: number): Period => ({
      from: Math.max(from, hour * HOUR_US),
      to: Math.min(to, (hour + 1) * HOUR_US),
    });
    return [...hours].sort((a, b) => a - b).map(clip);
  }

  /** The agents that may have measured in the period, each with what its own clock may have said then. */
  windows(period: Period): readonly AgentWindow[] {
    const found = new Map<string, AgentWindow>();
    const common = widened(period);
    for (const [day, agents] of this.#present) {
      const [from, to] = [day * DAY_BUCKETS * PERIOD_BUCKET_US, (day + 1) * DAY_BUCKETS * PERIOD_BUCKET_US];
      for (const [agent, epochs] of agents) {
        for (const window of [common, ...this.#shifted(agent, period)]) {
          if (window.from >= to || window.to < from) continue;
          for (const epoch of epochs)
            found.set(`${window.from} ${window.to} ${epoch} ${agent}`, { agent, epoch, ...window });
        }
      }
    }
    return [...found.values()];
  }

  #ownWindows(period: Period): readonly Period[] {
    return [widened(period), ...[...this.#shifts.keys()].flatMap((agent) => this.#shifted(agent, period))];
  }

  #shifted(agent: string, period: Period): readonly Period[] {
    const shifts = this.#shifts.get(agent) ?? this.#shifts.get(OTHERS) ?? [];
    // What is within the margin is found without.
    const far = shifts.filter(({ low, high }) => isFar(low, high));
    return far.map(({ low, high }) => widened({ from: period.from + low, to: period.to + high }));
  }

  /** Forgets removed positions, and buckets and days that have none left. */
  remove(removed: Range): void {
    for (const [bucket, ranges] of this.#buckets) {
      const left = removeRange(ranges, removed);
      if (left.length === 0) this.#buckets.delete(bucket);
      else this.#buckets.set(bucket, [...left]);
    }
    this.#anywhere = [...removeRange(this.#anywhere, removed)];
    const days = new Set([...this.#buckets.keys()].map((bucket) => Math.floor(bucket / DAY_BUCKETS)));
    if (this.#anywhere.length > 0) return;
    for (const day of this.#present.keys()) if (!days.has(day)) this.#present.delete(day);
  }

  /** @param through position up to which every record is in here */
  toJson(through: number): string {
    const written: Written = {
      through,
      buckets: [...this.#buckets].map(([bucket, ranges]) => [bucket, flat(ranges)]),
      anywhere: flat(this.#anywhere),
      present: [...this.#present].map(([day, agents]) => [day, [...agents].map(([agent, all]) => [agent, [...all]])]),
      kept: flat(this.#kept),
      shifts: [...this.#shifts].map(([agent, all]) => [agent, all.map(({ epoch, low, high }) => [epoch, low, high])]),
    };
    return JSON.stringify(written);
  }

  /** What toJson() wrote; undefined gives the empty index. Records that are added again change nothing. */
  static fromJson(text: string | undefined): PeriodIndex {
    if (text === undefined) return new PeriodIndex();
    const written = JSON.parse(text) as Written;
    const index = new PeriodIndex(written.through);
    for (const [bucket, numbers] of written.buckets) index.#buckets.set(bucket, unflat(numbers));
    index.#anywhere = unflat(written.anywhere);
    for (const [day, agents] of written.present)
      index.#present.set(day, new Map(agents.map(([agent, epochs]) => [agent, new Set(epochs)])));
    index.#kept = unflat(written.kept ?? []);
    for (const [agent, shifts] of written.shifts)
      index.#shifts.set(
        agent,
        shifts.map(([epoch = 0, low = 0, high = 0]) => ({ epoch, low, high })),
      );
    return index;
  }
}

/** The batch's reach on its agent's wall clock: span, exchanges and late answers. */
function ownSpan({ anchor, fromUs, completeThroughUs, results, late }: ResultBatch): Period {
  let [from, to] = [Math.min(fromUs, completeThroughUs), Math.max(fromUs, completeThroughUs)];
  for (const sentUs of results.sentUs) {
    if (sentUs < from) from = sentUs;
    if (sentUs > to) to = sentUs;
  }
  for (const { sentUs } of late) from = Math.min(from, sentUs);
  return { from: anchor + from, to: anchor + to };
}

const lossSpan = ({ anchor, fromUs, toUs }: LossEntry): Period => ({ from: anchor + fromUs, to: anchor + toUs });

const widened = ({ from, to }: Period): Period => ({ from: from - PERIOD_MARGIN_US, to: to + PERIOD_MARGIN_US });
const within = (bucket: number, from: number, to: number): boolean =>
  bucket >= bucketOf(from) && bucket <= bucketOf(to);
/** An epoch's offsets are one stretch, for a moment between two samples lies between their offsets. */
function withShift(shifts: readonly Shift[], added: Shift): readonly Shift[] {
  const joined: Shift[] = [];
  let grown = added;
  for (const shift of shifts) {
    const near = shift.low - grown.high <= PERIOD_MARGIN_US && grown.low - shift.high <= PERIOD_MARGIN_US;
    if (shift.epoch !== grown.epoch && !near) joined.push(shift);
    else grown = { epoch: grown.epoch, low: Math.min(shift.low, grown.low), high: Math.max(shift.high, grown.high) };
  }
  joined.push(grown);
  joined.sort((a, b) => a.low - b.low);
  while (joined.length > PERIOD_SHIFTS_MAX) joinNearest(joined);
  return joined;
}

function joinNearest(shifts: Shift[]): void {
  let nearest = 1;
  const hole = (i: number): number => (shifts[i]?.low ?? 0) - (shifts[i - 1]?.high ?? 0);
  for (let i = 2; i < shifts.length; i += 1) if (hole(i) < hole(nearest)) nearest = i;
  const [low, high] = [shifts[nearest - 1], shifts[nearest]];
  if (low !== undefined && high !== undefined)
    shifts.splice(nearest - 1, 2, { epoch: high.epoch, low: low.low, high: Math.max(low.high, high.high) });
}
