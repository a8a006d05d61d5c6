/** Lanes in columns: what is said once, and times as numbers after the period's beginning. */
import t from 'tap';
import { laneSetOf } from '../../../../collector/core/answers/lane-columns.ts';
import type { LaneView, SpanView } from '../../../../shared/core/history-view.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const period = {
  group: 'g',
  mode: 'hot-standby',
  since: unixMicros(1000),
  until: unixMicros(2000),
  now: unixMicros(1900),
};

const span = (from: number, state: string, margin: number | null, more: Partial<SpanView> = {}): SpanView => ({
  from: unixMicros(from),
  to: unixMicros(from + 1),
  state,
  reason: 'answered',
  evidence: null,
  text: `to ${state}`,
  earliest: margin === null ? null : unixMicros(from - margin),
  latest: margin === null ? null : unixMicros(from + margin),
  late: false,
  ...more,
});

const lane = (site: string, ...spans: readonly SpanView[]): LaneView => ({
  server: 'primary',
  site,
  bucket: null,
  role: 'primary',
  spans,
});

t.test('kinds are said once, whatever lane they are of', async (t) => {
  const { kinds, lanes } = laneSetOf(period, [
    lane('a', span(1000, 'unknown', null, { reason: null }), span(1200, 'serving', 5)),
    lane('b', span(1000, 'serving', 5), span(1300, 'serving', 7, { late: true }), span(1400, 'serving', 5)),
  ]);
  t.same(kinds, [
    { state: 'unknown', reason: null, evidence: null, late: false },
    { state: 'serving', reason: 'answered', evidence: null, late: false },
    { state: 'serving', reason: 'answered', evidence: null, late: true },
  ]);
  t.same(
    lanes.map(({ kind }) => kind),
    [
      [0, 1],
      [1, 2, 1],
    ],
  );
});

t.test('times are after the period’s beginning, brackets around them', async (t) => {
  const before = { earliest: unixMicros(700), latest: unixMicros(800) };
  const { lanes, ...told } = laneSetOf(period, [
    lane('a', span(1000, 'serving', 0, before), span(1200, 'degraded', 5), span(1300, 'unknown', null)),
  ]);
  t.match(told, period);
  t.same(lanes, [
    {
      server: 'primary',
      site: 'a',
      bucket: null,
      role: 'primary',
      kind: [0, 1, 2],
      from_us: [0, 200, 300],
      before_us: [300, 5, null],
      after_us: [-200, 5, null],
    },
  ]);
});
