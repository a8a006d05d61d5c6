import { mkdtempSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type BatchLog, openBatchLog } from '../../../shared/io/batch-log.ts';

const temporary = () => mkdtempSync(join(tmpdir(), 'dorawatch-'));
const record = (text: string) => ({ bytes: Buffer.from(text) });

async function texts(log: BatchLog, from = 1): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { position, bytes } of log.read({ from })) found.push(`${position} ${Buffer.from(bytes)}`);
  return found;
}

t.test('records keep their order and their sum, over removal and reopening', async (t) => {
  const directory = join(temporary(), 'a', 'b');
  const log = await openBatchLog(directory);
  const many = await Promise.all(
    ['one', 'two', 'three', 'four'].map((text) => log.append([record(text)], { flush: true })),
  );
  t.strictSame(many.flat(), [1, 2, 3, 4], 'appends that share a write keep the order in which they were asked for');
  await log.remove([{ from: 2, to: 3 }]);
  await log.append([{ ...record('five'), name: 'fifth' }], { flush: false });
  await log.remember('note', Buffer.from('kept'));
  t.strictSame(log.size, { records: 3, bytes: 11 });
  await log.close();
  await t.rejects(log.append([record('x')], { flush: true }), { code: 'LOG_CLOSED' });

  const again = await openBatchLog(directory);
  t.teardown(() => again.close());
  t.strictSame(await texts(again), ['1 one', '4 four', '5 five']);
  t.strictSame(await texts(again, 5), ['5 five']);
  t.equal(await again.find('fifth'), 5);
  t.equal(await again.find('sixth'), undefined);
  t.equal(Buffer.from((await again.recall('note')) ?? []).toString(), 'kept');
  t.strictSame([again.size, again.next, again.stored], [{ records: 3, bytes: 11 }, 6, 5]);
  await again.trim(4);
  t.strictSame(await texts(again), ['5 five']);
});

t.test('a second process is told who has the log and what to do', async (t) => {
  const directory = temporary();
  const log = await openBatchLog(directory);
  t.teardown(() => log.close());
  await t.rejects(openBatchLog(directory), { code: 'LOG_LOCKED', message: /in use by another process/ });
});

t.test('a directory that cannot be is said at once', async (t) => {
  const file = join(temporary(), 'file');
  writeFileSync(file, '');
  for (const path of [file, join(file, 'below'), '/proc/nope', '/proc/nope/below']) {
    await t.rejects(openBatchLog(path), { code: 'LOG_NOT_WRITABLE', message: /cannot be written/ }, path);
  }
});

for (const torn of ['.ldb', 'MANIFEST']) {
  t.test(`a damaged store (${torn} cut short) is an error, not a crash and not an empty log`, async (t) => {
    const directory = temporary();
    const log = await openBatchLog(directory);
    for (let row = 0; row < 200; row += 1) await log.append([record('x'.repeat(2_000))], { flush: false });
    await log.trim(1);
    await log.close();
    for (const name of readdirSync(directory)) {
      if (name.includes(torn)) truncateSync(join(directory, name), 100);
    }
    const outcome = await openBatchLog(directory)
      .then(texts)
      .catch((error: unknown) => error);
    t.match(outcome, { code: 'LOG_DAMAGED', message: /is damaged; move it away/ });
  });
}
