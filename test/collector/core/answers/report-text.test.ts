/**
 * The printed report to the letter: the availability of each server, and each sentence on what the figures rest on, in the table
 * and in Markdown.
 */
import t from 'tap';
import { eventRows } from '../../../../collector/core/answers/event-rows.ts';
import { reportOf } from '../../../../collector/core/answers/report.ts';
import { reportMarkdown, reportText } from '../../../../collector/core/answers/report-text.ts';
import { reportTable } from '../../../../collector/ops/report.ts';
import type { AvailabilityView, MeasuredView, ReportView } from '../../../../shared/core/ops-view.ts';
import { moment } from '../verdicts/a-failover.ts';

const counted: MeasuredView = {
  sites: 3,
  rate_per_second: 2.5,
  drop_time_ms: 3000,
  exchanges: 1_234_567,
  unmeasured: 2,
  unsent: 0,
  late: 1007,
  lost_exchanges: 0,
  lost_ms: 0,
  clock_error_max_us: 1e6,
  too_late: 0,
  source: 'raw',
};
const NONE = { offer_p50: null, offer_p99: null, ack_p50: null, ack_p99: null };
const availability: readonly AvailabilityView[] = [
  {
    server: 'primary',
    exchanges: 1_234_567,
    answered: 1_234_566,
    ratio: 1_234_566 / 1_234_567,
    latency_us: { offer_p50: 940, offer_p99: 9_949, ack_p50: 21_400, ack_p99: 103_600 },
  },
  { server: 'standby', exchanges: 36_000, answered: 0, ratio: 0, latency_us: NONE },
  { server: 'spare', exchanges: 0, answered: 0, ratio: null, latency_us: NONE },
];
const period = { group: 'corsham-dhcp', mode: 'hot-standby', since: moment('11:00:00'), until: moment('12:00:00') };
const reportWith = (measured: Partial<MeasuredView>, servers = availability): ReportView =>
  reportOf(period, eventRows([], []), { measured: { ...counted, ...measured }, availability: servers, planned: [] });
const FIGURES =
  'Measured from 3 sites at 2.50/s per server, drop time 3s, over 1h 0m 0s: ' +
  '1,234,567 exchanges, 2 unmeasured, 0 unsent, 1,007 late.';

t.test('availability in the table', async (t) => {
  t.equal(
    reportTable(reportWith({}), { zone: 'UTC', width: null }),
    `corsham-dhcp (hot-standby), 2026-03-02 11:00:00 to 12:00:00

No transition, gap or mark in this period.

| Server  | Exchanges | Answered  | Share    | Offer p50/p99 | Ack p50/p99 |
|---------|-----------|-----------|----------|---------------|-------------|
| primary | 1,234,567 | 1,234,566 | 99.999 % | 0.9/9.9 ms    | 21/104 ms   |
| standby | 36,000    | 0         | 0.000 %  | -             | -           |
| spare   | 0         | 0         | -        | -             | -           |

${FIGURES}
`,
  );
});

t.test('availability in Markdown', async (t) => {
  t.equal(
    reportMarkdown(reportWith({}), 'UTC'),
    `**corsham-dhcp (hot-standby), 2026-03-02 11:00:00 to 12:00:00**

| Event | Time (UTC) | Elapsed | ±   |
|-------|------------|---------|-----|

| Server  | Exchanges | Answered  | Share    | Offer p50/p99 | Ack p50/p99 |
|---------|-----------|-----------|----------|---------------|-------------|
| primary | 1,234,567 | 1,234,566 | 99.999 % | 0.9/9.9 ms    | 21/104 ms   |
| standby | 36,000    | 0         | 0.000 %  | -             | -           |
| spare   | 0         | 0         | -        | -             | -           |

${FIGURES}
`,
  );
});

t.test('a share is what the counts say, and 100 % only without a failure', async (t) => {
  const share = (answered: number, exchanges: number): string | undefined => {
    const server = { server: 'x', exchanges, answered, ratio: answered / exchanges, latency_us: NONE };
    return reportText(reportWith({}, [server]), 'UTC').availability[0]?.[3];
  };
  t.equal(share(36_000, 36_000), '100.000 %');
  t.equal(share(99_999_999, 100_000_000), '99.999 %');
  t.equal(share(57, 100), '57.000 %', 'a hundred thousand times 0.57 is a little less than 57,000');
  t.equal(share(2, 3), '66.666 %');
  for (let answered = 0; answered <= 1000; answered += 1)
    if (share(answered, 1000) !== `${(answered / 10).toFixed(3)} %`) t.fail(`${answered} of 1000`);
});

t.test('no servers are listed when nothing was measured', async (t) => {
  const quiet = reportWith(
    { exchanges: 0 },
    availability.map((server) => ({ ...server, exchanges: 0, ratio: null })),
  );
  t.notMatch(reportTable(quiet, { zone: 'UTC', width: null }), 'Offer p50');
  t.notMatch(reportMarkdown(quiet, 'UTC'), 'Offer p50');
});

t.test('each sentence on what the figures rest on', async (t) => {
  const said = (measured: Partial<MeasuredView>): string => {
    const { measured: text } = reportText(reportWith(measured), 'UTC');
    t.ok(reportMarkdown(reportWith(measured), 'UTC').endsWith(`\n${text}\n`), 'the same words in Markdown');
    t.ok(text.startsWith(FIGURES));
    return text.slice(FIGURES.length);
  };
  const cases: readonly (readonly [Partial<MeasuredView>, string])[] = [
    [{}, ''],
    [{ clock_error_max_us: null }, ''],
    [
      { lost_exchanges: 72_000, lost_ms: 3_600_000 },
      ' Lost before the collector had them: 72,000 exchanges, 1.0 h at the site that lost most.',
    ],
    [
      { lost_exchanges: 40, lost_ms: 2000 },
      ' Lost before the collector had them: 40 exchanges, 2s at the site that lost most.',
    ],
    [{ lost_ms: 5_430_000 }, ' Lost before the collector had them: 0 exchanges, 1.5 h at the site that lost most.'],
    [{ clock_error_max_us: 1_600_000 }, " An agent's clock was known to 1.6 s only; the brackets say so."],
    [{ source: 'both' }, ' Raw results of a part of the period are gone; its figures are sums by the minute or hour.'],
    [{ source: 'rollups' }, ' Raw results of all of the period are gone; its figures are sums by the minute or hour.'],
    [{ too_late: 1 }, ' 1 result came too late to be judged.'],
    [{ too_late: 12_345 }, ' 12,345 results came too late to be judged.'],
    [
      { lost_exchanges: 1, lost_ms: 60_000, clock_error_max_us: 90e6, source: 'both', too_late: 7 },
      ' Lost before the collector had them: 1 exchange, 1m 0s at the site that lost most.' +
        " An agent's clock was known to 90.0 s only; the brackets say so." +
        ' Raw results of a part of the period are gone; its figures are sums by the minute or hour.' +
        ' 7 results came too late to be judged.',
    ],
  ];
  for (const [measured, expected] of cases) t.equal(said(measured), expected, JSON.stringify(measured));
});
