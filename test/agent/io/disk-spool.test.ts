/**
 * The agent's spool on real disks that fail: a small file system that fills up, one that is made read-only and writable again,
 * one that the spool itself has filled. Needs the right to mount.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { openSpool } from '../../../agent/io/spool.ts';
import type { Spool } from '../../../agent/io/spool-contract.ts';
import { openStateDirectory } from '../../../agent/io/state-directory.ts';
import { unixMicros } from '../../../shared/core/units.ts';
import { randomBytes } from '../../../shared/io/random.ts';

const skip = process.getuid?.() === 0 ? false : 'mounting a file system needs root';
const BATCH_BYTES = 4_000;

function mounted(size: string): { readonly path: string; readonly end: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'dorawatch-disk-'));
  const done = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', path]);
  if (done.status !== 0) throw new Error(done.stderr.toString());
  const end = () => {
    spawnSync('umount', ['-l', path]);
    rmSync(path, { recursive: true, force: true });
  };
  return { path, end };
}

const remount = (path: string, how: 'ro' | 'rw'): void => {
  const done = spawnSync('mount', ['-o', `remount,${how}`, path]);
  if (done.status !== 0) throw new Error(done.stderr.toString());
};

const batch = (sequence: number) => ({ epoch: 1, sequence, bytes: randomBytes(BATCH_BYTES) });

async function append(spool: Spool, from: number, to: number): Promise<void> {
  for (let sequence = from; sequence <= to; sequence += 1) await spool.append(batch(sequence));
}

async function sequencesOf(spool: Spool): Promise<readonly number[]> {
  const found: number[] = [];
  for (const { from, to } of spool.held)
    for (const { sequence } of await spool.read(from, to - from + 1)) found.push(sequence);
  return found.sort((a, b) => a - b);
}

const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1);

async function eventually(what: () => boolean, limitMs = 60_000): Promise<boolean> {
  for (let waited = 0; waited < limitMs; waited += 50) {
    if (what()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

t.test('a disk that others fill: memory takes over, and gives back when there is room', { skip }, async (t) => {
  const disk = mounted('64m');
  t.teardown(disk.end);
  const directory = join(disk.path, 'spool');
  const spool = await openSpool(directory);
  await append(spool, 1, 300);
  const { bavail, bsize } = statfsSync(disk.path);
  writeFileSync(join(disk.path, 'ballast'), new Uint8Array(bavail * bsize - 64 * 1024));
  await append(spool, 301, 600);
  t.match(spool.trouble, /full: \d+ batches wait in memory/);
  t.strictSame(await sequencesOf(spool), upTo(600), 'what is on disk can still be read, and sent');
  await spool.forget((await spool.read(0, 100)).map(({ position }) => position));
  t.equal(spool.count, 500, 'what was acknowledged is not sent again though it cannot be removed');
  rmSync(join(disk.path, 'ballast'));
  t.ok(await eventually(() => spool.trouble === null), 'recovers by itself');
  await append(spool, 601, 610);
  await spool.close();
  const again = await openSpool(directory);
  t.teardown(() => again.close());
  t.equal(again.trouble, null);
  t.strictSame(await sequencesOf(again), upTo(610).slice(100), 'all of it is on disk, and the acknowledged is gone');
});

t.test('a disk that the spool itself has filled frees it by draining', { skip }, async (t) => {
  const disk = mounted('16m');
  t.teardown(disk.end);
  const spool = await openSpool(join(disk.path, 'spool'));
  let sequence = 0;
  while (spool.trouble === null && sequence < 10_000) await spool.append(batch(++sequence));
  t.match(spool.trouble, /full/, `after ${sequence} batches`);
  await append(spool, sequence + 1, sequence + 100);
  t.strictSame(await sequencesOf(spool), upTo(sequence + 100), 'nothing is missing');
  // A collector takes it all, though no removal can be written.
  for (;;) {
    const some = await spool.read(spool.held[0]?.from ?? 0, 64);
    if (some.length === 0) break;
    await spool.forget(some.map(({ position }) => position));
  }
  t.equal(spool.count, 0);
  t.ok(await eventually(() => spool.trouble === null), 'and there is room again');
  await spool.append(batch(1));
  t.equal(spool.isWritable, true);
  await spool.close();
});

t.test('a read-only disk: a start goes on with the name it has, under an epoch that rises', { skip }, async (t) => {
  const disk = mounted('64m');
  t.teardown(disk.end);
  const directory = join(disk.path, 'state');
  mkdirSync(directory);
  const now = unixMicros(1_700_000_000_000_000);
  const first = await openStateDirectory({ directory, id: null, now });
  await first.spool.append(batch(1));
  await first.close();
  remount(disk.path, 'ro');
  const second = await openStateDirectory({ directory, id: null, now: unixMicros(now - 3_600e6) });
  t.equal(second.agent, first.agent);
  t.ok(second.epoch > first.epoch, 'although the wall clock went back and nothing can be written');
  t.match(second.trouble, /cannot be written/);
  await append(second.spool, 2, 5);
  t.equal(second.spool.count, 4, 'in memory');
  remount(disk.path, 'rw');
  t.ok(await eventually(() => second.spool.trouble === null), 'the spool recovers by itself');
  t.strictSame(await sequencesOf(second.spool), upTo(5), 'what was on disk before is there again');
  t.ok(await eventually(() => second.trouble === null), 'and so does the directory');
  await second.close();
  const third = await openStateDirectory({ directory, id: null, now });
  t.teardown(() => third.close());
  t.ok(third.epoch > second.epoch, 'the epoch that could not be written at first was written since');
});
