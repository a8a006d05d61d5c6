/**
 * The spool: bounded by bytes and age with every loss noted, in memory while the disk fails, and whole again afterwards.
 * A full and a read-only disk are in test/lab, which has the rights to make them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openSpool } from '../../../agent/io/spool.ts';
import type { Spool } from '../../../agent/io/spool-contract.ts';
import { afterUs, monotonicNs } from '../../../shared/core/units.ts';
import { type Clock, createClock } from '../../../shared/io/clock.ts';
import { randomBytes } from '../../../shared/io/random.ts';
import { encodeBatch } from '../../../shared/wire/batch-encoder.ts';
import { seeded, typicalBatch } from '../../shared/wire/result-batches.ts';

const batch = (sequence: number, epoch = 1) => ({
  epoch,
  sequence,
  bytes: encodeBatch(typicalBatch({ sequence, epoch, rate: 10, random: seeded(sequence) })),
});
const EXCHANGES = typicalBatch({ sequence: 1, rate: 10, random: seeded(1) }).results.path.length;

async function fill(spool: Spool, from: number, to: number): Promise<void> {
  for (let sequence = from; sequence <= to; sequence += 1) await spool.append(batch(sequence));
}

async function eventually(what: () => boolean, limitMs = 20_000): Promise<boolean> {
  for (let waited = 0; waited < limitMs; waited += 20) {
    if (what()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

async function sequencesOf(spool: Spool): Promise<readonly number[]> {
  const found: number[] = [];
  for (const { from, to } of spool.held) {
    for (const { sequence } of await spool.read(from, to - from + 1)) found.push(sequence);
  }
  return found;
}

/** A clock that a test sets forward: monotonic and wall apart. */
function fakeClock(): Clock & { passed(us: number): void; stepped(us: number): void } {
  const real = createClock();
  let [passedUs, steppedUs] = [0, 0];
  return {
    monotonic: () => monotonicNs(real.monotonic() + passedUs * 1_000),
    wall: () => afterUs(real.wall(), passedUs + steppedUs),
    passed: (us) => {
      passedUs += us;
    },
    stepped: (us) => {
      steppedUs += us;
    },
  };
}

t.test('closing waits for removals and reads that were begun', async (t) => {
  const directory = t.testdir();
  const spool = await openSpool(directory);
  await fill(spool, 1, 3);
  const forgotten = spool.forget([1, 2]);
  const read = spool.read(0, 10);
  await spool.close();
  await t.resolves(forgotten);
  t.ok((await read).length >= 1);
  const again = await openSpool(directory);
  t.teardown(() => again.close());
  t.strictSame(again.held, [{ from: 3, to: 3 }], 'what was acknowledged is gone from the disk');
});

