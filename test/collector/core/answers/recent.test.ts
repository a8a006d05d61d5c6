import t from 'tap';
import { createRecent } from '../../../../collector/core/answers/recent.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { batches } from '../../fake-agent.ts';

const HOUR_US = 3600 * 1e6;
const primary = { group: 'corsham-dhcp', server: 'primary', bucket: null };
const at = (second: number): ReturnType<typeof unixMicros> => unixMicros(HOUR_US + second * 1e6);

t.test('drops and latencies of the window, and nothing older', async (t) => {
  const recent = createRecent();
  // Answered for 100 s, then not for 100 s.
  for (const batch of batches({ anchorUs: HOUR_US, seconds: 200, answers: (_, second) => second < 100 })) {
    recent.add(batch, at(batch.sequence));
  }
  const { dropRatio, latency } = recent.figures(primary, at(203));
  t.ok(Math.abs((dropRatio ?? 0) - 0.5) < 0.01, String(dropRatio));
  t.ok(Math.abs((latency.offer_p99 ?? 0) - 21_000) < 420);
  t.ok(Math.abs((latency.ack_p50 ?? 0) - 20_500) < 410);
  t.equal(recent.figures(primary, at(430)).dropRatio, 1, 'the answered part has left the window');
  t.same(recent.figures(primary, at(4000)), {
    dropRatio: null,
    latency: { offer_p50: null, offer_p99: null, ack_p50: null, ack_p99: null },
  });
  t.equal(recent.figures({ ...primary, server: 'other' }, at(203)).dropRatio, null);
});

t.test('a backlog is history, not news', async (t) => {
  const recent = createRecent();
  for (const batch of batches({ anchorUs: HOUR_US, seconds: 20, answers: () => false })) recent.add(batch, at(1000));
  t.equal(recent.figures(primary, at(1000)).dropRatio, null);
});

t.test('silence before the first contact is no drop', async (t) => {
  const recent = createRecent();
  for (const batch of batches({ anchorUs: HOUR_US, seconds: 20, answers: () => false })) {
    const paths = batch.paths.map((path) => ({ ...path, firstContact: true }));
    recent.add({ ...batch, paths }, at(batch.sequence));
  }
  t.equal(recent.figures(primary, at(20)).dropRatio, null);
});
