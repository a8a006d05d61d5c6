/** Bad weather does as often what it says, to the same frames for the same seed; fair weather does nothing. */
import t from 'tap';
import { seeded } from '../simulation/random.ts';
import { FAIR_WEATHER, fateOf, type Weather } from './weather.ts';

const FRAMES = 20_000;
const BAD: Weather = { loss: 0.2, duplicate: 0.1, reorder: 0.3, reorderMs: 50, delayMs: 7 };

function fates(weather: Weather, seed: number): (readonly number[])[] {
  const dice = seeded(seed);
  return Array.from({ length: FRAMES }, () => fateOf(weather, dice));
}

const isAbout = (count: number, ratio: number, of: number): boolean => Math.abs(count / of - ratio) < 0.02;

t.test('fair weather sends each frame once, at once', async (t) => {
  t.ok(fates(FAIR_WEATHER, 1).every((copies) => copies.length === 1 && copies[0] === 0));
});

t.test('bad weather keeps to its figures', async (t) => {
  const all = fates(BAD, 1);
  const came = all.filter((copies) => copies.length > 0);
  t.ok(isAbout(FRAMES - came.length, BAD.loss, FRAMES), 'lost');
  t.ok(isAbout(came.filter(({ length }) => length === 2).length, BAD.duplicate, came.length), 'sent twice');
  const copies = came.flat();
  t.ok(isAbout(copies.filter((ms) => ms > BAD.delayMs).length, BAD.reorder, copies.length), 'overtaken');
  t.ok(copies.every((ms) => ms >= BAD.delayMs && ms <= BAD.delayMs + BAD.reorderMs));
});

t.test('a seed repeats it', async (t) => {
  const text = (seed: number): string => JSON.stringify(fates(BAD, seed));
  const [one, again, other] = [7, 7, 8].map(text);
  t.ok(one === again && one !== other);
});
