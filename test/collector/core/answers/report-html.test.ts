/** The report as a file of its own: the words of the table, nothing that runs, and nothing of what people typed taken for HTML. */
import t from 'tap';
import { markRow } from '../../../../collector/core/answers/event-rows.ts';
import { reportOf } from '../../../../collector/core/answers/report.ts';
import { REPORT_STYLE, reportHtml } from '../../../../collector/core/answers/report-html.ts';
import { reportText } from '../../../../collector/core/answers/report-text.ts';
import type { MeasuredView, ReportView } from '../../../../shared/core/ops-view.ts';
import { moment } from '../verdicts/a-failover.ts';

const period = { group: 'corsham-dhcp', mode: 'hot-standby', since: moment('11:00:00'), until: moment('12:00:00') };
const counted: MeasuredView = {
  ...{ sites: 3, rate_per_second: 10, drop_time_ms: 3000, exchanges: 36_000, unmeasured: 0, unsent: 0, late: 0 },
  ...{ lost_exchanges: 0, lost_ms: 0, clock_error_max_us: null, too_late: 0, source: 'raw' },
};
const NONE = { offer_p50: null, offer_p99: null, ack_p50: null, ack_p99: null };

function reportWith(text: string): ReportView {
  const at = moment('11:30:00');
  const place = { group: null, server: null, site: null };
  const mark = markRow({ id: 'a', at, receivedAt: at, text, actor: '"ada" & co', ref: null, ...place });
  const availability = [{ server: 'primary', exchanges: 36_000, answered: 36_000, ratio: 1, latency_us: NONE }];
  return reportOf(period, [mark], { measured: counted, availability, planned: [] });
}

t.test('it has every cell of the table, in order', async (t) => {
  const report = reportWith('Primary taken down');
  const html = reportHtml(report, 'Europe/London');
  const { title, head, lines, availability, measured } = reportText(report, 'Europe/London');
  const cells = [...html.matchAll(/<t[dh](?: [^>]*)?>(.*?)<\/t[dh]>/g)].map(([, cell]) =>
    cell?.replaceAll(/&quot;|&amp;/g, '·'),
  );
  const told = [...head, ...lines.flatMap((line) => line.cells)].map((cell) => cell.trim().replaceAll(/["&]/g, '·'));
  t.strictSame(cells.slice(0, told.length), told);
  t.strictSame(cells.slice(-6), availability[0]);
  for (const text of [title, measured]) t.ok(html.includes(`>${text}<`), text);
  t.ok(html.startsWith('<!doctype html>') && html.includes(`<style>${REPORT_STYLE}</style>`));
  t.match(reportHtml({ ...report, rows: [] }, 'UTC'), /No transition, gap or mark/);
});

t.test('what people typed is text', async (t) => {
  const html = reportHtml(reportWith(`<script>alert('x')</script><img src=x onerror="y">`), 'UTC');
  t.ok(html.includes('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&lt;img src=x onerror=&quot;y&quot;&gt;'));
  t.ok(html.includes('&quot;ada&quot; &amp; co'));
  t.notMatch(html, /<(script|img|link|iframe)|<[^>]*\son\w+=|https?:/i, 'nothing runs, nothing is fetched');
});
