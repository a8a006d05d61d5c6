/**
 * The clock's part of a session: a few questions, of which the shortest round trip counts. The agent's own clock is its anchor and the
 * monotonic clock, so that a step of the wall clock is no news. Rejected: one question; a single one may have waited in a queue.
 */
import { CLOCK_PROBES, CLOCK_REPLY_MS } from '../../shared/core/limits.ts';
import { afterUs, type MonotonicNs, type UnixMicros } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import { randomUint32 } from '../../shared/io/random.ts';
import type { ClockProbe } from '../../shared/wire/agent-message.ts';
import type { ClockReply } from '../../shared/wire/collector-message.ts';
import { bestOffset, type ClockOffset, type RoundTrip } from '../core/clock-sample.ts';

export interface ClockAskingOptions {
  readonly anchor: UnixMicros;
  /** The moment on `clock` at which the anchor was taken. */
  readonly epochStart: MonotonicNs;
  readonly clock: Clock;
  send(probe: ClockProbe): void;
}

interface Asked {
  readonly nonce: number;
  readonly at: UnixMicros;
  readonly resolve: (trip: RoundTrip | undefined) => void;
}

export class ClockAsking {
  readonly #options: ClockAskingOptions;
  #asked: Asked | undefined;
  #isMeasuring = false;
  #isOver = false;

  constructor(options: ClockAskingOptions) {
    this.#options = options;
  }

  /** @returns undefined: the collector did not answer; 'busy': it is being measured already */
  async measure(): Promise<ClockOffset | 'busy' | undefined> {
    if (this.#isMeasuring) return 'busy';
    this.#isMeasuring = true;
    const trips: RoundTrip[] = [];
    for (let probe = 0; probe < CLOCK_PROBES && !this.#isOver; probe += 1) {
      const trip = await this.#ask();
      if (trip !== undefined) trips.push(trip);
    }
    this.#isMeasuring = false;
    return bestOffset(trips, this.#options.anchor);
  }

  answered({ nonce, received, sent }: ClockReply): void {
    const asked = this.#asked;
    if (asked?.nonce === nonce) asked.resolve({ asked: asked.at, answered: this.#now(), received, sent });
  }

  /** Nothing more will be answered. */
  over(): void {
    this.#isOver = true;
    this.#asked?.resolve(undefined);
  }

  #ask(): Promise<RoundTrip | undefined> {
    return new Promise((resolve) => {
      const giveUp = setTimeout(() => settle(undefined), CLOCK_REPLY_MS);
      const settle = (trip: RoundTrip | undefined) => {
        clearTimeout(giveUp);
        this.#asked = undefined;
        resolve(trip);
      };
      const nonce = randomUint32();
      this.#asked = { nonce, at: this.#now(), resolve: settle };
      this.#options.send({ kind: 'clock-probe', nonce });
    });
  }

  #now(): UnixMicros {
    const { clock, epochStart, anchor } = this.#options;
    return afterUs(anchor, Math.round((clock.monotonic() - epochStart) / 1_000));
  }
}
