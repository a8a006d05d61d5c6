/** The live screen as text: what is wrong first, what does not fit, a collector that is gone, and keys. */
import t from 'tap';
import { type ScreenSize, topScreen } from '../../../../collector/core/top/screen.ts';
import {
  heard,
  initialTop,
  keysOf,
  lost,
  pictured,
  pressed,
  type TopState,
} from '../../../../collector/core/top/state.ts';
import type { EventRow, GroupView, ServerView, StatusView } from '../../../../shared/core/ops-view.ts';
import { type UnixMicros, unixMicros } from '../../../../shared/core/units.ts';

const NOW = unixMicros(1_772_364_000e6);
const ago = (seconds: number): UnixMicros => unixMicros(NOW - seconds * 1e6);

const server = (name: string, state: string, more: Partial<ServerView> = {}): ServerView => ({
  name,
  address: '10.77.1.2',
  role: 'primary',
  state,
  expected: 'serving',
  since: ago(351),
  last_served_at: ago(1),
  reason: state === 'serving' ? 'answered' : 'no-answer',
  sites: {
    serving: state === 'serving' ? 142 : 0,
    degraded: 0,
    non_serving: state === 'serving' ? 0 : 142,
    unknown: 0,
  },
  drop_ratio: state === 'serving' ? 0 : 1,
  latency_us: { offer_p50: 2100, offer_p99: 9800, ack_p50: 1900, ack_p99: 12_000 },
  evidence: null,
  buckets: [],
  answers_as: null,
  kea: null,
  ...more,
});

const group = (name: string, state: string, servers: readonly ServerView[]): GroupView => ({
  name,
  mode: 'hot-standby',
  state,
  since: ago(351),
  sites: { served: 142, unserved: 0, unknown: 0 },
  servers,
  open_gap_ms: state === 'gap' ? 51_000 : null,
  paused: null,
  maintenance: [],
  notices: [],
});

const status = (...groups: readonly GroupView[]): StatusView => ({
  groups,
  window_s: 300,
  consumers: [],
  remarks: [],
  store: { raw_bytes: 0, raw_since: null, too_late: 0, problem: null },
});

const event = (id: string, at: UnixMicros, text: string): EventRow => ({
  id,
  kind: 'transition',
  at,
  earliest: at,
  latest: unixMicros(at + 2e6),
  detected_at: at,
  group: 'corsham-dhcp',
  server: 'primary',
  site: null,
  bucket: null,
  from: 'serving',
  to: 'non-serving',
  reason: 'no-answer',
  text,
  actor: null,
  ref: null,
  late: false,
  scope: null,
  evidence: null,
  planned: null,
});

const LOOK = {
  collector: '10.0.0.5:6767',
  now: NOW,
  zone: 'UTC',
  paint: (state: string) => state,
  grey: (line: string) => (line === '' ? '' : `~${line}`),
};
const draw = (state: TopState, size: Partial<ScreenSize> = {}): readonly string[] =>
  topScreen(state, { columns: 120, rows: 16, ...size }, LOOK).lines;

const calm = group('leeds-dhcp', 'normal', [server('north', 'serving')]);
const failed = group('corsham-dhcp', 'failed-over', [
  server('primary', 'non-serving'),
  server('standby', 'serving', { expected: 'silent', address: '10.77.2.2' }),
]);
const shown = pictured(initialTop(), { status: status(calm, failed), sites: null, at: ago(1) });
const told = heard(
  heard(shown, event('a', ago(300), 'Standby starts serving leases')),
  event('b', ago(351), 'Primary stops serving leases'),
);

t.test('what is wrong comes first, then what happened, in its order', async (t) => {
  t.strictSame(draw(told), [
    'dorawatch top  10.0.0.5:6767  11:20:00 (UTC)  2 groups: 1 failed-over, 1 normal',
    '',
    '  Server   State        Since   Why        Sites       Drops    Offer p50/p99  Ack p50/p99  Address',
    'corsham-dhcp (hot-standby): failed over for 5m 51s; sites: 142 served, 0 unserved, 0 unknown',
    '  primary  non-serving  5m 51s  no-answer  0 of 142    100.0 %  2.1/9.8 ms     1.9/12 ms    10.77.1.2',
    '  standby  serving      5m 51s  answered   142 of 142  0.0 %    2.1/9.8 ms     1.9/12 ms    10.77.2.2',
    'leeds-dhcp (hot-standby): normal for 5m 51s; sites: 142 served, 0 unserved, 0 unknown',
    '  north    serving      5m 51s  answered   142 of 142  0.0 %    2.1/9.8 ms     1.9/12 ms    10.77.1.2',
    '',
    '',
    '',
    '',
    'Latest events',
    '11:14:09  corsham-dhcp  Primary stops serving leases',
    '11:15:00  corsham-dhcp  Standby starts serving leases',
    'q quit  g filter group  s show sites  p pause  ↑ ↓ PgUp PgDn',
  ]);
});

