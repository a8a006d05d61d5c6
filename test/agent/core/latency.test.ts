/** Exact percentiles by nearest rank, population deviation, and nothing out of nothing. */
import t from 'tap';
import { addLatency, createLatencies, latencyFigures } from '../../../agent/core/latency.ts';

t.test('figures in µs', async (t) => {
  const latencies = createLatencies();
  t.equal(latencyFigures(latencies), null);
  for (let ms = 2000; ms >= 1; ms -= 1) addLatency(latencies, ms * 1e6);
  addLatency(latencies, undefined);
  const figures = latencyFigures(latencies);
  t.match(figures, { min: 1000, p50: 1_000_000, p90: 1_800_000, p99: 1_980_000, max: 2_000_000, mean: 1_000_500 });
  t.ok(Math.abs((figures?.stddev ?? 0) - 577_350.2) < 0.1);
});

t.test('one latency is all of its figures', async (t) => {
  const latencies = createLatencies();
  addLatency(latencies, 1_234_567);
  t.same(latencyFigures(latencies), {
    min: 1234.6,
    mean: 1234.6,
    p50: 1234.6,
    p90: 1234.6,
    p99: 1234.6,
    max: 1234.6,
    stddev: 0,
  });
});
