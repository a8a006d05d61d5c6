import t from 'tap';
import { CONNECTING, liveText, retryAfterMs, whenHeard, whenLost } from '../../../../collector/web/core/live-state.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const at = (second: number) => unixMicros(Date.UTC(2026, 6, 1, 10, 30, second) * 1000);

t.test('a page that is away says since when, however often it tries', async (t) => {
  const away = whenLost(whenHeard(CONNECTING), at(15));
  t.equal(liveText(whenLost(away, at(40)), 'Europe/London'), 'not live since 11:30:15, trying again');
  t.equal(liveText(whenHeard(away), 'Europe/London'), 'live');
});

t.test('nothing is drawn anew while it stays live', async (t) => {
  const live = whenHeard(CONNECTING);
  t.equal(whenHeard(live), live);
});

t.test('it tries soon at first, and never less often than every ten seconds', async (t) => {
  t.same([0, 1, 2, 3, 4, 100].map(retryAfterMs), [1000, 2000, 4000, 8000, 10_000, 10_000]);
});
