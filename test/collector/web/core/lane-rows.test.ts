import t from 'tap';
import { laneSetOf } from '../../../../collector/core/answers/lane-columns.ts';
import { gapTimes } from '../../../../collector/web/core/gap-times.ts';
import { laneRow, laneSetRows, spanWords } from '../../../../collector/web/core/lane-rows.ts';
import type { LaneView, SpanView, TimelineView } from '../../../../shared/core/history-view.ts';
import type { EventRow } from '../../../../shared/core/ops-view.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const s = (second: number) => unixMicros(second * 1e6);
const viewer = { zone: 'UTC', zoneName: 'UTC', now: s(500) };
const timeline = { mode: 'hot-standby', until: s(100), gaps: [] as EventRow[] } as unknown as TimelineView;
const none = gapTimes(timeline);

const lane = (role: string, ...spans: readonly [number, number, string, string][]): LaneView => ({
  server: role,
  site: null,
  bucket: null,
  role,
  spans: spans.map(([from, to, state, reason]) => ({
    from: s(from),
    to: s(to),
    state,
    reason,
    evidence: null,
    text: '',
    earliest: unixMicros(s(from) - 60_000),
    latest: unixMicros(s(from) + 60_000),
    late: false,
  })),
});

const words = (row: ReturnType<typeof laneRow>): readonly string[] => row.stretches.map(({ look }) => look.word);

t.test('a standby that is silent stands by; a primary that is silent does not serve', async (t) => {
  const spans = [[0, 100, 'non-serving', 'no-offer']] as const;
  t.same(words(laneRow(lane('standby', [...spans[0]]), timeline, none)), ['standing by']);
  t.same(words(laneRow(lane('primary', [...spans[0]]), timeline, none)), ['not serving']);
  t.same(words(laneRow(lane('standby', [0, 100, 'non-serving', 'refused']), timeline, none)), ['not serving']);
});

t.test('in load balancing each stands by for the other’s clients alone', async (t) => {
  const balanced = { ...timeline, mode: 'load-balancing' };
  const of = (bucket: number) =>
    laneRow({ ...lane('primary', [0, 9, 'non-serving', 'no-offer']), bucket }, balanced, none);
  t.same(words(of(0)), ['not serving']);
  t.same(words(of(1)), ['standing by']);
  t.equal(of(1).note, "the secondary's clients");
});

t.test('a span is told with its bracket, its length and its reason', async (t) => {
  const row = laneRow(
    lane('primary', [0, 10, 'serving', 'answered'], [10, 61, 'non-serving', 'no-offer']),
    timeline,
    none,
  );
  t.same(spanWords(row, 1, viewer), {
    title: 'primary: not serving',
    lines: ['from 00:00:10.0 ± 0.06s, for 51s', 'no OFFER comes'],
    utc: ['between 1970-01-01T00:00:09.940000Z', 'and 1970-01-01T00:00:10.060000Z'],
  });
  t.equal(spanWords(row, 2, viewer), null);
});

t.test('in a gap one that stands by should have taken over', async (t) => {
  const gap = { at: s(20), end: { at: s(40) } } as unknown as EventRow;
  const gaps = gapTimes({ ...timeline, gaps: [gap] });
  const row = laneRow(
    lane('standby', [0, 40, 'non-serving', 'no-offer'], [40, 60, 'serving', 'answered']),
    timeline,
    gaps,
  );
  t.same(words(row), ['standing by', 'not serving', 'serving']);
  t.same(spanWords(row, 1, viewer)?.lines, ['from 00:00:20, for 20s', 'no OFFER comes']);
  t.match(spanWords(row, 2, viewer)?.lines[0], '00:00:40.0 ± 0.06s');
});

t.test('a gap that is open lasts to the end of what is shown', async (t) => {
  const open = gapTimes({ ...timeline, gaps: [{ at: s(70), end: null } as unknown as EventRow] });
  const row = laneRow(lane('standby', [0, 100, 'non-serving', 'no-offer']), timeline, open);
  t.same(words(row), ['standing by', 'not serving']);
});

t.test('lanes in columns are the lanes that were put into them', async (t) => {
  const spans: SpanView[] = [
    {
      ...(lane('primary', [0, 0, 'unknown', '']).spans[0] as SpanView),
      reason: null,
      earliest: null,
      latest: null,
      to: s(10),
    },
    ...lane('primary', [10, 40, 'serving', 'answered'], [40, 100, 'non-serving', 'no-offer']).spans,
  ];
  const whole: LaneView = { ...lane('primary'), site: 'bath', spans };
  const period = { group: 'g', mode: 'hot-standby', since: s(0), until: s(100), now: s(100) };
  const [row] = laneSetRows(laneSetOf(period, [whole]), none);
  const same = laneRow(whole, timeline, none);
  t.same(row?.stretches, same.stretches);
  for (const index of [0, 1, 2, 3]) t.same(row && spanWords(row, index, viewer), spanWords(same, index, viewer));
});

t.test('sites that were worst off come first', async (t) => {
  const at = (site: string, state: string): LaneView => ({ ...lane('primary', [0, 10, state, 'no-offer']), site });
  const lanes = [at('a', 'serving'), at('c', 'non-serving'), at('b', 'non-serving'), at('d', 'unknown')];
  const period = { group: 'g', mode: 'hot-standby', since: s(0), until: s(10), now: s(10) };
  t.same(
    laneSetRows(laneSetOf(period, lanes), none).map(({ name }) => name),
    ['b', 'c', 'd', 'a'],
  );
});
