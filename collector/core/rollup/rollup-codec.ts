/**
 * A rollup as octets: numbers of seven bits an octet, the bins of a sketch by their distance from the one before. A quiet
 * minute takes some thirty octets. Rejected: JSON (five times the size, and there are millions of rows) and protobuf (a
 * schema for what only this program reads).
 */
import { emptyRollup, ROLLUP_COUNTS, ROLLUP_STAGES, type Rollup } from './rollup.ts';
import type { Sketch } from './sketch.ts';

/** Raised when the form changes. */
const FORM = 1;

export function encodeRollup({ counts, latency }: Rollup): Uint8Array {
  const octets: number[] = [FORM, ROLLUP_COUNTS.length];
  for (const name of ROLLUP_COUNTS) putNumber(octets, counts[name]);
  for (const stage of ROLLUP_STAGES) putSketch(octets, latency[stage]);
  return Uint8Array.from(octets);
}

/** What encodeRollup wrote, under this or an earlier list of counts; undefined: by a later version, or damaged. */
export function decodeRollup(octets: Uint8Array): Rollup | undefined {
  const from: Cursor = { octets, at: 0 };
  if (takeNumber(from) !== FORM) return undefined;
  const rollup = emptyRollup();
  const known = takeNumber(from);
  for (let i = 0; i < known; i += 1) {
    const count = takeNumber(from);
    const name = ROLLUP_COUNTS[i];
    if (name !== undefined) rollup.counts[name] = count;
  }
  for (const stage of ROLLUP_STAGES) takeSketch(from, rollup.latency[stage]);
  return from.at === octets.length ? rollup : undefined;
}

interface Cursor {
  readonly octets: Uint8Array;
  at: number;
}

function putSketch(octets: number[], sketch: Sketch): void {
  putNumber(octets, sketch.size);
  let before = 0;
  for (const [bin, count] of [...sketch].sort(([a], [b]) => a - b)) {
    putNumber(octets, bin - before);
    putNumber(octets, count);
    before = bin;
  }
}

function takeSketch(from: Cursor, into: Sketch): void {
  let bin = 0;
  for (let left = takeNumber(from); left > 0 && from.at < from.octets.length; left -= 1) {
    bin += takeNumber(from);
    into.set(bin, takeNumber(from));
  }
}

function putNumber(octets: number[], value: number): void {
  let left = value;
  while (left >= 128) {
    octets.push((left % 128) + 128);
    left = Math.floor(left / 128);
  }
  octets.push(left);
}

function takeNumber(from: Cursor): number {
  let value = 0;
  for (let factor = 1; from.at < from.octets.length; factor *= 128) {
    const octet = from.octets[from.at] ?? 0;
    from.at += 1;
    value += (octet & 127) * factor;
    if (octet < 128) break;
  }
  return value;
}
