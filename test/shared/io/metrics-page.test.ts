import t from 'tap';
import { counter, gauge } from '../../../shared/core/metrics/family.ts';
import {
  createHistogram,
  histogramFamily,
  histogramSamples,
  observe,
} from '../../../shared/core/metrics/latency-histogram.ts';
import { FAMILY_SERIES_MAX } from '../../../shared/core/metrics/limits.ts';
import { createMetricsWriter } from '../../../shared/io/metrics-page.ts';
import { complaints, promtoolSkipReason, seriesOf } from '../../lab/promtool.ts';

const histogram = createHistogram();
observe(histogram, 42_000);
const families = [
  gauge('x_state', 'A "state".', [{ labels: { group: 'a"b\\c\nd', state: 'gap' }, value: 1 }]),
  counter('x_exchanges_total', 'Exchanges.', [{ labels: { server: 'primary' }, value: 7 }]),
  counter('x_nothing_total', 'A family without samples.', []),
  histogramFamily('x_offer_seconds', 'Latency.', histogramSamples(histogram, { server: 'primary' })),
];

t.test('both formats, again and again, from the same values', { skip: promtoolSkipReason() }, async (t) => {
  const writer = createMetricsWriter({ prefix: 'x', runtime: true, shedElsewhere: () => 3 });
  const text = await writer.page(families, '0.0.4');
  t.equal(text.contentType, 'text/plain; version=0.0.4; charset=utf-8');
  t.equal(complaints(text.text), '');
  t.match(text.text, 'x_exchanges_total{server="primary"} 7');
  t.match(text.text, '# TYPE x_exchanges_total counter');
  t.match(text.text, 'x_state{group="a\\"b\\\\c\\nd",state="gap"} 1');
  t.notMatch(text.text, 'x_nothing');
  t.equal(seriesOf(text.text).get('x_metrics_shed_total'), 3);
  t.match(text.text, /^process_cpu_user_seconds_total /m, "the process's own");
  const open = await writer.page(families, 'openmetrics');
  t.equal(open.contentType, 'application/openmetrics-text; version=1.0.0; charset=utf-8');
  t.match(open.text, '# TYPE x_exchanges counter\nx_exchanges_total{server="primary"} 7');
  t.match(open.text, /^x_offer_seconds_bucket\{le="0.05",server="primary"\} 1$/m);
  t.ok(open.text.endsWith('# EOF\n'));
  const again = await writer.page(families, '0.0.4');
  t.match(
    again.text,
    '# TYPE x_exchanges_total counter\nx_exchanges_total{server="primary"} 7',
    'the one format leaves the other alone',
  );
});

t.test('a family has a bound, and what is beyond it is counted', async (t) => {
  const writer = createMetricsWriter({ prefix: 'x', runtime: false, shedElsewhere: () => 0 });
  const samples = Array.from({ length: FAMILY_SERIES_MAX + 5 }, (_, n) => ({ labels: { n: String(n) }, value: n }));
  const series = seriesOf((await writer.page([gauge('x_many', 'Many.', samples)], '0.0.4')).text);
  t.equal([...series.keys()].filter((name) => name.startsWith('x_many')).length, FAMILY_SERIES_MAX);
  t.equal(series.get('x_metrics_shed_total'), 5);
});
