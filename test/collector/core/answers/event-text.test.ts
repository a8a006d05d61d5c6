/**
 * What people read of each mode, told from simulated worlds: events, the report and status of a load-balancing pair that loses
 * its primary, of a gap that nothing ends, and of a backup.
 */
import t from 'tap';
import { createRecent } from '../../../../collector/core/answers/recent.ts';
import { reportOf } from '../../../../collector/core/answers/report.ts';
import { reportText } from '../../../../collector/core/answers/report-text.ts';
import { statusOf } from '../../../../collector/core/answers/status.ts';
import { createTimeline } from '../../../../collector/core/answers/timeline.ts';
import { createNotices } from '../../../../collector/core/notices/notices.ts';
import { overlay } from '../../../../collector/core/verdicts/overlay.ts';
import { createVerdicts } from '../../../../collector/core/verdicts/verdicts.ts';
import type { MeasuredView } from '../../../../shared/core/ops-view.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { seeded } from '../../../simulation/random.ts';
import { configOf, quietWorld, START, type WorldOptions } from '../../../simulation/world.ts';
import { logOf } from '../../../simulation/world-log.ts';

const notices = createNotices().view();
const measured: MeasuredView = {
  ...{ sites: 1, rate_per_second: 10, drop_time_ms: 3000, exchanges: 0, unmeasured: 0, unsent: 0, late: 0 },
  ...{ lost_exchanges: 0, lost_ms: 0, clock_error_max_us: null, too_late: 0, source: 'raw' },
};

/** Everything that can be asked about a world at its end. */
function askedOf(more: Partial<WorldOptions>) {
  const world = { ...quietWorld(seeded(5)), ...more };
  const [verdicts, timeline, recent] = [createVerdicts(), createTimeline(), createRecent()];
  for (const entry of logOf(world)) {
    for (const change of verdicts.apply(entry)) timeline.change(change);
    if (entry.kind === 'batch') recent.add(entry.batch, entry.receivedAt);
  }
  const now = unixMicros(START + world.seconds * 1e6);
  const config = configOf(world);
  const store = { raw_bytes: 0, raw_since: null, too_late: 0, problem: null };
  const sources = {
    config,
    recent,
    now,
    consumers: [],
    remarks: [],
    store,
    kea: { find: () => null },
    pauses: [],
    notices,
    planned: [],
  };
  const status = statusOf({ ...sources, verdicts: overlay(verdicts.view(), now) }, null);
  const period = { group: 'pair', mode: world.mode, since: unixMicros(START), until: now };
  const report = reportOf(period, timeline.rows(), { measured, availability: [], planned: [] });
  return { group: status.groups[0], rows: timeline.rows(), report, text: reportText(report, 'UTC') };
}

/** Partner-down from 60 to 150 s; the primary's return stops the secondary's service for a while too. */
const partnerDown = (server: string, at: number, bucket: number | null): boolean => {
  if (server === 'primary') return bucket === 0 && (at < 60 || at > 150);
  if (at > 140 && at < 150) return false;
  return bucket === 1 || (at > 110 && at < 140);
};
const pair: Partial<WorldOptions> = {
  mode: 'load-balancing',
  servers: ['primary', 'secondary'],
  alive: partnerDown,
};

