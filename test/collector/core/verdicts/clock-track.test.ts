/** Clock samples: held while the clock is followed, interpolated over a gap, borrowed from other epochs, thinned out with age. */
import t from 'tap';
import {
  addSample,
  type ClockTrack,
  forgetSamples,
  offsetAt,
} from '../../../../collector/core/verdicts/clock-track.ts';
import { findingId } from '../../../../collector/core/verdicts/finding-id.ts';

t.test('held while it is followed, interpolated over a gap, borrowed, unknown', async (t) => {
  const track: ClockTrack = [];
  addSample(track, { epoch: 2, at: 300e6, offset: 400, error: 10 });
  addSample(track, { epoch: 2, at: 100e6, offset: 200, error: 20 });
  addSample(track, { epoch: 2, at: 90e6, offset: 100, error: 20 });
  t.same(
    offsetAt(track, 2, 101e6),
    { offset: 100, error: 1120 },
    'a sample that may not have come in by then is not used',
  );
  t.same(offsetAt(track, 2, 106e6), { offset: 200, error: 620 });
  t.same(offsetAt(track, 2, 200e6), { offset: 300, error: 10_020 }, 'the clock was not followed: between both sides');
  t.same(offsetAt(track, 2, 310e6), { offset: 400, error: 1010 });
  t.same(offsetAt(track, 2, 80e6), { offset: 100, error: 1020 }, 'before the first: by the first');
  t.same(offsetAt(track, 1, 90e6), { offset: 100, error: 100_020 }, 'another epoch: the clock may have been stepped');
  addSample(track, { epoch: 4, at: 500e6, offset: 90e6, error: 0 });
  t.same(offsetAt(track, 3, 300e6), { offset: 400, error: 10 + 100_000 + 90e6 - 400 }, 'it was: by either');
  t.same(offsetAt([], 1, 1e6), { offset: 0, error: 1e6 });
});

t.test('too many samples are thinned out where they are old; one comes twice and counts once', async (t) => {
  const track: ClockTrack = [];
  for (let n = 0; n < 100_000; n++) addSample(track, { epoch: 1, at: n * 10e6, offset: n, error: 1 });
  t.ok(track.length <= 2048);
  t.equal(track[0]?.at, 0, 'the first is still there');
  t.same(
    track.slice(-500).map(({ offset }) => offset),
    Array.from({ length: 500 }, (_, i) => 99_500 + i),
  );
  const before = track.length;
  addSample(track, { epoch: 1, at: 99_999 * 10e6, offset: 7, error: 1 });
  t.equal(track.length, before);
  forgetSamples(track, 99_990 * 10e6 - 99_990);
  t.same(track[0]?.offset, 99_989, 'the newest old one stays');
});

t.test('identifiers: 128 bits, of what is given and in which order', async (t) => {
  t.match(findingId('a', null, 1), /^[0-9a-f]{32}$/);
  t.equal(findingId('a', null, 1), findingId('a', null, 1));
  const ids = new Set(Array.from({ length: 50_000 }, (_, i) => findingId('transition', 'g', i)));
  t.equal(ids.size, 50_000);
  t.not(findingId('a', 'b'), findingId('b', 'a'));
  t.not(findingId(null), findingId(''));
});
