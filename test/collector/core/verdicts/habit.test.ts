/** The memory of what is usual: it knows its quantiles, fades by the day, and survives JSON. */
import t from 'tap';
import {
  addBin,
  ageHabit,
  type Bins,
  createHabit,
  learn,
  quantileOf,
} from '../../../../collector/core/verdicts/habit.ts';

const DAY = 86_400e6;

t.test('quantiles are true to some percent, at any scale', async (t) => {
  const bins: Bins = {};
  t.equal(quantileOf(bins, 0.5), null);
  for (let i = 1; i <= 1000; i++) addBin(bins, i * 100, 1);
  for (const q of [0.01, 0.5, 0.95]) {
    const found = quantileOf(bins, q) ?? 0;
    t.ok(Math.abs(found / (q * 100_000) - 1) < 0.04, `${q}: ${found}`);
  }
});

t.test('what was usual for an hour of ten outlives a day of faster answers, and not a month of them', async (t) => {
  const habit = createHabit();
  learn(habit, 98_000, 600);
  learn(habit, 19_000, 600);
  ageHabit(habit, DAY);
  const old = JSON.parse(JSON.stringify(habit)) as typeof habit;
  t.ok((quantileOf(old.bins, 0.95) ?? 0) > 90_000);
  for (let day = 2; day < 30; day++) {
    ageHabit(old, day * DAY);
    learn(old, 19_000, 1440);
  }
  t.ok((quantileOf(old.bins, 0.95) ?? 0) < 20_000);
  t.ok(Object.keys(old.bins).length <= 2, 'what has faded is forgotten');
  t.ok(old.weight < 1440 * 4, `${old.weight} minutes`);
});
