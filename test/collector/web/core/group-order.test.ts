import t from 'tap';
import { headline, serversServing, worstFirst } from '../../../../collector/web/core/group-order.ts';
import type { GroupView, ServerView } from '../../../../shared/core/ops-view.ts';

const server = (name: string, state: string) => ({ name, state }) as ServerView;
const group = (name: string, state: string, unserved = 0, notices: readonly string[] = []) =>
  ({
    name,
    state,
    notices,
    paused: null,
    sites: { served: 3, unserved, unknown: 0 },
    servers: [server('primary', 'serving'), server('standby', 'non-serving')],
  }) as unknown as GroupView;

t.test('what is wrong comes first', async (t) => {
  const groups = [
    group('well', 'normal'),
    group('moved', 'failed-over'),
    group('noticed', 'normal', 0, ['a scope is full']),
    group('dead', 'gap'),
    group('partly', 'normal', 1),
    group('torn', 'overlap'),
    group('new', 'a word of a newer collector'),
  ];
  t.same(
    worstFirst(groups).map(({ name }) => name),
    ['dead', 'torn', 'moved', 'new', 'partly', 'noticed', 'well'],
  );
});

t.test('one sentence says whether anything is wrong', async (t) => {
  const well = group('a', 'normal');
  t.equal(headline([well]).text, 'a: normal');
  t.equal(headline([well, group('b', 'normal')]).text, 'All 2 groups are normal');
  t.equal(headline([well, group('b', 'gap')]).text, '1 of 2 groups is not normal: b, gap (nobody serves)');
  t.equal(headline([]).text, 'No groups are configured');
  t.equal(headline([group('a', 'gap')]).look.tone, 'bad');
});

t.test('what is paused is not said to be normal and no more', async (t) => {
  const paused = { ...group('a', 'normal'), paused: 'all of it' };
  t.match(headline([paused]), { text: 'a: normal; probing is paused', look: { tone: 'unknown' } });
  t.equal(headline([paused, group('b', 'normal')]).text, 'All 2 groups are normal; 1 paused');
  t.equal(headline([{ ...paused, state: 'gap' }]).look.tone, 'bad', 'worse is said as ever');
});

t.test('who serves, as a person would say it', async (t) => {
  const of = (...states: readonly string[]) =>
    serversServing({ servers: states.map((state, n) => server(`s${n + 1}`, state)) } as unknown as GroupView);
  t.equal(of('serving', 'non-serving'), 's1');
  t.equal(of('serving', 'degraded', 'serving'), 's1, s2 and s3');
  t.equal(of('non-serving', 'unknown'), 'nobody');
});
