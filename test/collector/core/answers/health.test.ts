/** Health in words: what makes the collector not alive, not ready, or only worth a sentence. */
import t from 'tap';
import { aliveOf, readyOf } from '../../../../collector/core/answers/health.ts';
import type { ConsumerView } from '../../../../shared/core/ops-view.ts';

const store = { raw_bytes: 0, raw_since: null, too_late: 5, problem: null };
const reader = (name: string, more: Partial<ConsumerView> = {}): ConsumerView => {
  return { name, lag_entries: 0, lag_ms: null, set_aside: 3, problem: null, ...more };
};
const well = { ended: null, store, consumers: [reader('verdicts'), reader('rollups'), reader('influx')] };

t.test('all is well, whatever was lost once', async (t) => {
  t.strictSame(aliveOf(well), { state: 'ok', problems: [] });
  t.strictSame(readyOf(well), { state: 'ok', problems: [] });
});

t.test('a disk that is full, a reader that is stuck: alive, and not ready', async (t) => {
  const full = { ...well, store: { ...store, problem: 'the disk is full' } };
  t.strictSame(readyOf(full), { state: 'failing', problems: ['store: the disk is full'] });
  t.strictSame(aliveOf(full), { state: 'ok', problems: ['store: the disk is full'] });
  const stuck = { ...well, consumers: [reader('verdicts', { lag_entries: 7, lag_ms: 180_000 })] };
  t.match(readyOf(stuck), { state: 'failing', problems: [/^verdicts: 7 log entries behind, the oldest .* old$/] });
});

t.test('an InfluxDB that is away is told, and is no reason to be taken out', async (t) => {
  const away = { ...well, consumers: [reader('influx', { problem: 'refused', lag_entries: 9, lag_ms: 1e6 })] };
  t.match(readyOf(away), { state: 'ok', problems: ['influx: refused', /behind/] });
});

t.test('a log that can be folded no more is the end', async (t) => {
  t.match(aliveOf({ ...well, ended: 'LOG_DAMAGED' }), { state: 'failing', problems: [/folded any more: LOG_DAMAGED/] });
});
