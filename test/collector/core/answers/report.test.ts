import t from 'tap';
import { eventRows } from '../../../../collector/core/answers/event-rows.ts';
import { reportOf } from '../../../../collector/core/answers/report.ts';
import { reportMarkdown, reportText } from '../../../../collector/core/answers/report-text.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { counted, findings, marks, moment, transition } from '../verdicts/a-failover.ts';

const measured = { measured: counted, availability: [], planned: [] };
const period = { group: 'corsham-dhcp', mode: 'hot-standby', since: moment('11:00:00'), until: moment('12:00:00') };
const report = reportOf(period, eventRows(findings, marks), measured);

t.test('the rows are those that were typed by hand', async (t) => {
  const { lines } = reportText(report, 'UTC');
  t.same(
    lines.filter(({ finding }) => !finding).map(({ cells }) => cells.slice(0, 3)),
    [
      ['Primary server taken down (CHG0012, ada)', '11:30:15', '-'],
      ['Primary stops serving leases', '11:36:06.0', '5m 51s'],
      ['Standby starts serving leases', '11:36:57.0', '51.0s'],
      ['Primary is re-enabled', '11:41:57', '5m 0s'],
      ['Primary resumes serving leases', '11:44:07.0', '2m 10s'],
    ],
  );
});

t.test('gaps and failovers have lists of their own, and stand in the table', async (t) => {
  t.same(
    report.gaps.map((gap) => gap.duration_ms),
    [51_000],
  );
  t.same(report.failovers, [
    {
      ...{ from: 'primary', to: 'standby', at: moment('11:36:57'), gap_ms: 51_000, uncertainty_ms: 100 },
      ...{ kind: 'failover', planned: null },
    },
  ]);
  t.same(
    reportText(report, 'UTC')
      .lines.filter(({ finding }) => finding)
      .map(({ cells }) => cells),
    [
      ['  gap: no server serving for 51.0s', '11:36:06.0', '', '± 0.10s'],
      ['  failover: primary → standby, 51.0s without service', '11:36:57.0', '', '± 0.10s'],
    ],
  );
});

t.test('tenths are shown where the moment is known to better than a second', async (t) => {
  const stop = transition('11:36:06', 'primary', ['serving', 'non-serving']);
  const start = transition('11:36:09', 'standby', ['non-serving', 'serving']);
  const later = (row: typeof stop, us: number, halfUs: number): typeof stop => ({
    ...row,
    at: unixMicros(row.at + us),
    earliest: unixMicros(row.at + us - halfUs),
    latest: unixMicros(row.at + us + halfUs),
  });
  const cells = (halfUs: number): readonly (readonly string[])[] => {
    const rows = eventRows([later(stop, 240_000, 100_000), later(start, 960_000, halfUs)], []);
    return reportText(reportOf(period, rows, measured), 'UTC').lines.map((line) => line.cells.slice(1));
  };
  t.same(cells(100_000), [
    ['11:36:06.2', '-', '± 0.10s'],
    ['11:36:10.0', '3.7s', '± 0.10s'],
  ]);
  t.same(cells(600_000)[1], ['11:36:10', '4s', '± 0.60s'], 'a bracket of 1.2 s');
});

t.test('an open gap shows how long it has lasted', async (t) => {
  const open = findings.flatMap((finding) =>
    finding.kind === 'gap' ? [{ ...finding, end: null, durationMs: null, uncertaintyMs: null }] : [],
  );
  const still = reportOf({ ...period, until: moment('11:40:06') }, eventRows(open, []), measured);
  t.equal(still.gaps[0]?.duration_ms, null);
  t.equal(reportText(still, 'UTC').lines[0]?.cells[0], '  gap: no server serving for 4m 0.0s so far');
});

t.test('a period takes what lies in it, and gaps that reach into it', async (t) => {
  const later = reportOf(
    { ...period, since: moment('11:36:30'), until: moment('11:43:00') },
    eventRows(findings, marks),
    measured,
  );
  t.same(
    later.rows.map(({ text, elapsed_ms }) => [text, elapsed_ms]),
    [
      ['Standby starts serving leases', null],
      ['Primary is re-enabled', 300_000],
    ],
  );
  t.equal(later.gaps.length, 1);
  t.equal(reportOf({ ...period, group: 'other' }, eventRows(findings, marks), measured).rows.length, 0);
});

t.test('words for every verdict', async (t) => {
  const text = (...more: Parameters<typeof transition>): string | undefined =>
    eventRows([transition(...more)], [])[0]?.text;
  const sites = { served: 82, reporting: 142 };
  t.equal(
    text('10:00:00', 'primary', ['serving', 'degraded'], { sites }),
    'Primary is degraded (82 of 142 sites served)',
  );
  t.equal(
    text('10:00:00', 'primary', ['serving', 'degraded'], { lossRatio: 0.5 }),
    'Primary is degraded (50 % of exchanges lost)',
  );
  t.equal(text('10:00:00', 'primary', ['unknown', 'non-serving']), 'Primary is not serving leases');
  t.equal(
    text('10:00:00', 'primary', ['serving', 'non-serving'], { site: 'corsham' }),
    'Primary stops serving leases at corsham',
  );
});

t.test('the Markdown is a table that renders', async (t) => {
  t.equal(
    reportMarkdown(report, 'Europe/London'),
    `**corsham-dhcp (hot-standby), 2026-03-02 11:00:00 to 12:00:00**

| Event                                                | Time (Europe/London) | Elapsed | ±       |
|------------------------------------------------------|----------------------|---------|---------|
| Primary server taken down (CHG0012, ada)             | 11:30:15             | -       | -       |
| Primary stops serving leases                         | 11:36:06.0           | 5m 51s  | ± 0.05s |
| *gap: no server serving for 51.0s*                   | 11:36:06.0           |         | ± 0.10s |
| Standby starts serving leases                        | 11:36:57.0           | 51.0s   | ± 0.05s |
| *failover: primary → standby, 51.0s without service* | 11:36:57.0           |         | ± 0.10s |
| Primary is re-enabled                                | 11:41:57             | 5m 0s   | -       |
| Primary resumes serving leases                       | 11:44:07.0           | 2m 10s  | ± 0.05s |

Measured from 1 site at 10/s per server, drop time 3s, over 1h 0m 0s: 14,404 exchanges, 2 unmeasured, 0 unsent, 7 late.
`,
  );
});
