/**
 * Batches in memory while the spool cannot be written: the oldest go when there are too many. Positions continue from one
 * queue to the next, so that a batch that was forgotten is never taken for another.
 * Rejected: no bound while the disk is away; a site host would be killed for its memory, and lose all of it.
 */
import { addRange, NO_RANGES, nextValue, type Ranges, removeRange } from '../../shared/core/ranges.ts';
import { MEMORY_BATCHES_MAX, MEMORY_BYTES_MAX, MEMORY_FIRST } from './stream-limits.ts';

/** A batch in memory, and when it was made on the spool's time line less an unknown start (monotonic µs). */
export interface HeldBatch {
  readonly position: number;
  readonly epoch: number;
  readonly sequence: number;
  readonly bytes: Uint8Array;
  readonly monotonicUs: number;
}

/** Bounds of a queue. */
export interface MemoryBounds {
  readonly batches: number;
  readonly bytes: number;
}

export class MemoryQueue {
  readonly #bounds: MemoryBounds;
  readonly #batches = new Map<number, HeldBatch>();
  #held: Ranges = NO_RANGES;
  #bytes = 0;
  #next = MEMORY_FIRST;

  constructor(bounds: MemoryBounds = { batches: MEMORY_BATCHES_MAX, bytes: MEMORY_BYTES_MAX }) {
    this.#bounds = bounds;
  }

  get held(): Ranges {
    return this.#held;
  }

  get size(): number {
    return this.#batches.size;
  }

  add(batch: Omit<HeldBatch, 'position'>): HeldBatch {
    const held = { ...batch, position: this.#next };
    this.#next += 1;
    this.#batches.set(held.position, held);
    this.#bytes += held.bytes.length;
    this.#held = addRange(this.#held, { from: held.position, to: held.position });
    return held;
  }

  /** Takes out the oldest beyond the bounds; they are lost. */
  shed(): readonly HeldBatch[] {
    const shed: HeldBatch[] = [];
    for (const batch of this.#batches.values()) {
      if (this.#batches.size <= this.#bounds.batches && this.#bytes <= this.#bounds.bytes) break;
      shed.push(batch);
      this.forget(batch.position);
    }
    return shed;
  }

  /** Batches from a position on, oldest first. */
  read(from: number, limit: number): readonly HeldBatch[] {
    const found: HeldBatch[] = [];
    let position = nextValue(this.#held, from);
    while (position !== undefined && found.length < limit) {
      const batch = this.#batches.get(position);
      if (batch !== undefined) found.push(batch);
      position = nextValue(this.#held, position + 1);
    }
    return found;
  }

  forget(position: number): void {
    const batch = this.#batches.get(position);
    if (batch === undefined) return;
    this.#batches.delete(position);
    this.#bytes -= batch.bytes.length;
    this.#held = removeRange(this.#held, { from: position, to: position });
  }
}
