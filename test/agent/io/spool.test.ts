/** The spool's ending: what a session began and does not wait for is finished, not refused. */
import t from 'tap';
import { openSpool } from '../../../agent/io/spool.ts';

const batch = (sequence: number) => ({ epoch: 1, sequence, bytes: Uint8Array.of(1, 2, 3) });

t.test('closing waits for removals and reads that were begun', async (t) => {
  const directory = t.testdir();
  const spool = await openSpool(directory);
  for (const sequence of [1, 2, 3]) await spool.append(batch(sequence));
  const forgotten = spool.forget([1, 2]);
  const read = spool.read(0, 10);
  await spool.close();
  await t.resolves(forgotten);
  t.ok((await read).length >= 1);
  const again = await openSpool(directory);
  t.teardown(() => again.close());
  t.strictSame(again.held, [{ from: 3, to: 3 }], 'what was acknowledged is gone from the disk');
});

t.test('a full spool sheds its oldest batches and counts them', async (t) => {
  const spool = await openSpool(t.testdir(), 500);
  t.teardown(() => spool.close());
  for (let sequence = 1; sequence <= 100; sequence += 1) await spool.append(batch(sequence));
  t.ok(spool.shed > 0);
  t.equal(spool.shed + spool.count, 100);
  t.equal((await spool.read(0, 100)).at(-1)?.sequence, 100, 'the newest is kept');
});
