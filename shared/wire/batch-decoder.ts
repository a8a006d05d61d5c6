/**
 * Bytes from elsewhere as a ResultBatch, or a DecodeError: every index has its target, every column its length, every figure
 * its range, so nothing after this looks twice. The bytes may come from any program that can reach the port.
 * Rejected: a lenient decoder that repairs; a batch is evidence, and half of it is none.
 */

import { numberToAddress } from '../core/address-number.ts';
import {
  ABSENT,
  type LateAnswer,
  type PathCounts,
  type PathRef,
  type ResultBatch,
  type ResultColumns,
} from '../core/batch.ts';
import {
  MAX_BATCH_BYTES,
  MAX_FOREIGN_SOURCES,
  MAX_LATE_PER_BATCH,
  MAX_PATHS_PER_BATCH,
  MAX_SIGHTINGS_PER_BATCH,
} from '../core/limits.ts';
import { EXCHANGE_KINDS, STAMPS } from '../core/outcome.ts';
import { epochMicros, microseconds, unixMicros } from '../core/units.ts';
import { type DecodeError, decodeError, FieldReader, isDecodeError, parseMessage } from './decode-error.ts';
import { type dorawatch, v1 } from './protobuf.ts';
import { unpackColumns } from './result-columns.ts';
import { readSighting } from './sighting-codec.ts';

const NO_RESULTS: ResultColumns = {
  path: [],
  identity: [],
  sentUs: [],
  outcome: [],
  stage: [],
  offerUs: [],
  ackUs: [],
  totalUs: [],
  released: [],
};

/** @returns never shares memory with `bytes` */
export function decodeBatch(bytes: Uint8Array): ResultBatch | DecodeError {
  if (bytes.length > MAX_BATCH_BYTES)
    return decodeError('batch', `${bytes.length} bytes, more than ${MAX_BATCH_BYTES}`);
  const message = parseMessage(v1.ResultBatch, bytes, 'batch');
  if (isDecodeError(message)) return message;
  const read = new FieldReader();
  const head = readHead(read, message);
  const late = read.list(message.late, MAX_LATE_PER_BATCH, 'late').map((row) => readLate(read, row, head.paths.length));
  const counts = message.counts ? readCounts(read, message.counts, head.paths.length) : [];
  const sightings = read
    .list(message.sightings ?? [], MAX_SIGHTINGS_PER_BATCH, 'sightings')
    .map((sighting) => readSighting(read, sighting, head.paths.length));
  if (read.error) return read.error;
  const results = message.results ? unpackColumns(message.results, head.paths.length, head.fromUs) : NO_RESULTS;
  return isDecodeError(results) ? results : { ...head, results, late, counts, sightings };
}

type Head = Omit<ResultBatch, 'results' | 'late' | 'counts' | 'sightings'>;

function readHead(read: FieldReader, message: dorawatch.v1.ResultBatch): Head {
  const fromUs = read.count(message.from_us, 'from_us');
  const through = fromUs + read.difference(message.complete_through_after_from_us, 'complete_through_after_from_us');
  return {
    agent: read.name(message.agent, 'agent'),
    site: read.name(message.site, 'site'),
    epoch: read.positive(message.epoch, 'epoch'),
    sequence: read.positive(message.sequence, 'sequence'),
    anchor: unixMicros(read.count(message.anchor_us, 'anchor_us')),
    fromUs: epochMicros(fromUs),
    completeThroughUs: epochMicros(read.count(through, 'complete_through_after_from_us')),
    assignmentVersion: read.count(message.assignment_version, 'assignment_version'),
    dropTimeUs: microseconds(read.count(message.drop_time_us, 'drop_time_us')),
    stamped: STAMPS[read.index(message.stamped, STAMPS.length, 'stamped')] ?? 'user',
    loopDelayMaxUs: microseconds(read.count(message.loop_delay_max_us, 'loop_delay_max_us')),
    paths: read.list(message.paths, MAX_PATHS_PER_BATCH, 'paths').map((path) => readPath(read, path)),
  };
}

function readPath(read: FieldReader, path: dorawatch.v1.Path.$Properties): PathRef {
  const on = path.interface ?? '';
  return {
    group: read.name(path.group ?? '', 'paths.group'),
    server: on === '' ? read.name(path.server ?? '', 'paths.server') : read.text(path.server ?? '', 'paths.server'),
    address: numberToAddress(path.address ?? 0),
    bucket: read.plusOne(path.bucket_plus_one ?? 0, 256, 'paths.bucket_plus_one'),
    giaddr: numberToAddress(path.giaddr ?? 0),
    kind: EXCHANGE_KINDS[read.index(path.kind ?? 0, EXCHANGE_KINDS.length, 'paths.kind')] ?? 'dora',
    firstContact: path.first_contact ?? false,
    scope: path.scope ? read.name(path.scope, 'paths.scope') : null,
    interface: on === '' ? null : read.name(on, 'paths.interface'),
  };
}

function readLate(read: FieldReader, row: dorawatch.v1.LateAnswer.$Properties, paths: number): LateAnswer {
  return {
    path: read.index(row.path ?? 0, paths, 'late.path'),
    identity: row.identity ?? 0,
    sentUs: epochMicros(read.count(row.sent_us ?? 0, 'late.sent_us')),
    lateUs: microseconds(read.count(row.late_us ?? 0, 'late.late_us')),
  };
}

function readCounts(read: FieldReader, message: dorawatch.v1.Counts.$Properties, paths: number): readonly PathCounts[] {
  const rows = read.list(message.path ?? [], paths, 'counts.path');
  const sent = message.sent ?? [];
  const odd = message.odd ?? [];
  const oddOf = new Map(odd.map((row) => [row.row ?? 0, row]));
  read.require(new Set(rows).size === rows.length, 'counts.path', 'names a path twice');
  read.require(sent.length === rows.length, 'counts.sent', `is not ${rows.length} long`);
  read.require(oddOf.size === odd.length, 'counts.odd', 'names a row twice');
  for (const row of oddOf.keys()) read.index(row, rows.length, 'counts.odd.row');
  return rows.map((path, row) =>
    readRow(read, { path: read.index(path, paths, 'counts.path'), sent: sent[row] ?? ABSENT }, oddOf.get(row)),
  );
}

function readRow(
  read: FieldReader,
  row: { path: number; sent: number },
  odd: dorawatch.v1.OddCounts.$Properties = {},
): PathCounts {
  const unsentNoIdentity = odd.unsent_no_identity ?? 0;
  const unsentStalled = odd.unsent_stalled ?? 0;
  const unsentSendError = odd.unsent_send_error ?? 0;
  const due = row.sent + unsentNoIdentity + unsentStalled + unsentSendError + (odd.due_rest ?? 0);
  return {
    ...row,
    due: read.count(due, 'counts.odd.due_rest'),
    unsentNoIdentity,
    unsentStalled,
    unsentSendError,
    orphans: odd.orphans ?? 0,
    duplicates: odd.duplicates ?? 0,
    malformed: odd.malformed ?? 0,
    foreign: odd.foreign ?? 0,
    foreignSources: read
      .list(odd.foreign_sources ?? [], MAX_FOREIGN_SOURCES, 'counts.odd.foreign_sources')
      .map(numberToAddress),
  };
}
