/**
 * A batch as a record of the spool: a head with its name and when it was spooled, then the batch's own bytes. The head's first
 * octet is a version; before it, heads were epoch and sequence alone, and their first octet that of a float over 1.
 * Rejected: reading name and time out of the batch; the spool is read by the thousand, and a head costs nothing.
 */
import type { SpoolMoment } from './spool-time.ts';

/** What the spool keeps. */
export interface SpoolRecord {
  readonly epoch: number;
  readonly sequence: number;
  readonly bytes: Uint8Array;
  /** Null: spooled by a version that did not note it. */
  readonly made: SpoolMoment | null;
}

const VERSION = 2;
const HEAD_BYTES = 33;
const OLD_HEAD_BYTES = 16;

export function encodeSpoolRecord({ epoch, sequence, bytes, made }: SpoolRecord): Uint8Array {
  const record = new Uint8Array(HEAD_BYTES + bytes.length);
  const head = new DataView(record.buffer);
  head.setUint8(0, VERSION);
  head.setFloat64(1, epoch);
  head.setFloat64(9, sequence);
  head.setFloat64(17, made?.spoolUs ?? 0);
  head.setFloat64(25, made?.wallUs ?? 0);
  record.set(bytes, HEAD_BYTES);
  return record;
}

/** @returns null when it is too short to be one */
export function decodeSpoolRecord(record: Uint8Array): SpoolRecord | null {
  if (record.length < OLD_HEAD_BYTES) return null;
  const head = new DataView(record.buffer, record.byteOffset, record.length);
  if (head.getUint8(0) !== VERSION) {
    const bytes = record.subarray(OLD_HEAD_BYTES);
    return { epoch: head.getFloat64(0), sequence: head.getFloat64(8), bytes, made: null };
  }
  if (record.length < HEAD_BYTES) return null;
  const made = { spoolUs: head.getFloat64(17), wallUs: head.getFloat64(25) };
  return { epoch: head.getFloat64(1), sequence: head.getFloat64(9), bytes: record.subarray(HEAD_BYTES), made };
}
