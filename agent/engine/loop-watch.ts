/**
 * The engine's one timer, and what its lateness tells: a timer that fires late means a loop that did not listen, and
 * answers read next may have waited since the sockets were last empty. Node's own delay histogram was refused: it says
 * how bad a second was, not when the stall began.
 */
import { type Microseconds, type MonotonicNs, microseconds } from '../../shared/core/units.ts';
import { STALL_NS } from '../core/probe-limits.ts';

/** Longest sleep in ms: setTimeout takes no more than 2^31, and a minute is soon enough. */
const SLEEP_MS_MAX = 60_000;

/** Wakes the engine, and notices when it wakes too late. */
export class LoopWatch {
  readonly #wake: () => void;
  #timer: NodeJS.Timeout | undefined;
  #wakeAtNs = Number.POSITIVE_INFINITY;
  #delayMaxNs = 0;
  #stalledSinceNs: MonotonicNs | undefined;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /** Since when an answer may have waited unread; undefined while the loop listens. */
  get stalledSinceNs(): MonotonicNs | undefined {
    return this.#stalledSinceNs;
  }

  /** A turn begins at `now`; the sockets were last known to be empty at `emptyNs`. @returns whether the loop was stalled */
  notice(now: MonotonicNs, emptyNs: MonotonicNs): boolean {
    const delayNs = now - this.#wakeAtNs;
    if (delayNs > this.#delayMaxNs) this.#delayMaxNs = delayNs;
    if (delayNs > STALL_NS) this.#stalledSinceNs ??= emptyNs;
    return this.#stalledSinceNs !== undefined;
  }

  /** The sockets are empty again: what arrives from here on is read as it comes. */
  caughtUp(): void {
    this.#stalledSinceNs = undefined;
  }

  /** Wakes at `wakeAtNs`, in place of any earlier wish. Infinity: only a socket can wake the engine. */
  sleepUntil(wakeAtNs: number, now: MonotonicNs): void {
    this.cancel();
    this.#wakeAtNs = Number.POSITIVE_INFINITY;
    if (wakeAtNs === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.min(SLEEP_MS_MAX, Math.max(1, Math.ceil((wakeAtNs - now) / 1e6)));
    this.#wakeAtNs = now + delayMs * 1e6;
    this.#timer = setTimeout(this.#wake, delayMs);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }

  /** The worst lateness since the last call. */
  takeDelayMaxUs(): Microseconds {
    const delayMaxUs = Math.round(this.#delayMaxNs / 1000);
    this.#delayMaxNs = 0;
    return microseconds(delayMaxUs);
  }
}
