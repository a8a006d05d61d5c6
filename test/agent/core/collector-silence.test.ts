/** Seven days without a word, over restarts and wrong clocks: only silence that was lived through makes an agent rest. */
import fc from 'fast-check';
import t from 'tap';
import { CollectorSilence, type SilenceMoment } from '../../../agent/core/collector-silence.ts';

const DAY = 86_400e6;
const LIMIT = 7 * DAY;
const WALL = 20_000 * DAY;
const since = (last: SilenceMoment | null, wallUs: number): CollectorSilence =>
  new CollectorSilence(last, LIMIT, { nowUs: 0, wallUs });

t.test('it rests after the limit, once, and goes on at a word', async (t) => {
  const silence = since(null, WALL);
  t.notOk(silence.look(LIMIT - 1));
  t.ok(silence.look(LIMIT));
  t.notOk(silence.look(LIMIT + 1), 'begins once');
  t.ok(silence.isResting);
  t.ok(silence.heard(LIMIT + 2));
  t.notOk(silence.isResting);
  t.notOk(silence.look(2 * LIMIT + 1));
  t.ok(silence.look(2 * LIMIT + 2));
});

t.test('silence goes on over restarts, however many', async (t) => {
  let last: SilenceMoment | null = { silentUs: 0, wallUs: WALL };
  for (let day = 1; day <= 7; day += 1)
    last = { silentUs: since(last, WALL + day * DAY).silentUs(0), wallUs: WALL + day * DAY };
  t.ok(since(last, WALL + LIMIT).look(0));
});

t.test(
  'no step of the wall clock, at any start, makes an agent rest that was spoken to within half the limit',
  async () => {
    const step = fc.integer({ min: -40_000 * DAY, max: 40_000 * DAY });
    const lived = fc.integer({ min: 0, max: LIMIT / 2 - 1 });
    fc.assert(
      fc.property(step, lived, (steppedUs, silentUs) => !since({ silentUs, wallUs: WALL }, WALL + steppedUs).look(0)),
    );
  },
);
