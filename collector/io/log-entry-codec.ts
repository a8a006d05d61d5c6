/**
 * Log entries as records of the collector's log: a kind, the time received, and then a batch's bytes as they came, a clock
 * sample's figures, or JSON for what a person wrote. The log is ours and its blocks carry checksums, so reading believes it.
 * Rejected: protobuf for all; a configuration's shape would be written down a third time.
 */
import type { UnixMicros } from '../../shared/core/units.ts';
import { epochMicros, microseconds, unixMicros } from '../../shared/core/units.ts';
import { decodeBatch } from '../../shared/wire/batch-decoder.ts';
import { encodeBatch } from '../../shared/wire/batch-encoder.ts';
import { type DecodeError, decodeError, isDecodeError } from '../../shared/wire/decode-error.ts';
import type {
  ClockEntry,
  ConfigEntry,
  ImportEntry,
  KeaEntry,
  KeepEntry,
  LogEntry,
  LossEntry,
  MaintenanceEntry,
  MarkEntry,
  PauseEntry,
} from '../core/log-entry.ts';

/** Never reused; 0 would be a record of zeros. */
const KIND = {
  batch: 1,
  clock: 2,
  config: 3,
  mark: 4,
  loss: 5,
  keep: 6,
  import: 7,
  quiet: 8,
  pause: 9,
  kea: 10,
  maintenance: 11,
} as const;
const HEAD_BYTES = 9;
const CLOCK_FIGURES = 5;

/** @param bytes the batch as received */
export function encodeBatchRecord(receivedAt: UnixMicros, bytes: Uint8Array): Uint8Array {
  return record(KIND.batch, receivedAt, bytes);
}

export function encodeEntry(entry: LogEntry): Uint8Array {
  switch (entry.kind) {
    case 'batch':
      return encodeBatchRecord(entry.receivedAt, encodeBatch(entry.batch));
    case 'clock':
      return record(KIND.clock, entry.receivedAt, clockBytes(entry));
    default: {
      const { kind, receivedAt, ...rest } = entry;
      return record(KIND[kind], receivedAt, Buffer.from(JSON.stringify(rest)));
    }
  }
}

/** The batch's own bytes in a record made by encodeBatchRecord. */
export function batchBytes(stored: Uint8Array): Uint8Array {
  return stored.subarray(HEAD_BYTES);
}

/** An error means that the record was written by a later version, or by a defect. */
export function decodeEntry(stored: Uint8Array): LogEntry | DecodeError {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.length);
  if (bytes.length < HEAD_BYTES) return decodeError('log_entry', 'is too short');
  const receivedAt = unixMicros(bytes.readDoubleBE(1));
  const rest = bytes.subarray(HEAD_BYTES);
  switch (bytes[0]) {
    case KIND.batch: {
      const batch = decodeBatch(rest);
      return isDecodeError(batch) ? batch : { kind: 'batch', receivedAt, batch };
    }
    case KIND.clock:
      return clockEntry(receivedAt, rest);
    case KIND.config:
      return { kind: 'config', receivedAt, ...written<ConfigEntry>(rest) };
    case KIND.mark:
      return { kind: 'mark', receivedAt, ...written<MarkEntry>(rest) };
    case KIND.loss:
      return { kind: 'loss', receivedAt, ...written<LossEntry>(rest) };
    case KIND.keep:
      return { kind: 'keep', receivedAt, ...written<KeepEntry>(rest) };
    case KIND.import:
      return { kind: 'import', receivedAt, ...written<ImportEntry>(rest) };
    case KIND.pause:
      return { kind: 'pause', receivedAt, ...written<PauseEntry>(rest) };
    case KIND.maintenance:
      return { kind: 'maintenance', receivedAt, ...written<MaintenanceEntry>(rest) };
    case KIND.kea:
      return { kind: 'kea', receivedAt, ...written<KeaEntry>(rest) };
    case KIND.quiet:
      return { kind: 'quiet', receivedAt };
    default:
      return decodeError('log_entry', `has the unknown kind ${bytes[0]}`);
  }
}

/** What encodeEntry wrote as JSON. */
const written = <Entry extends LogEntry>(rest: Buffer): Omit<Entry, 'kind' | 'receivedAt'> =>
  JSON.parse(rest.toString()) as Omit<Entry, 'kind' | 'receivedAt'>;

function record(kind: number, receivedAt: UnixMicros, rest: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(HEAD_BYTES + rest.length);
  bytes[0] = kind;
  bytes.writeDoubleBE(receivedAt, 1);
  bytes.set(rest, HEAD_BYTES);
  return bytes;
}

function clockBytes(entry: ClockEntry): Uint8Array {
  const agent = Buffer.from(entry.agent);
  const bytes = Buffer.alloc(CLOCK_FIGURES * 8 + agent.length);
  const figures = [entry.epoch, entry.anchor, entry.at, entry.offsetUs, entry.errorUs];
  for (const [index, figure] of figures.entries()) bytes.writeDoubleBE(figure, index * 8);
  bytes.set(agent, CLOCK_FIGURES * 8);
  return bytes;
}

function clockEntry(receivedAt: UnixMicros, bytes: Buffer): ClockEntry {
  return {
    kind: 'clock',
    receivedAt,
    agent: bytes.toString('utf8', CLOCK_FIGURES * 8),
    epoch: bytes.readDoubleBE(0),
    anchor: unixMicros(bytes.readDoubleBE(8)),
    at: epochMicros(bytes.readDoubleBE(16)),
    offsetUs: microseconds(bytes.readDoubleBE(24)),
    errorUs: microseconds(bytes.readDoubleBE(32)),
  };
}
