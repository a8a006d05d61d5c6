import t from 'tap';
import { laneRow, spanWords, worstSitesFirst } from '../../../../collector/web/core/lane-rows.ts';
import type { LaneView, TimelineView } from '../../../../shared/core/history-view.ts';
import type { EventRow } from '../../../../shared/core/ops-view.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const s = (second: number) => unixMicros(second * 1e6);
const viewer = { zone: 'UTC', zoneName: 'UTC', now: s(500) };
const timeline = { mode: 'hot-standby', until: s(100), gaps: [] as EventRow[] } as unknown as TimelineView;

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
  t.same(words(laneRow(lane('standby', [...spans[0]]), timeline)), ['standing by']);
  t.same(words(laneRow(lane('primary', [...spans[0]]), timeline)), ['not serving']);
  t.same(words(laneRow(lane('standby', [0, 100, 'non-serving', 'refused']), timeline)), ['not serving']);
});

t.test('in load balancing each stands by for the other’s clients alone', async (t) => {
  const balanced = { ...timeline, mode: 'load-balancing' };
  const of = (bucket: number) => laneRow({ ...lane('primary', [0, 9, 'non-serving', 'no-offer']), bucket }, balanced);
  t.same(words(of(0)), ['not serving']);
  t.same(words(of(1)), ['standing by']);
  t.equal(of(1).note, "the secondary's clients");
});

t.test('a span is told with its bracket, its length and its reason', async (t) => {
  const row = laneRow(lane('primary', [0, 10, 'serving', 'answered'], [10, 61, 'non-serving', 'no-offer']), timeline);
  t.same(spanWords(row, 1, viewer), {
    title: 'primary: not serving',
    lines: ['from 00:00:10.0 ± 0.06s, for 51s', 'no OFFER comes'],
    utc: ['between 1970-01-01T00:00:09.940000Z', 'and 1970-01-01T00:00:10.060000Z'],
  });
  t.equal(spanWords(row, 2, viewer), null);
});

t.test('sites that were worst off come first', async (t) => {
  const at = (site: string, state: string) =>
    laneRow({ ...lane('primary', [0, 10, state, 'no-offer']), site }, timeline);
  const rows = [at('a', 'serving'), at('c', 'non-serving'), at('b', 'non-serving'), at('d', 'unknown')];
  t.same(
    worstSitesFirst(rows).map(({ name }) => name),
    ['b', 'c', 'd', 'a'],
  );
});
