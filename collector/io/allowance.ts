/**
 * What one agent may send, over all its sessions: a reconnect gives nothing new. One object an agent, kept while the agent is
 * remembered. Rejected: an allowance a session; whoever sends too much would come back for more.
 */
import type { Clock } from '../../shared/io/clock.ts';
import * as limits from '../core/limits.ts';
import { type Bucket, type BucketLimits, debtUs, drawFrom, fullBucket, takeOne } from '../core/token-bucket.ts';

const BATCHES: BucketLimits = { perSecond: limits.AGENT_BATCHES_PER_SECOND, burst: limits.AGENT_BATCHES_BURST };
const BYTES: BucketLimits = { perSecond: limits.AGENT_BYTES_PER_SECOND, burst: limits.AGENT_BYTES_BURST };
const SAMPLES: BucketLimits = { perSecond: limits.AGENT_SAMPLES_PER_SECOND, burst: limits.AGENT_SAMPLES_BURST };

export class Allowance {
  readonly #clock: Clock;
  #batches: Bucket;
  #bytes: Bucket;
  #samples: Bucket;

  constructor(clock: Clock) {
    this.#clock = clock;
    const at = this.#now();
    this.#batches = fullBucket(BATCHES, at);
    this.#bytes = fullBucket(BYTES, at);
    this.#samples = fullBucket(SAMPLES, at);
  }

  #now(): number {
    return this.#clock.monotonic() / 1000;
  }

  /** A message has come. @param bytes of a batch; null: a small message @returns µs for which no more is to be read */
  draw(bytes: number | null): number {
    const at = this.#now();
    this.#batches = drawFrom(this.#batches, BATCHES, bytes === null ? limits.SMALL_MESSAGE_COST : 1, at);
    this.#bytes = drawFrom(this.#bytes, BYTES, bytes ?? 0, at);
    return Math.max(debtUs(this.#batches, BATCHES), debtUs(this.#bytes, BYTES));
  }

  mayStoreSample(): boolean {
    const after = takeOne(this.#samples, SAMPLES, this.#now());
    this.#samples = after ?? this.#samples;
    return after !== null;
  }
}
