/**
 * The one place that draws random numbers: xids, nonces, identifiers and jitter. All of them come from the kernel, since an
 * xid that can be guessed lets a stranger answer for a server. Rejected: a seedable generator here; pure code takes the
 * number as an argument instead.
 */
import { randomFillSync } from 'node:crypto';

/** @param length how many bytes */
export function randomBytes(length: number): Uint8Array {
  return randomFillSync(new Uint8Array(length));
}

// One call to the kernel serves many numbers: a draw costs nanoseconds instead of microseconds.
const pool = new Uint32Array(256);
let used = pool.length;

/** Uniform over 0 … 2^32 − 1. */
export function randomUint32(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const value = pool[used] ?? 0;
  used += 1;
  return value;
}

/** Uniform in [0, 1), with 32 bits. */
export function randomFraction(): number {
  return randomUint32() / 2 ** 32;
}
