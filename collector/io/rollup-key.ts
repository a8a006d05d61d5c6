/**
 * Keys of rollup rows: resolution, group, slot, server, bucket, site, each name behind its length (names are of at most 128
 * octets), the slot big-endian so that octets sort as time does. Rejected: time before group; a page of one group would read
 * all of them.
 */
import type { Resolution, RollupName } from '../core/rollup/rollup-fold.ts';

const LETTER: Readonly<Record<Resolution, string>> = { minute: 'm', hour: 'h' };
/** No letter of a resolution. */
export const CURSOR_KEY = Buffer.from('cursor');

/** Beginning of a group's rows; without one, of all rows. */
export function groupKey(resolution: Resolution, group?: string): Buffer {
  const head = Buffer.from(LETTER[resolution]);
  return group === undefined ? head : Buffer.concat([head, named(group)]);
}

/** Behind every row of a group; without one, behind all. */
export function afterGroup(resolution: Resolution, group?: string): Buffer {
  const head = groupKey(resolution, group);
  return Buffer.concat([head, Buffer.alloc(group === undefined ? 1 : 4, 0xff)]);
}

/** Beginning of a slot behind its group's key. */
export function slotKey(head: Buffer, slot: number): Buffer {
  const key = Buffer.alloc(head.length + 4);
  head.copy(key);
  key.writeUInt32BE(Math.max(0, Math.min(0xffff_fffe, Math.floor(slot))), head.length);
  return key;
}

export function rowKey({ resolution, group, slot, server, bucket, site }: RollupName): Buffer {
  const bucketOctets = Buffer.alloc(2);
  bucketOctets.writeUInt16BE(bucket === null ? 0 : bucket + 1);
  return Buffer.concat([slotKey(groupKey(resolution, group), slot), named(server), bucketOctets, Buffer.from(site)]);
}

/** The name in a row's key, whose beginning is known. */
export function nameOfRow(key: Buffer, known: Pick<RollupName, 'resolution' | 'group'>): RollupName {
  let at = 2 + (key[1] ?? 0);
  const slot = key.readUInt32BE(at);
  const length = key[at + 4] ?? 0;
  const server = key.toString('utf8', at + 5, at + 5 + length);
  at += 5 + length;
  const bucket = key.readUInt16BE(at);
  return { ...known, slot, server, bucket: bucket === 0 ? null : bucket - 1, site: key.toString('utf8', at + 2) };
}

export const groupOf = (key: Buffer): string => key.toString('utf8', 2, 2 + (key[1] ?? 0));

function named(name: string): Buffer {
  const octets = Buffer.from(name);
  return Buffer.concat([Buffer.from([octets.length]), octets]);
}
