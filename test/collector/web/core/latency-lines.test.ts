import t from 'tap';
import { linesOf, summaryOf } from '../../../../collector/web/core/latency-lines.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const point = (minute: number, us: number | null) => ({
  at: unixMicros(minute * 60e6),
  exchanges: 10,
  answered: us === null ? 0 : 10,
  drop_ratio: us === null ? 1 : 0,
  offer_p50_us: us,
  offer_p99_us: us,
  ack_p50_us: us,
  ack_p99_us: us,
});
const points = [point(0, 40_000), point(1, null), point(2, 60_000), point(7, 50_000)];

t.test('a line ends where nothing was measured, and where nothing was answered', async (t) => {
  const series = { group: 'g', server: 's', site: null, resolution_s: 60, points };
  const [seconds, offers] = linesOf(series);
  t.same(seconds, [0, 60, 120, 180, 420], 'the hole has a slot of its own');
  t.same(offers, [40, null, 60, null, 50]);
});

t.test('the same in figures', async (t) => {
  t.same(summaryOf(points)[0], { name: 'OFFER p50', lowest: 40_000, middle: 50_000, highest: 60_000 });
  t.same(summaryOf([])[3], { name: 'ACK p99', lowest: null, middle: null, highest: null });
});
