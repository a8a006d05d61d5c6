/** The journal on disk: what was written is there again, a torn line goes, a damaged one stops the start, two writers see each other. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import pino from 'pino';
import t from 'tap';
import { COLLECTOR, type JournalEntry } from '../../../collector/core/access/journal-entry.ts';
import { openAccessJournal } from '../../../collector/io/access-journal.ts';
import { unixMicros } from '../../../shared/core/units.ts';

const logger = pino({ level: 'silent' });
const token = (id: string): JournalEntry => ({
  at: unixMicros(1e15),
  ...COLLECTOR,
  act: 'token-created',
  token: id,
  hash: 'ab',
  invited: { kind: 'agent', site: 'corsham', approval: false },
  uses: 1,
  until: unixMicros(2e15),
});

t.test('again after a restart, without what a power cut tore', async (t) => {
  const state = t.testdir();
  const first = await openAccessJournal(state, { logger });
  await Promise.all(['a', 'b'].map((id) => first.record(() => token(id))));
  await first.close();
  const path = `${state}/access/journal.jsonl`;
  const whole = readFileSync(path, 'utf8');
  appendFileSync(path, whole.slice(0, 40));
  const again = await openAccessJournal(state, { logger });
  t.same([...again.book.tokens.keys()], ['a', 'b']);
  t.equal(readFileSync(path, 'utf8'), whole);
  const listed: string[] = [];
  for await (const entry of again.entries()) listed.push(entry.act);
  t.same(listed, ['token-created', 'token-created']);
  await again.close();
});

t.test('damage is no guess', async (t) => {
  const state = t.testdir({ access: {} });
  writeFileSync(
    `${state}/access/journal.jsonl`,
    `${JSON.stringify(token('a'))}\n{"at":1}\n${JSON.stringify(token('b'))}\n`,
  );
  await t.rejects(openAccessJournal(state, { logger }), { code: 'DAMAGED', message: /line 2, is damaged/ });
});

t.test('two who write see each other', async (t) => {
  const state = t.testdir();
  const [collector, command] = [
    await openAccessJournal(state, { logger }),
    await openAccessJournal(state, { logger, isShared: true }),
  ];
  await command.record(() => token('a'));
  await collector.record((book) => (book.tokens.has('a') ? token('b') : null));
  t.same([...collector.book.tokens.keys()], ['a', 'b'], 'what is decided rests on what the other wrote');
  await command.catchUp();
  t.same([...command.book.tokens.keys()], ['a', 'b']);
  await Promise.all([collector.close(), command.close()]);
});
