/**
 * Keys and small values of the log's store, as octets: records sort by position because positions are big-endian. Kept apart
 * from the log so that what stands on disk can be seen in one place. Rejected: text keys; twice as long, and no easier to read.
 */

/** First octet of a record's key: `r`. */
const RECORD = 0x72;
/** Bounds of all records' keys. */
export const FIRST = Buffer.from('r');
export const BEYOND = Buffer.from('s');
/** Notes of the log itself: [records, bytes], and the next position. */
export const SIZE_KEY = noteKey('size');
export const NEXT_KEY = noteKey('next');

export function recordKey(position: number): Buffer {
  const key = Buffer.allocUnsafe(9);
  key[0] = RECORD;
  // Positions stay under 2^53, so the upper word is small; big-endian keeps them in order.
  key.writeUInt32BE(Math.floor(position / 2 ** 32), 1);
  key.writeUInt32BE(position >>> 0, 5);
  return key;
}

/** The position in a record's key. */
export const positionOf = (key: Buffer): number => key.readUInt32BE(1) * 2 ** 32 + key.readUInt32BE(5);

export function noteKey(key: string): Buffer {
  return Buffer.from(`m${key}`);
}

export function nameKey(name: string): Buffer {
  return Buffer.from(`n${name}`);
}

/** What a record is also found under, beside its position: a place in a series, in the order of the numbers (none negative). */
export interface LogPlace {
  readonly series: string;
  readonly at: readonly number[];
}

/** `i`, the series behind its length so that no series is the beginning of another, and the numbers. */
export function placeKey({ series, at }: LogPlace): Buffer {
  const name = Buffer.from(series);
  const head = Buffer.alloc(3, 'i');
  head.writeUInt16BE(name.length, 1);
  // A double that is not negative sorts as its octets do.
  return Buffer.concat([head, name, number64(...at.map((value) => Math.max(0, value)))]);
}

/** Numbers, 8 octets each. */
export function number64(...values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 8);
  for (const [index, value] of values.entries()) bytes.writeDoubleBE(value, index * 8);
  return bytes;
}

/** The same bytes as the Buffer that the engine wants. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
