import t from 'tap';
import { isFound, siteRows } from '../../../../collector/web/core/site-rows.ts';
import type { AgentView, SiteView } from '../../../../shared/core/ops-view.ts';

const site = (name: string, state: string) =>
  ({ site: name, state, group: 'pair', served_by: ['primary'] }) as unknown as SiteView;
const agent = (id: string, name: string, connected = true) =>
  ({ id, site: name, connected, version: '0.1.0', trouble: null, resting: null }) as unknown as AgentView;

const rows = siteRows(
  [site('a', 'served'), site('b', 'unserved'), site('c', 'served'), site('d', 'unknown')],
  [agent('a1', 'a'), agent('a2', 'a'), agent('b1', 'b'), agent('c1', 'c', false)],
);

t.test('unserved sites first, then unknown and silent ones; a row an agent, and one for a site without', async (t) => {
  t.same(
    rows.map(({ key }) => key),
    ['b/b1', 'd/', 'c/c1', 'a/a1', 'a/a2'],
  );
});

t.test('a row is found by all of the words', async (t) => {
  const found = (words: string) => rows.filter((row) => isFound(row, words)).map(({ key }) => key);
  t.same(found('UNSERVED pair'), ['b/b1']);
  t.same(found('a2'), ['a/a2']);
  t.same(
    found(''),
    rows.map(({ key }) => key),
  );
});
