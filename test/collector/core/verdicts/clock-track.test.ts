/** Clock samples: interpolated within an epoch, held beyond it with a growing error, borrowed from another epoch. */
import t from 'tap';
import { addSample, type ClockTrack, offsetAt } from '../../../../collector/core/verdicts/clock-track.ts';
import { findingId } from '../../../../collector/core/verdicts/finding-id.ts';

t.test('interpolated, held, borrowed, unknown', async (t) => {
  const track: ClockTrack = [];
  addSample(track, { epoch: 2, at: 2e6, offset: 200, error: 10 });
  addSample(track, { epoch: 2, at: 1e6, offset: 100, error: 20 });
  t.same(offsetAt(track, 2, 1.5e6), { offset: 150, error: 70 });
  t.same(offsetAt(track, 2, 3e6), { offset: 200, error: 110 });
  t.same(offsetAt(track, 2, 0), { offset: 100, error: 120 });
  t.same(offsetAt(track, 1, 1e6), { offset: 100, error: 100_020 }, 'another epoch: the clock may have been stepped');
  t.same(offsetAt([], 1, 1e6), { offset: 0, error: 1e6 });
});

t.test('identifiers: 128 bits, of what is given and in which order', async (t) => {
  t.match(findingId('a', null, 1), /^[0-9a-f]{32}$/);
  t.equal(findingId('a', null, 1), findingId('a', null, 1));
  const ids = new Set(Array.from({ length: 50_000 }, (_, i) => findingId('transition', 'g', i)));
  t.equal(ids.size, 50_000);
  t.not(findingId('a', 'b'), findingId('b', 'a'));
  t.not(findingId(null), findingId(''));
});
