/** Where folds stand still: moments thinned out with age, settings by event time. */
import fc from 'fast-check';
import t from 'tap';
import {
  addRegime,
  type Regime,
  regimeAt,
  stopsBetween,
  thinMoments,
} from '../../../../collector/core/verdicts/stops.ts';

t.test(
  'moments: never more than asked for, the oldest and newest kept, and none much older than what is asked of it',
  async (t) => {
    const minute = 60e6;
    const property = fc.property(
      fc.integer({ min: 8, max: 64 }),
      fc.integer({ min: 100, max: 20_160 }),
      (most, minutes) => {
        let moments: number[] = [];
        for (let n = 1; n <= minutes; n++) moments = thinMoments([...moments, n * minute], n * minute, most);
        const now = minutes * minute;
        if (moments.length > most || moments[0] !== minute || moments.at(-1) !== now) return false;
        // A fold of history from any moment on begins at most so much too early.
        const worst = moments.slice(1).map((to, i) => (now - (moments[i] as number)) / (now - to + 3 * minute));
        return Math.max(...worst) <= (most >= 48 ? 1.6 : 9);
      },
    );
    fc.assert(property, { numRuns: 12, seed: 3 });
    t.pass();
  },
);

t.test('settings hold from when they were received; every fold stands still there and at the moments', async (t) => {
  const regimes: Regime[] = [];
  const settings = { fall: 10, rise: 2, silenceUs: 18e6 };
  addRegime(regimes, settings, 100e6);
  addRegime(regimes, settings, 200e6);
  addRegime(regimes, { ...settings, fall: 20 }, 300e6);
  t.equal(regimes.length, 2, 'the same again is no change');
  t.equal(regimeAt(regimes, 50e6)?.fall, 10, 'the first holds for all before');
  t.equal(regimeAt(regimes, 300e6)?.fall, 20);
  const moments: number[] = [120e6];
  t.same(stopsBetween({ regimes, moments, isFirst: false }, 110e6, 400e6), [120e6, 300e6, 400e6]);
  t.same(moments, [120e6]);
  t.same(stopsBetween({ regimes, moments, isFirst: true }, 110e6, 400e6), [120e6, 300e6, 360e6, 400e6]);
  t.same(moments, [120e6, 360e6], 'who goes first says where the others stand still');
});
