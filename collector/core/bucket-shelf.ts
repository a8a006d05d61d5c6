/**
 * Token buckets by name (a host, a site), at most so many: when there are too many the one that was used longest ago goes, which
 * is full again by then or belongs to somebody who has left. Rejected: a timer that clears them away.
 */
import { type Bucket, type BucketLimits, fullBucket, takeOne } from './token-bucket.ts';

export interface BucketShelf {
  /** Takes one token of that name. @param at µs, monotonic @returns whether there was one */
  take(name: string, at: number): boolean;
  /** Whether there is one to take, without taking it. */
  has(name: string, at: number): boolean;
}

export function createBucketShelf(limits: BucketLimits, max: number): BucketShelf {
  const buckets = new Map<string, Bucket>();
  return {
    take: (name, at) => {
      const before = buckets.get(name) ?? fullBucket(limits, at);
      const after = takeOne(before, limits, at);
      // The map's order is that of last use.
      buckets.delete(name);
      buckets.set(name, after ?? before);
      for (const oldest of buckets.keys()) {
        if (buckets.size <= max) break;
        buckets.delete(oldest);
      }
      return after !== null;
    },
    has: (name, at) => {
      const bucket = buckets.get(name);
      return bucket === undefined || takeOne(bucket, limits, at) !== null;
    },
  };
}