t.test("load balancing: whose clients, in the words of the pair's roles", async (t) => {
  const { report, text, rows } = askedOf({ ...pair, seconds: 220 });
  t.same(report.rows.map((row) => `${row.bucket} ${row.text}`).sort(), [
    '0 Primary resumes serving leases',
    '0 Primary stops serving leases',
    "0 Secondary starts serving the primary's clients",
    "0 Secondary stops serving the primary's clients",
    '1 Secondary resumes serving leases',
    '1 Secondary stops serving leases',
  ]);
  t.same(
    report.gaps.map(({ bucket, text: said }) => [bucket, said]).sort(),
    [
      [0, "No server serves the primary's clients (bucket 0)"],
      [0, "No server serves the primary's clients (bucket 0)"],
      [1, "No server serves the secondary's clients (bucket 1)"],
    ],
    'the failure has a gap, and the fail-back one in each half',
  );
  t.same(
    rows.filter(({ kind }) => kind.startsWith('fail')).map(({ text: said }) => said),
    ["Secondary takes over the primary's clients from primary", 'Primary takes its clients back from secondary'],
  );
  const cells = text.lines.filter(({ finding }) => finding).map(({ cells: [first] }) => first);
  t.match(cells.join('\n'), /gap: no server serving the secondary's clients for \d+\.\ds/);
  t.notMatch(text.measured, /still open/);
});

t.test('load balancing: a server is what it is to its own clients', async (t) => {
  const { group } = askedOf({ ...pair, seconds: 135 });
  t.match(group, { state: 'failed-over', open_gap_ms: null, sites: { served: 1, unserved: 0, unknown: 0 } });
  t.match(group?.servers, [
    { name: 'primary', state: 'non-serving', expected: 'serving', reason: 'no-offer', buckets: [{ bucket: 0 }, {}] },
    { name: 'secondary', state: 'serving', expected: 'serving', reason: 'answered', drop_ratio: 0 },
  ]);
  t.same(
    group?.servers[1]?.buckets.map(({ bucket, state, expected }) => [bucket, state, expected]),
    [
      [0, 'serving', 'silent'],
      [1, 'serving', 'serving'],
    ],
  );
  t.equal(askedOf({ ...pair, seconds: 55 }).group?.state, 'normal');
  t.equal(askedOf({ ...pair, seconds: 100 }).group?.state, 'gap');
});

t.test('a gap that nothing ends grows, in status and in the report', async (t) => {
  const more: Partial<WorldOptions> = {
    ...{ mode: 'hot-standby', servers: ['primary', 'standby'], seconds: 900 },
    alive: (server, at) => server === 'primary' && at < 100,
  };
  const { group, report, text } = askedOf(more);
  t.equal(group?.state, 'gap');
  const length = group?.open_gap_ms ?? 0;
  t.ok(Math.abs(length - 800_000) < 200, `${length} ms`);
  t.match(group?.servers[1], { expected: 'silent', reason: 'no-offer' }, 'it should have taken over');
  t.match(report.gaps, [{ end: null, duration_ms: null }]);
  t.match(text.lines.map(({ cells: [first] }) => first).join('\n'), 'gap: no server serving for 13m 20.0s so far');
  t.match(text.measured, 'The gap is still open: no server serving for 13m 20s so far.');
});

t.test(
  'passive-backup: a backup is silent by design, in a gap too, and is seen when a person has it serve',
  async (t) => {
    const serves = (server: string, at: number): boolean => (server === 'primary' ? at < 100 : at > 160);
    const more = (seconds: number): Partial<WorldOptions> => ({
      ...{ mode: 'passive-backup', servers: ['primary', 'backup'], alive: serves, seconds },
    });
    for (const [seconds, state] of [
      [90, 'normal'],
      [150, 'gap'],
    ] as const) {
      const { group } = askedOf(more(seconds));
      t.equal(group?.state, state);
      t.match(group?.servers[1], { expected: 'silent', state: 'non-serving', reason: 'by-design' });
    }
    const { group, rows } = askedOf(more(200));
    t.equal(group?.state, 'failed-over');
    t.match(group?.servers[1], { expected: 'silent', state: 'serving', reason: 'answered' });
    t.match(rows.map(({ text }) => text).join('\n'), 'Failover from primary to backup');
  },
);

t.test('a standby whose daemon is dead is not silent by design', async (t) => {
  const { group } = askedOf({
    ...{ mode: 'hot-standby', servers: ['primary', 'standby'], seconds: 60 },
    refuses: (server) => (server === 'standby' ? 'refused' : null),
  });
  t.match(group, { state: 'normal', servers: [{ reason: 'answered' }, { expected: 'silent', reason: 'refused' }] });
});
