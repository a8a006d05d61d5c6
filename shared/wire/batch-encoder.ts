/**
 * A ResultBatch value as bytes. Encoded once, by the agent; the same bytes are spooled, sent and stored. What repeats from batch
 * to batch comes first (field numbers in batch.proto), which is what sharedPrefix() counts on.
 * Rejected: encoding again at the collector; the bytes could then differ between versions, and a duplicate look like a conflict.
 */

import { addressToNumber } from '../core/address-number.ts';
import type { PathCounts, PathRef, ResultBatch } from '../core/batch.ts';
import { EXCHANGE_KINDS, STAMPS } from '../core/outcome.ts';
import { type dorawatch, v1 } from './protobuf.ts';
import { packColumns } from './result-columns.ts';
import { packSighting } from './sighting-codec.ts';

/** @returns exactly sized. @throws RangeError when the batch breaks its own rules (a path index without a path) */
export function encodeBatch(batch: ResultBatch): Uint8Array {
  const message: dorawatch.v1.ResultBatch.$Properties = {
    agent: batch.agent,
    site: batch.site,
    epoch: batch.epoch,
    anchor_us: batch.anchor,
    assignment_version: batch.assignmentVersion,
    drop_time_us: batch.dropTimeUs,
    stamped: STAMPS.indexOf(batch.stamped),
    paths: batch.paths.map(packPath),
    sequence: batch.sequence,
    from_us: batch.fromUs,
    complete_through_after_from_us: batch.completeThroughUs - batch.fromUs,
    loop_delay_max_us: batch.loopDelayMaxUs,
    late: batch.late.map(({ path, identity, sentUs, lateUs }) => ({
      path,
      identity,
      sent_us: sentUs,
      late_us: lateUs,
    })),
  };
  if (batch.results.path.length > 0) message.results = packColumns(batch.results, batch.paths.length, batch.fromUs);
  if (batch.sightings.length > 0) message.sightings = batch.sightings.map(packSighting);
  if (batch.counts.length > 0) message.counts = packCounts(batch.counts);
  // A copy: the writer may have written into a shared pool, and a spooled batch must not keep the pool alive.
  return v1.ResultBatch.encode(message).finish().slice();
}

function packPath(path: PathRef): dorawatch.v1.Path.$Properties {
  return {
    group: path.group,
    server: path.server,
    address: addressToNumber(path.address),
    bucket_plus_one: path.bucket === null ? 0 : path.bucket + 1,
    giaddr: addressToNumber(path.giaddr),
    kind: EXCHANGE_KINDS.indexOf(path.kind),
    first_contact: path.firstContact,
    scope: path.scope ?? '',
    interface: path.interface ?? '',
  };
}

function packCounts(counts: readonly PathCounts[]): dorawatch.v1.Counts.$Properties {
  const odd = counts.map(packOdd).filter((row) => row !== undefined);
  return { path: counts.map(({ path }) => path), sent: counts.map(({ sent }) => sent), odd };
}

/** The rare counts of a row; undefined when all of them are 0. */
function packOdd(counts: PathCounts, row: number): dorawatch.v1.OddCounts.$Properties | undefined {
  const odd = {
    unsent_no_identity: counts.unsentNoIdentity,
    unsent_stalled: counts.unsentStalled,
    unsent_send_error: counts.unsentSendError,
    orphans: counts.orphans,
    duplicates: counts.duplicates,
    malformed: counts.malformed,
    foreign: counts.foreign,
    due_rest: counts.due - counts.sent - counts.unsentNoIdentity - counts.unsentStalled - counts.unsentSendError,
  };
  const foreignSources = counts.foreignSources.map(addressToNumber);
  if (foreignSources.length === 0 && Object.values(odd).every((count) => count === 0)) return undefined;
  return { row, ...odd, foreign_sources: foreignSources };
}

/** How many bytes two encoded batches have in common at the front. */
export function sharedPrefix(before: Uint8Array, bytes: Uint8Array): number {
  const end = Math.min(before.length, bytes.length);
  let length = 0;
  while (length < end && before[length] === bytes[length]) length += 1;
  return length;
}
