/**
 * A token bucket as a value: how much of something may be had now, and how long to wait when it has been overdrawn. What
 * has arrived is taken in any case and the debt waited off, since a stream can only be held back after a message.
 * Rejected: a fixed window; it lets twice its measure through at its edges.
 */

export interface BucketLimits {
  readonly perSecond: number;
  readonly burst: number;
}

export interface Bucket {
  /** Tokens at `at`; below 0: a debt. */
  readonly tokens: number;
  /** µs, on the caller's monotonic clock. */
  readonly at: number;
}

export const fullBucket = (limits: BucketLimits, at: number): Bucket => ({ tokens: limits.burst, at });

/** Takes `cost` tokens. */
export function drawFrom(bucket: Bucket, limits: BucketLimits, cost: number, at: number): Bucket {
  const gained = (Math.max(0, at - bucket.at) / 1e6) * limits.perSecond;
  return { tokens: Math.min(limits.burst, bucket.tokens + gained) - cost, at: Math.max(at, bucket.at) };
}

/** @returns µs until the bucket is out of debt; 0 when it is not in debt */
export const debtUs = ({ tokens }: Bucket, { perSecond }: BucketLimits): number =>
  tokens >= 0 ? 0 : (-tokens / perSecond) * 1e6;

/** @returns the bucket after one token was taken, or null when there is none to take */
export function takeOne(bucket: Bucket, limits: BucketLimits, at: number): Bucket | null {
  const drawn = drawFrom(bucket, limits, 1, at);
  return drawn.tokens < 0 ? null : drawn;
}
