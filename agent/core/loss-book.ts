/**
 * What the agent had to throw away and no collector has acknowledged yet, run by run. A run grows while its epoch's sequences
 * follow one another, until it is an hour long or has been sent: what was sent must be acknowledged as it was.
 * Rejected: one counter; a report must say which hours are missing.
 */
import type { ResultBatch } from '../../shared/core/batch.ts';
import { MAX_PATHS_PER_BATCH } from '../../shared/core/limits.ts';
import type { LossRun } from '../../shared/core/loss.ts';
import type { Range } from '../../shared/core/ranges.ts';
import { epochMicros, unixMicros } from '../../shared/core/units.ts';
import { LOSS_BATCHES_MAX, LOSSES_MAX } from './stream-limits.ts';

/** A batch that goes; `batch` null: its bytes could not be read, and only its name is known. */
export interface LostBatch {
  readonly epoch: number;
  readonly sequence: number;
  readonly batch: ResultBatch | null;
}

/** Runs by number, in the order in which they began. */
export type LossChanges = ReadonlyMap<number, LossRun>;

const BATCH_US = 1e6;

export class LossBook {
  readonly #runs = new Map<number, LossRun>();
  readonly #sealed = new Set<number>();
  #next: number;

  /** @param first number of its first run: beyond those of earlier starts, whose runs may be found later */
  constructor(first: number) {
    this.#next = first;
  }

  /** Runs that are not acknowledged. */
  get runs(): ReadonlyMap<number, LossRun> {
    return this.#runs;
  }

  /** Takes up what an earlier start wrote down; it may have been sent. */
  restore(number: number, run: LossRun): void {
    this.#runs.set(number, run);
    this.#sealed.add(number);
    this.#next = Math.max(this.#next, number + 1);
  }

  /** What the runs would be with these batches lost as well; nothing is changed before commit(). */
  plan(lost: readonly LostBatch[], cause: LossRun['cause']): LossChanges {
    const changes = new Map<number, LossRun>();
    let [number, run] = this.#open(lost[0], cause);
    for (const one of lost) {
      const grown = run === undefined ? undefined : extended(run, one);
      if (grown === undefined) {
        number = this.#next;
        this.#next += 1;
      }
      run = grown ?? begun(one, cause);
      changes.set(number, run);
    }
    return changes;
  }

  /** The run that a batch could lengthen. */
  #open(first: LostBatch | undefined, cause: LossRun['cause']): [number, LossRun | undefined] {
    for (const [number, run] of [...this.#runs].reverse()) {
      if (run.cause !== cause || this.#sealed.has(number)) continue;
      return run.epoch === first?.epoch && run.to + 1 === first.sequence ? [number, run] : [0, undefined];
    }
    return [0, undefined];
  }

  /** @returns numbers of runs that were forgotten because there are too many */
  commit(changes: LossChanges): readonly number[] {
    for (const [number, run] of changes) this.#runs.set(number, run);
    const beyond = [...this.#runs.keys()].slice(0, Math.max(0, this.#runs.size - LOSSES_MAX));
    for (const number of beyond) this.#delete(number);
    return beyond;
  }

  /** No run grows any more: they are being sent. */
  seal(): void {
    for (const number of this.#runs.keys()) this.#sealed.add(number);
  }

  /** An acknowledgement over exactly a run's sequences. @returns numbers of the runs that it settles */
  settle(epoch: number, { from, to }: Range): readonly number[] {
    const settled = [...this.#runs].filter(([, run]) => run.epoch === epoch && run.from === from && run.to === to);
    for (const [number] of settled) this.#delete(number);
    return settled.map(([number]) => number);
  }

  #delete(number: number): void {
    this.#runs.delete(number);
    this.#sealed.delete(number);
  }
}

function begun({ epoch, sequence, batch }: LostBatch, cause: LossRun['cause']): LossRun {
  const fromUs = batch?.fromUs ?? epochMicros(0);
  return {
    epoch,
    // An epoch is its start by the wall clock, unless that clock had gone back.
    anchor: batch?.anchor ?? unixMicros(epoch),
    from: sequence,
    to: sequence,
    fromUs,
    toUs: spanEnd(fromUs, batch),
    groups: counted([], batch),
    cause,
  };
}

function extended(run: LossRun, { epoch, sequence, batch }: LostBatch): LossRun | undefined {
  if (epoch !== run.epoch || sequence !== run.to + 1 || sequence - run.from >= LOSS_BATCHES_MAX) return undefined;
  const groups = counted(run.groups, batch);
  if (groups.length > MAX_PATHS_PER_BATCH) return undefined;
  const fromUs = batch !== null && run.from === run.to && run.toUs === 0 ? batch.fromUs : run.fromUs;
  return { ...run, fromUs, to: sequence, toUs: epochMicros(Math.max(run.toUs, spanEnd(run.toUs, batch))), groups };
}

/** A batch is about a second; its watermark trails while answers are missing. */
const spanEnd = (least: ResultBatch['fromUs'], batch: ResultBatch | null): ResultBatch['fromUs'] =>
  batch === null ? least : epochMicros(Math.max(batch.fromUs + BATCH_US, batch.completeThroughUs));

function counted(groups: LossRun['groups'], batch: ResultBatch | null): LossRun['groups'] {
  if (batch === null) return groups;
  const counts = new Map(groups.map(({ group, exchanges }) => [group, exchanges]));
  for (const { group } of batch.paths) if (!counts.has(group)) counts.set(group, 0);
  for (const path of batch.results.path) {
    const group = batch.paths[path]?.group;
    if (group !== undefined) counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return [...counts].map(([group, exchanges]) => ({ group, exchanges }));
}
