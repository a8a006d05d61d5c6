/** Lanes: what the rows of a timeline amount to over a period, with what was true when it began and what is unknown at its end. */
import t from 'tap';
import { type LanePlace, timelineOf } from '../../../../collector/core/answers/lanes.ts';
import type { EventRow } from '../../../../shared/core/ops-view.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const NOTHING = {
  detected_at: null,
  bucket: null,
  reason: null,
  actor: null,
  ref: null,
  late: false,
  scope: null,
  evidence: null,
};

function turn(at: number, to: string, where: Partial<EventRow> = {}): EventRow {
  const bracket = { at: unixMicros(at), earliest: unixMicros(at - 1), latest: unixMicros(at + 1) };
  const what = {
    id: `${at}`,
    kind: 'transition',
    group: 'g',
    server: 'primary',
    site: null,
    from: null,
    to,
    text: `to ${to}`,
  };
  return { ...NOTHING, ...what, ...bracket, ...where } as EventRow;
}

const row = (kind: string, at: number, more: object = {}): EventRow =>
  ({ ...turn(at, 'x'), kind, server: null, to: null, ...more }) as EventRow;

const place = (server: string, site: string | null = null, bucket: number | null = null): LanePlace => {
  return { server, site, bucket, role: 'primary' };
};
const period = (since: number, until: number, now = until) => ({
  group: 'g',
  mode: 'hot-standby',
  since: unixMicros(since),
  until: unixMicros(until),
  now: unixMicros(now),
});

/** "0-5 unknown, 5-20 serving" */
const spansText = (view: ReturnType<typeof timelineOf>, lane = 0): string =>
  view.lanes[lane]?.spans.map(({ from, to, state }) => `${from}-${to} ${state}`).join(', ') ?? '';

const over = (since: number, until: number, events: readonly EventRow[], more: object = {}) =>
  timelineOf(period(since, until), events, { places: [place('primary')], present: [], ...more });

t.test('a state lasts until the next; the first is what was true before', async (t) => {
  const events = [turn(5, 'serving'), turn(20, 'non-serving'), turn(30, 'serving')];
  t.equal(spansText(over(0, 40, events)), '0-5 unknown, 5-20 serving, 20-30 non-serving, 30-40 serving');
  t.equal(spansText(over(10, 25, events)), '10-20 serving, 20-25 non-serving');
  t.equal(spansText(over(20, 25, events)), '20-25 non-serving', 'nothing of no length');
  t.equal(spansText(over(40, 50, [])), '40-50 unknown');
  const [first] = over(10, 25, events).lanes[0]?.spans ?? [];
  t.match(first, { text: 'to serving', earliest: 4, latest: 6, late: false });
});

t.test('nothing is said of what is to come', async (t) => {
  const places = [place('primary')];
  const view = timelineOf(period(0, 100, 30), [turn(5, 'serving')], { places, present: [] });
  t.equal(spansText(view), '0-5 unknown, 5-30 serving');
  t.equal(spansText(timelineOf(period(50, 100, 30), [], { places, present: [] })), '');
});

t.test('lanes are of their own place alone', async (t) => {
  const events = [
    turn(5, 'serving'),
    turn(6, 'degraded', { site: 'corsham' }),
    turn(7, 'non-serving', { bucket: 1 }),
    turn(8, 'serving', { server: 'standby' }),
  ];
  const places = [place('primary'), place('primary', 'corsham'), place('primary', null, 1), place('standby')];
  const view = timelineOf(period(0, 10), events, { places, present: [] });
  t.strictSame(
    view.lanes.map((_, lane) => spansText(view, lane)),
    [
      '0-5 unknown, 5-10 serving',
      '0-6 unknown, 6-10 degraded',
      '0-7 unknown, 7-10 non-serving',
      '0-8 unknown, 8-10 serving',
    ],
  );
});

t.test('where news has run out the end is unknown, though nothing was found', async (t) => {
  const present = (since: number | null, state = 'unknown') => ({
    present: [{ server: 'primary', site: null, bucket: null, state, since, reason: 'silent-agent', evidence: null }],
  });
  const events = [turn(5, 'serving')];
  const aged = over(0, 40, events, present(30));
  t.equal(spansText(aged), '0-5 unknown, 5-30 serving, 30-40 unknown');
  t.match(aged.lanes[0]?.spans.at(-1), { reason: 'silent-agent', text: /nothing has been heard since/ });
  t.equal(spansText(over(0, 20, events, present(30))), '0-5 unknown, 5-20 serving', 'not before it did');
  t.equal(spansText(over(0, 40, events, present(5, 'serving'))), '0-5 unknown, 5-40 serving');
  t.equal(
    spansText(over(0, 40, [...events, turn(25, 'unknown')], present(24))),
    '0-5 unknown, 5-25 serving, 25-40 unknown',
  );
});

t.test('what else happened stands beside the lanes', async (t) => {
  const end = (at: number) => ({ end: { at, earliest: at, latest: at } });
  const events = [
    row('silent', 1, { site: 'leeds', to: 'unknown' }),
    row('silent', 2, { site: 'corsham', to: 'unknown' }),
    row('gap', 3, end(4)),
    row('gap', 5, end(12)),
    row('silent', 6, { site: 'corsham', to: 'serving' }),
    row('mark', 11),
    row('overlap', 13, { end: null }),
    row('fail-back', 14),
    row('pause', 15),
    row('failover', 30),
  ];
  const view = over(10, 20, events);
  const ids = (rows: readonly EventRow[]): string => rows.map(({ id }) => id).join(' ');
  t.equal(ids(view.gaps), '5', 'what reaches into the period, and not what was over');
  t.equal(ids(view.overlaps), '13');
  t.equal(ids(view.failovers), '14');
  t.equal(ids(view.marks), '11 15');
  t.equal(ids(view.silences), '1', 'who was silent when it began');
});
