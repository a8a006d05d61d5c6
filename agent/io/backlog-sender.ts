/**
 * What waits in the spool, sent behind the live batches of a session: in order, at the backlog's pace and within its part of
 * the window. It remembers which positions the session has not sent yet; what was shed meanwhile is passed over.
 * Rejected: one queue for live and backlog; after ten hours' outage the present would be known last.
 */
import { addRange, hasValue, nextValue, type Ranges, removeRange } from '../../shared/core/ranges.ts';
import type { Clock } from '../../shared/io/clock.ts';
import { BacklogPace } from '../core/backlog-pace.ts';
import type { SendWindow, SpooledBatch } from '../core/send-window.ts';
import { BACKLOG_CHUNK, BACKLOG_PER_SECOND, MEMORY_FIRST } from '../core/stream-limits.ts';
import type { Spool } from './spool-contract.ts';

export interface BacklogOptions {
  readonly spool: Spool;
  readonly window: SendWindow;
  readonly clock: Clock;
  /** Whether the session takes anything now, live batches aside. */
  mayGo(): boolean;
  send(batch: SpooledBatch): void;
  /** A chunk was sent: whoever waits for room may have it. */
  pumped(): void;
}

export class BacklogSender {
  readonly #options: BacklogOptions;
  readonly #pace: BacklogPace;
  /** Spool positions not sent in this session. */
  #unsent: Ranges;
  #isReading = false;
  #wait: NodeJS.Timeout | undefined;

  constructor(options: BacklogOptions) {
    this.#options = options;
    this.#unsent = options.spool.held;
    this.#pace = new BacklogPace(BACKLOG_PER_SECOND, BACKLOG_CHUNK, options.clock.monotonic());
  }

  has(position: number): boolean {
    return hasValue(this.#unsent, position);
  }

  add(position: number): void {
    this.#unsent = addRange(this.#unsent, { from: position, to: position });
  }

  /** Batches that only memory has still wait: a planned end had better send them first. */
  get hasMemory(): boolean {
    return nextValue(this.#unsent, MEMORY_FIRST) !== undefined;
  }

  /** What is held has new positions. @param sent positions that the session has sent, or is about to */
  refill(sent: Iterable<number>): void {
    this.#unsent = this.#options.spool.held;
    for (const position of sent) this.#unsent = removeRange(this.#unsent, { from: position, to: position });
  }

  /** Sends what may go now, and comes back by itself when the pace allows more. */
  pump(): void {
    const { window, clock } = this.#options;
    if (this.#isReading || !this.#mayGo() || !window.hasBacklogRoom || this.#unsent.length === 0) return;
    if (this.#pace.allowance(clock.monotonic()) < 1) {
      this.#wait ??= setTimeout(() => {
        this.#wait = undefined;
        this.pump();
      }, this.#pace.waitMs);
      return;
    }
    void this.#sendChunk();
  }

  stop(): void {
    clearTimeout(this.#wait);
    this.#unsent = [];
  }

  #mayGo(): boolean {
    return this.#options.mayGo();
  }

  async #sendChunk(): Promise<void> {
    const { spool, window, clock } = this.#options;
    const first = this.#firstHeld();
    if (first === undefined) return;
    this.#isReading = true;
    const batches = await spool.read(first, Math.min(BACKLOG_CHUNK, this.#pace.allowance(clock.monotonic())));
    this.#isReading = false;
    for (const batch of batches) {
      if (!this.#mayGo() || !window.hasBacklogRoom) break;
      if (!this.has(batch.position)) continue;
      this.#unsent = removeRange(this.#unsent, { from: batch.position, to: batch.position });
      this.#options.send(batch);
      this.#pace.spend(1);
    }
    // Nothing was read though it is held: the disk is ill, and the next heartbeat or acknowledgement tries again.
    if (batches.length > 0) this.#options.pumped();
  }

  /** Passes over what is held no longer. */
  #firstHeld(): number | undefined {
    const { held } = this.#options.spool;
    for (;;) {
      const first = nextValue(this.#unsent, 0);
      if (first === undefined) return undefined;
      const next = nextValue(held, first);
      if (next === first) return first;
      this.#unsent = removeRange(this.#unsent, { from: first, to: (next ?? Number.MAX_SAFE_INTEGER) - 1 });
    }
  }
}
