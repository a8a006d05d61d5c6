/**
 * Reads the clocks for the spool: when a batch was spooled, and how old that makes it (see core/spool-time).
 * Rejected: the agent's epoch clock; a spool is older than its epoch.
 */
import type { Clock } from '../../shared/io/clock.ts';
import type { SpooledBatch } from '../core/send-window.ts';
import type { SpoolRecord } from '../core/spool-record.ts';
import { resumeSpoolTime, type SpoolMoment } from '../core/spool-time.ts';

export class SpoolClock {
  /** The wall clock when this was made. */
  readonly startWallUs: number;
  readonly #clock: Clock;
  readonly #startUs: number;
  /** The spool's time less the monotonic clock; unknown until a spool was opened. */
  #offsetUs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.startWallUs = clock.wall();
    this.#startUs = this.monotonicUs();
  }

  monotonicUs(): number {
    return Math.round(this.#clock.monotonic() / 1_000);
  }

  /** The spool's time. */
  nowUs(): number {
    return this.monotonicUs() + (this.#offsetUs ?? 0);
  }

  /** The first spool that can be opened says from when its time goes on. @param newest of its records */
  resume(newest: SpoolMoment | null, ageMaxUs: number): void {
    this.#offsetUs ??= resumeSpoolTime(newest, this.startWallUs, ageMaxUs) - this.#startUs;
  }

  /** A record of a batch that came in at a moment of the monotonic clock. */
  record({ epoch, sequence, bytes }: Omit<SpooledBatch, 'position'>, monotonicUs: number): SpoolRecord {
    const wallUs = this.startWallUs + monotonicUs - this.#startUs;
    return { epoch, sequence, bytes, made: { spoolUs: monotonicUs + (this.#offsetUs ?? 0), wallUs } };
  }
}
