import t from 'tap';
import { createGrowth } from '../../../../collector/core/metrics/since-start.ts';

t.test('only what grew since the start counts, and nothing is ever taken back', async (t) => {
  const figures = (entries: Readonly<Record<string, number>>) => new Map(Object.entries(entries));
  const grown = createGrowth(figures({ a: 100, b: 5 }));
  t.equal(grown(figures({ a: 100, b: 5 })), 0, 'what stood there is another run’s');
  t.equal(grown(figures({ a: 103, b: 5, c: 2 })), 5);
  t.equal(grown(figures({ a: 103, c: 2 })), 5, 'b was forgotten');
  t.equal(grown(figures({ a: 103, b: 1, c: 2 })), 6, 'and came back');
  t.equal(grown(figures({ a: 4, b: 1, c: 2 })), 10, 'a began anew');
});
