/**
 * Which batches the collector has: per agent and epoch a set of ranges of sequences, as a value that can be written down and
 * read again with the position through which it is complete. Rejected: one look-up on disk per batch that arrives.
 */
import { addRange, hasValue, NO_RANGES, type Range, type Ranges, removeRange } from '../../../shared/core/ranges.ts';
import { EPOCHS_PER_AGENT, RANGES_PER_AGENT } from '../limits.ts';

/** The name of a batch. */
export interface BatchName {
  readonly agent: string;
  readonly epoch: number;
  readonly sequence: number;
}

/** Sequences from … to of an epoch. */
export interface BatchRun extends Range {
  readonly agent: string;
  readonly epoch: number;
}

/** [agent, epoch, [from, to, from, to …]] */
type Row = readonly [string, number, readonly number[]];

export class StoredBatches {
  /** Every record up to this position of the log is in the set; 0: none is known to be. */
  readonly through: number;
  readonly #agents = new Map<string, Map<number, Ranges>>();
  /** Ranges by agent, over all its epochs. */
  readonly #ranges = new Map<string, number>();

  constructor(through = 0) {
    this.through = through;
  }

  has({ agent, epoch, sequence }: BatchName): boolean {
    return hasValue(this.#agents.get(agent)?.get(epoch) ?? NO_RANGES, sequence);
  }

  /** The newest epoch of an agent with a batch here; 0: none. */
  newestEpoch(agent: string): number {
    let newest = 0;
    for (const epoch of this.#agents.get(agent)?.keys() ?? []) newest = Math.max(newest, epoch);
    return newest;
  }

  /** Whether a batch that is not in here could still be told apart from the agent's others. */
  hasRoom({ agent, epoch, sequence }: BatchName): boolean {
    const epochs = this.#agents.get(agent);
    if (epochs === undefined) return true;
    const own = epochs.get(epoch);
    if (own === undefined && epochs.size >= EPOCHS_PER_AGENT && epoch < oldestOf(epochs)) return false;
    const extends_ = own !== undefined && (hasValue(own, sequence - 1) || hasValue(own, sequence + 1));
    return extends_ || (this.#ranges.get(agent) ?? 0) < RANGES_PER_AGENT;
  }

  add({ agent, epoch, sequence }: BatchName): void {
    this.#set(
      agent,
      epoch,
      addRange(this.#agents.get(agent)?.get(epoch) ?? NO_RANGES, { from: sequence, to: sequence }),
    );
  }

  /** A run of them that will never come: what arrives of it later counts as a repetition. */
  addRun({ agent, epoch, from, to }: BatchRun): void {
    this.#set(agent, epoch, addRange(this.#agents.get(agent)?.get(epoch) ?? NO_RANGES, { from, to }));
  }

  /** The parts of a run that are not in the set. */
  missing({ agent, epoch, from, to }: BatchRun): Ranges {
    let missing: Ranges = [{ from, to }];
    for (const range of this.#agents.get(agent)?.get(epoch) ?? NO_RANGES) missing = removeRange(missing, range);
    return missing;
  }

  #set(agent: string, epoch: number, ranges: Ranges): void {
    const epochs = this.#agents.get(agent) ?? new Map<number, Ranges>();
    const before = epochs.get(epoch)?.length ?? 0;
    this.#agents.set(agent, epochs.set(epoch, ranges));
    let count = (this.#ranges.get(agent) ?? 0) + ranges.length - before;
    if (epochs.size > EPOCHS_PER_AGENT) {
      const oldest = oldestOf(epochs);
      count -= epochs.get(oldest)?.length ?? 0;
      epochs.delete(oldest);
    }
    this.#ranges.set(agent, count);
  }

  /** @param through position up to which every stored batch is in here */
  toJson(through: number): string {
    const rows: Row[] = [];
    for (const [agent, epochs] of this.#agents) {
      for (const [epoch, ranges] of epochs) rows.push([agent, epoch, ranges.flatMap(({ from, to }) => [from, to])]);
    }
    return JSON.stringify({ through, rows });
  }

  /** What toJson() wrote; undefined gives the empty set. */
  static fromJson(text: string | undefined): StoredBatches {
    if (text === undefined) return new StoredBatches();
    const { through, rows } = JSON.parse(text) as { through: number; rows: readonly Row[] };
    const stored = new StoredBatches(through);
    for (const [agent, epoch, flat] of rows) {
      const ranges: { from: number; to: number }[] = [];
      for (let index = 0; index < flat.length; index += 2)
        ranges.push({ from: flat[index] ?? 0, to: flat[index + 1] ?? 0 });
      stored.#set(agent, epoch, ranges);
    }
    return stored;
  }
}

const oldestOf = (epochs: ReadonlyMap<number, Ranges>): number => {
  let oldest = Number.POSITIVE_INFINITY;
  for (const epoch of epochs.keys()) oldest = Math.min(oldest, epoch);
  return oldest;
};
