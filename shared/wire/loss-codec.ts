/**
 * A Loss as a value and as agents.proto has it: batches that an agent threw away before any collector had them. Apart from the
 * other messages of an agent because it alone is kept on the agent's disk as well, in the same bytes.
 * Rejected: JSON on the disk; a second spelling of the same thing.
 */
import { MAX_PATHS_PER_BATCH } from '../core/limits.ts';
import type { LossCause, LossRun } from '../core/loss.ts';
import { epochMicros, unixMicros } from '../core/units.ts';
import { type DecodeError, FieldReader, isDecodeError, parseMessage } from './decode-error.ts';
import { type dorawatch, v1 } from './protobuf.ts';

/** The codes on the wire, by index; see agents.proto. */
const CAUSES: readonly (LossCause | 'unspecified')[] = ['unspecified', 'shed', 'unspooled'];

/** A run with its tag among an agent's messages. */
export interface Loss extends LossRun {
  readonly kind: 'loss';
}

export function encodeLoss(loss: Loss): Uint8Array {
  return v1.Loss.encode(packLoss(loss)).finish();
}

export function decodeLoss(bytes: Uint8Array): Loss | DecodeError {
  const message = parseMessage(v1.Loss, bytes, 'loss');
  if (isDecodeError(message)) return message;
  const read = new FieldReader();
  const loss = unpackLoss(read, message);
  return read.error ?? loss;
}

/** @returns the message's fields */
export function packLoss(loss: Loss): dorawatch.v1.Loss.$Properties {
  return {
    epoch: loss.epoch,
    anchor_us: loss.anchor,
    from: loss.from,
    more: loss.to - loss.from,
    from_us: loss.fromUs,
    to_us: loss.toUs,
    group: loss.groups.map(({ group }) => group),
    exchanges: loss.groups.map(({ exchanges }) => exchanges),
    cause: CAUSES.indexOf(loss.cause),
  };
}

/** @param read remembers the first fault */
export function unpackLoss(read: FieldReader, loss: dorawatch.v1.Loss.$Properties): Loss {
  const from = read.positive(loss.from ?? 0, 'loss.from');
  const fromUs = read.count(loss.from_us ?? 0, 'loss.from_us');
  const toUs = read.count(loss.to_us ?? 0, 'loss.to_us');
  read.require(toUs >= fromUs, 'loss.to_us', 'is before from_us');
  const groups = read.list(loss.group ?? [], MAX_PATHS_PER_BATCH, 'loss.group');
  const exchanges = read.list(loss.exchanges ?? [], MAX_PATHS_PER_BATCH, 'loss.exchanges');
  read.require(groups.length === exchanges.length, 'loss.exchanges', 'is not as long as loss.group');
  return {
    kind: 'loss',
    epoch: read.positive(loss.epoch ?? 0, 'loss.epoch'),
    anchor: unixMicros(read.count(loss.anchor_us ?? 0, 'loss.anchor_us')),
    from,
    to: read.count(from + read.count(loss.more ?? 0, 'loss.more'), 'loss.more'),
    fromUs: epochMicros(fromUs),
    toUs: epochMicros(toUs),
    groups: groups.map((group, index) => ({
      group: read.name(group, 'loss.group'),
      exchanges: read.count(exchanges[index] ?? 0, 'loss.exchanges'),
    })),
    // An unknown cause is one of a later version; the loss is none the less one.
    cause: loss.cause === CAUSES.indexOf('unspooled') ? 'unspooled' : 'shed',
  };
}
