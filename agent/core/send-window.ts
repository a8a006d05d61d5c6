/**
 * Batches sent and not yet acknowledged in this session: what fills the window, and which spool positions an acknowledgement
 * sets free. Rejected: keeping the window over a reconnect; what was in flight may or may not have arrived, and sending it
 * again costs less than asking.
 */
import { SEND_WINDOW_BATCHES, SEND_WINDOW_BYTES } from '../../shared/core/limits.ts';
import type { Range } from '../../shared/core/ranges.ts';
import { BACKLOG_WINDOW_BATCHES, BACKLOG_WINDOW_BYTES } from './stream-limits.ts';

/** A batch as the spool holds it. */
export interface SpooledBatch {
  /** Where in the spool. */
  readonly position: number;
  readonly epoch: number;
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

interface InFlight {
  readonly position: number;
  readonly length: number;
  readonly isBacklog: boolean;
}

interface Load {
  batches: number;
  bytes: number;
}

export class SendWindow {
  readonly #epochs = new Map<number, Map<number, InFlight>>();
  readonly #all: Load = { batches: 0, bytes: 0 };
  readonly #backlog: Load = { batches: 0, bytes: 0 };

  get size(): number {
    return this.#all.batches;
  }

  get hasRoom(): boolean {
    return this.#all.batches < SEND_WINDOW_BATCHES && this.#all.bytes < SEND_WINDOW_BYTES;
  }

  /** The backlog's part of the window is small, so that live batches find room. */
  get hasBacklogRoom(): boolean {
    return this.hasRoom && this.#backlog.batches < BACKLOG_WINDOW_BATCHES && this.#backlog.bytes < BACKLOG_WINDOW_BYTES;
  }

  /** Positions in flight. */
  *positions(): Iterable<number> {
    for (const own of this.#epochs.values()) for (const { position } of own.values()) yield position;
  }

  /** What is in flight lies elsewhere in the spool now. */
  move(moves: ReadonlyMap<number, number>): void {
    for (const own of this.#epochs.values()) {
      for (const [sequence, batch] of own)
        own.set(sequence, { ...batch, position: moves.get(batch.position) ?? batch.position });
    }
  }

  add(batch: SpooledBatch, isBacklog: boolean): void {
    // Sent twice, it is in flight once.
    this.settle(batch.epoch, { from: batch.sequence, to: batch.sequence });
    const own = this.#epochs.get(batch.epoch) ?? new Map<number, InFlight>();
    this.#epochs.set(batch.epoch, own);
    own.set(batch.sequence, { position: batch.position, length: batch.bytes.length, isBacklog });
    this.#count(batch.bytes.length, isBacklog, 1);
  }

  /** @returns spool positions of the batches in flight among those sequences; others (acknowledged twice) are ignored */
  settle(epoch: number, { from, to }: Range): readonly number[] {
    const own = this.#epochs.get(epoch);
    const positions: number[] = [];
    // Walk what is shorter: a range from elsewhere may claim any number.
    const sequences = to - from > SEND_WINDOW_BATCHES ? [...(own?.keys() ?? [])] : numbers(from, to);
    for (const sequence of sequences) {
      const batch = sequence >= from && sequence <= to ? own?.get(sequence) : undefined;
      if (batch === undefined) continue;
      own?.delete(sequence);
      positions.push(batch.position);
      this.#count(batch.length, batch.isBacklog, -1);
    }
    if (own?.size === 0) this.#epochs.delete(epoch);
    return positions;
  }

  #count(length: number, isBacklog: boolean, sign: 1 | -1): void {
    for (const load of isBacklog ? [this.#all, this.#backlog] : [this.#all]) {
      load.batches += sign;
      load.bytes += sign * length;
    }
  }
}

function* numbers(from: number, to: number): Iterable<number> {
  for (let number = from; number <= to; number += 1) yield number;
}