t.test("what a server says of itself and its sites do not see stands below its group's servers", async (t) => {
  const kea = {
    ...{ asked_at: ago(2), problem: null, state: 'hot-standby', scopes: ['primary'], partner_state: null },
    ...{ communication_interrupted: null, unacked_clients: null, unacked_clients_left: null, connecting_clients: null },
    ...{ clock_skew_ms: null, disagreement: 'says it serves, but is silent to each of the 142 sites that report' },
  };
  const servers = [server('primary', 'non-serving', { kea }), server('standby', 'serving')];
  const state = pictured(initialTop(), {
    status: status(group('corsham-dhcp', 'failed-over', servers)),
    sites: null,
    at: NOW,
  });
  t.equal(draw(state)[6], '  primary says it serves, but is silent to each of the 142 sites that report');
});

t.test('a finding that is told again takes its own place', async (t) => {
  const again = heard(told, event('b', ago(351), 'Primary stops serving leases (learned late)'));
  t.equal(again.events.length, 2);
  t.equal(again.events[0]?.text, 'Primary stops serving leases (learned late)');
});

t.test('every size: as many lines as the screen has, none wider, a state never cut', async (t) => {
  for (const columns of [20, 40, 60, 80, 200])
    for (const rows of [3, 8, 24, 60]) {
      const lines = draw(told, { columns, rows });
      t.equal(lines.length, rows, `${columns} by ${rows}`);
      t.ok(lines.every((line) => [...line.replace(/^~/, '')].length <= columns));
    }
  t.match(draw(told, { columns: 40, rows: 24 })[4], /^ {2}primary {2}non-serving {2}5m 51s$/);
});

t.test('more than fits can be moved through, to its end and no further', async (t) => {
  const many = Array.from({ length: 30 }, (_, index) => group(`group-${index}`, 'normal', [server('one', 'serving')]));
  const state = pictured(initialTop(), { status: status(...many), sites: null, at: NOW });
  const { scrollMax, lines } = topScreen(state, { columns: 120, rows: 16 }, LOOK);
  t.match(lines.at(-2), '… 0 lines above, 49 below');
  const end = pressed(state, '\u001b[F', { page: 8, scrollMax });
  t.match(draw(end).at(-2), /… \d+ lines above, 0 below/);
  t.match(draw(end).at(-3), 'one');
  t.equal(pressed(end, '\u001b[A', { page: 8, scrollMax }).scroll, scrollMax - 1);
});

t.test('a collector that is gone: said, with the age of what is shown, and that is grey', async (t) => {
  const gone = lost(lost(told, 'cannot reach the collector', ago(12)), 'still not', ago(2));
  const lines = draw(gone);
  t.equal(lines[1], 'unreachable for 12s, trying again; what is shown is 1s old. still not');
  t.match(lines[3], /^~corsham-dhcp/);
  t.equal(draw(lost(initialTop(), 'no', ago(3)))[1], 'unreachable for 3s, trying again; nothing is known yet. no');
  const back = pictured(gone, { status: status(calm), sites: null, at: NOW });
  t.equal(draw(back)[1], '');
  const hung = pictured(initialTop(), { status: status(calm), sites: null, at: ago(9) });
  t.equal(draw(hung)[1], 'no answer for 9s; what is shown is as old');
});

t.test('keys: a filter, sites, a pause, and the end', async (t) => {
  const press = (state: TopState, text: string): TopState =>
    keysOf(text).reduce((known, key) => pressed(known, key, { page: 8, scrollMax: 0 }), state);
  const typing = press(told, 'glex\u007fe');
  t.equal(draw(typing).at(-1), 'Groups with: lee_   (Enter keeps, Esc shows all)');
  t.equal(press(typing, 'q').filter, 'leeq', 'q is a letter while a name is typed');
  t.notMatch(draw(press(typing, '\r')).join('\n'), 'corsham');
  t.equal(press(typing, '\u001b').filter, '');
  t.match(draw(press(told, 'gxyz\r')).join('\n'), 'No group has "xyz" in its name.');
  const held = press(told, 'p');
  t.match(draw(pictured(held, { status: status(calm), sites: null, at: NOW })).join('\n'), /PAUSED[\s\S]*corsham-dhcp/);
  t.equal(press(held, 'p').held, null);
  const site = {
    site: 'bath',
    group: 'leeds-dhcp',
    served_by: ['north'],
    state: 'served',
    since: ago(5),
    last_ack_at: NOW,
  };
  const sites = {
    sites: [{ ...site, agent_state: 'connected', reason: 'answered', evidence: null, client_state: null }],
  };
  const withSites = pictured(press(told, 's'), { status: status(calm), sites, at: NOW });
  t.match(draw(withSites, { rows: 30 }).join('\n'), / {2}bath +served +5s +north +connected +answered +leeds-dhcp/);
  for (const key of ['q', '\u0003', 'g\u0003']) t.equal(press(told, key).quit, true);
  t.same(keysOf('q\u001b[A\u001b[5~x\u001b'), ['q', '\u001b[A', '\u001b[5~', 'x', '\u001b']);
});
