/**
 * Identifiers of findings: a 128-bit hash of what a finding is. The same evidence gives the same identifier on any machine
 * and after any restart, which is what lets a replay be compared with the past and an alert be sent once.
 *
 * Four 32-bit lanes of multiply-and-rotate with a final avalanche: not cryptographic, and need not be (nobody gains by
 * forging a finding). Rejected: node:crypto, which is not pure core; a counter, which a replay with other settings shifts.
 */

const LANES = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f] as const;

function avalanche(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

/** One lane's hash of UTF-16 code units. */
function lane(text: string, seed: number): number {
  let h = seed ^ text.length;
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    h = (h << 13) | (h >>> 19);
    h = Math.imul(h, 5) + 0x52dce729;
  }
  return avalanche(h);
}

/** @param parts what the finding is, in a fixed order; null differs from '' @returns 32 hexadecimal digits */
export function findingId(...parts: readonly (string | number | null)[]): string {
  const text = JSON.stringify(parts);
  return LANES.map((seed) => lane(text, seed).toString(16).padStart(8, '0')).join('');
}
