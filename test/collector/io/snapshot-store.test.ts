import { readdirSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { createReadModel } from '../../../collector/core/answers/read-model.ts';
import { createSnapshotStore } from '../../../collector/io/snapshot-store.ts';

t.test('what was saved is loaded; nothing else is left behind', async (t) => {
  const folder = `${t.testdir()}/state`;
  const store = createSnapshotStore(folder);
  t.same(await store.load(), { snapshot: null, problem: null }, 'none yet is no problem');
  const snapshot = createReadModel(null).snapshot();
  await store.save(snapshot);
  await store.save(snapshot);
  t.same((await store.load()).snapshot, JSON.parse(JSON.stringify(snapshot)));
  t.same(readdirSync(folder), ['read-model.json']);
});

t.test('a damaged one is left aside with a word, and the log is folded instead', async (t) => {
  const folder = t.testdir();
  for (const damaged of ['{"version":1,"next":', 'null', '']) {
    writeFileSync(`${folder}/read-model.json`, damaged);
    const { snapshot, problem } = await createSnapshotStore(folder).load();
    t.equal(snapshot, null);
    t.match(problem?.message, /read-model\.json/);
  }
});
