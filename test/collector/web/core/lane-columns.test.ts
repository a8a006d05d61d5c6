import fc from 'fast-check';
import t from 'tap';
import { clustersOf, columnsOf, momentAt, pixelOf, type Stretch } from '../../../../collector/web/core/lane-columns.ts';
import { stateLook } from '../../../../collector/web/core/state-look.ts';

const DAY = 86_400e6;
const MONTH = { since: 0, until: 30 * DAY, width: 900 };
const serving = stateLook('serving', false);
const bad = stateLook('non-serving', false);
const quiet = stateLook('non-serving', true);

t.test('a stop of a second is seen in a month, two columns wide', async (t) => {
  const at = 12.3 * DAY;
  const { runs } = columnsOf(
    [
      { from: 0, to: at, look: serving },
      { from: at, to: at + 1e6, look: bad },
      { from: at + 1e6, to: 30 * DAY, look: serving },
    ],
    MONTH,
  );
  t.same(
    runs.map(({ x0, x1, look }) => [x0, x1, look.word]),
    [
      [0, 369, 'serving'],
      [369, 371, 'not serving'],
      [371, 900, 'serving'],
    ],
  );
});

t.test('whatever a lane holds, its runs are bounded by its columns, and no stop is hidden', async () => {
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 30 * 86_400 - 1 }), { minLength: 1, maxLength: 400 });
  fc.assert(
    fc.property(cuts, fc.array(fc.constantFrom(serving, bad, quiet), { minLength: 401 }), (seconds, looks) => {
      const ends = [0, ...seconds.sort((a, b) => a - b).map((s) => s * 1e6), MONTH.until];
      const stretches = ends.slice(1).map((to, n): Stretch => ({ from: ends[n] ?? 0, to, look: looks[n] ?? serving }));
      const { runs, shown } = columnsOf(stretches, MONTH);
      const everyStop = stretches
        .filter(({ look }) => look === bad)
        .every(({ from }) => stretches[shown[Math.min(899, Math.floor(pixelOf(MONTH, from)))] ?? -1]?.look === bad);
      return runs.length <= MONTH.width && everyStop && runs.at(-1)?.x1 === MONTH.width;
    }),
  );
});

t.test('a pixel is a moment, and back', async (t) => {
  t.equal(pixelOf(MONTH, momentAt(MONTH, 450)), 450);
});

t.test('signs that would lie over each other are one, and those outside are none', async (t) => {
  const things = [1, 1.1, 5, 40].map((day) => ({ at: day * DAY }));
  t.same(
    clustersOf(things, MONTH, 20).map(({ things }) => things.length),
    [2, 1],
  );
});