t.test('a full spool sheds its oldest batches, and knows over a restart which and what was in them', async (t) => {
  const directory = t.testdir();
  const spool = await openSpool(directory, { bytes: 10_000 });
  await fill(spool, 1, 100);
  // It sheds in the background, a few at a time.
  let before = -1;
  while (before !== spool.shed) {
    before = spool.shed;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  t.ok(spool.shed > 0);
  t.equal(spool.shed + spool.count, 100);
  const held = await sequencesOf(spool);
  t.equal(held.at(-1), 100, 'the newest is kept');
  const { shed } = spool;
  t.equal(held[0], shed + 1, 'the oldest went');
  const lost = { from: 1, to: shed, groups: [{ exchanges: shed * EXCHANGES }], cause: 'shed' };
  t.match([...spool.sealedLosses().values()], [lost]);
  await spool.close();

  const again = await openSpool(directory, { bytes: 10_000 });
  t.match([...again.sealedLosses().values()], [lost]);
  again.settleLoss(1, { from: 1, to: shed - 1 });
  t.equal(again.sealedLosses().size, 1, 'another range is another acknowledgement');
  again.settleLoss(1, { from: 1, to: shed });
  t.equal(again.sealedLosses().size, 0);
  await again.close();
  const last = await openSpool(directory);
  t.teardown(() => last.close());
  t.equal(last.sealedLosses().size, 0, 'acknowledged for good');
});

t.test('what is older than the limit goes, by time that really passed', async (t) => {
  const directory = t.testdir();
  const DAY = 86_400e6;
  const clock = fakeClock();
  const options = { ageMs: 7 * 86_400_000, clock };
  const spool = await openSpool(directory, options);
  await fill(spool, 1, 3);
  clock.stepped(400 * DAY);
  await fill(spool, 4, 4);
  t.equal(spool.count, 4, 'a wall clock that steps ages nothing');
  clock.passed(5 * DAY);
  await fill(spool, 5, 5);
  clock.passed(2.5 * DAY);
  await fill(spool, 6, 6);
  t.ok(await eventually(() => spool.shed === 4), `${spool.shed} shed`);
  t.strictSame(await sequencesOf(spool), [5, 6]);
  await spool.close();

  clock.stepped(-10_000 * DAY);
  const back = await openSpool(directory, options);
  await fill(back, 7, 7);
  await back.close();
  clock.stepped(20_000 * DAY);
  const ahead = await openSpool(directory, options);
  await fill(ahead, 8, 8);
  t.strictSame(await sequencesOf(ahead), [5, 6, 7, 8], 'nor does one that is decades off at a start');
  await ahead.close();
  clock.passed(3 * DAY);
  const later = await openSpool(directory, options);
  t.teardown(() => later.close());
  await fill(later, 9, 9);
  clock.passed(2 * DAY);
  await fill(later, 10, 10);
  t.ok(await eventually(() => later.shed === 1), 'a few days away count');
  t.strictSame(await sequencesOf(later), [6, 7, 8, 9, 10]);
});

t.test('in use by another process: memory holds what comes, within bounds, until the other ends', async (t) => {
  const directory = join(t.testdir(), 'spool');
  const holder = await holdLock(directory);
  t.teardown(() => holder.kill('SIGKILL'));
  const spool = await openSpool(directory, { memory: { batches: 50, bytes: 1e6 } });
  t.match(spool.trouble, /in use by another process/);
  await fill(spool, 1, 60);
  t.equal(spool.count, 50);
  t.match([...spool.sealedLosses().values()], [{ from: 1, to: 10, cause: 'unspooled' }]);
  await spool.forget((await spool.read(0, 5)).map(({ position }) => position));
  t.equal(spool.count, 45);
  const moved = new Promise<number>((resolve) => {
    spool.onMoved = (moves) => resolve(moves.size);
  });
  holder.kill('SIGKILL');
  t.equal(await moved, 45);
  t.equal(spool.trouble, null);
  await spool.close();
  const again = await openSpool(directory);
  t.teardown(() => again.close());
  t.strictSame(
    await sequencesOf(again),
    Array.from({ length: 45 }, (_, index) => index + 16),
    'all of it on disk',
  );
  t.match([...again.sealedLosses().values()], [{ from: 1, to: 10 }], 'the loss too');
});

async function holdLock(directory: string): Promise<ChildProcess> {
  const program = `import { ClassicLevel } from 'classic-level'; import { mkdirSync } from 'node:fs';
    mkdirSync(process.argv[1], { recursive: true }); const store = new ClassicLevel(process.argv[1]);
    await store.open(); console.log('held'); setInterval(() => store.get('x'), 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

const BATCHES = 6_000;

/** A spool of some tables and a journal, made once. */
async function manyBatches(directory: string): Promise<void> {
  const spool = await openSpool(directory);
  const bytes = batch(1).bytes;
  // What does not compress, so that there are tables: the spool does not look into its batches.
  const noise = randomBytes(1_400 + BATCHES);
  await Promise.all(
    Array.from({ length: BATCHES }, (_, index) => {
      const padded = Buffer.concat([bytes, noise.subarray(index, index + 1_400)]);
      return spool.append({ epoch: 1, sequence: index + 1, bytes: padded });
    }),
  );
  await spool.close();
}

t.test('cut off anywhere: set aside as it was found, what is readable is kept, and it goes on', async (t) => {
  const base = t.testdir();
  const whole = join(base, 'whole');
  await manyBatches(whole);
  const names = readdirSync(whole).filter((name) => /^(MANIFEST|CURRENT|\d+[.](ldb|log))/.test(name));
  t.comment(names.map((name) => `${name} ${statSync(join(whole, name)).size}`).join(', '));
  t.ok(names.some((name) => name.endsWith('.ldb')) && names.some((name) => name.endsWith('.log')));
  let aside = 0;
  for (const name of names) {
    const { size } = statSync(join(whole, name));
    const offsets = [0, 1, Math.floor(size / 2), size - 40, size - 1];
    for (const offset of new Set(offsets.filter((at) => at >= 0 && at < size))) {
      const parent = join(base, `${name}-${offset}`);
      const directory = join(parent, 'spool');
      cpSync(whole, directory, { recursive: true });
      truncateSync(join(directory, name), offset);
      const spool = await openSpool(directory);
      const kept = spool.count;
      await spool.append(batch(1, 2));
      const found = await sequencesOf(spool);
      await spool.close();
      const damaged = readdirSync(parent).filter((one) => one.startsWith('spool.damaged-'));
      const is = `${name} cut at ${offset} of ${size}: ${kept} of ${BATCHES} batches`;
      t.ok(found.length === kept + 1 && found.at(-1) === 1, `${is}, all readable, and a new one`);
      if (damaged.length > 0) {
        aside += 1;
        t.match(spool.trouble, /damaged/, 'and says so');
        t.ok(readFileSync(join(parent, 'spool.damaged-1', name)).length === offset, 'as it was found');
      }
      // LevelDB finds a table's contents by its end: without it, what is in the other files remains.
      const least = name.endsWith('.ldb') || name.endsWith('.log') ? 1_000 : BATCHES;
      t.ok(kept >= least, `${is} are at least ${least}`);
      rmSync(parent, { recursive: true });
    }
  }
  t.ok(aside > 10, `${aside} were set aside`);
});

t.test('a missing file, and more damage than is kept', async (t) => {
  const base = t.testdir();
  const whole = join(base, 'whole');
  await manyBatches(whole);
  const directory = join(base, 'spool');
  for (let round = 1; round <= 5; round += 1) {
    rmSync(directory, { recursive: true, force: true });
    cpSync(whole, directory, { recursive: true });
    // Missing, it is made anew, and what stands in the journal is found all the same; empty, it is an error for certain.
    if (round === 1) rmSync(join(directory, 'CURRENT'));
    else truncateSync(join(directory, 'CURRENT'), 0);
    const spool = await openSpool(directory);
    t.equal(spool.count, BATCHES, 'without CURRENT nothing is missing');
    await spool.close();
  }
  const kept = readdirSync(base).filter((name) => name.includes('damaged'));
  t.equal(kept.length, 3);
  t.notOk(kept.includes('spool.damaged-1'), 'the oldest went');
  t.notOk(existsSync(`${directory}.image`));
});
