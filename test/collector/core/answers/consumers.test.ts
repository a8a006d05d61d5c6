import t from 'tap';
import { consumerView, troubleLines } from '../../../../collector/core/answers/consumers.ts';

const place = { name: 'rollups', next: 90, end: 100, waitingSince: 1e6, now: 301e6, setAside: 0, problem: null };
const store = { raw_bytes: 1, raw_since: null, too_late: 0, problem: null };

t.test('a reader that has all has no lag, and one that is behind has the age of the oldest', async (t) => {
  t.match(consumerView(place), { name: 'rollups', lag_entries: 10, lag_ms: 300_000 });
  t.match(consumerView({ ...place, next: 100 }), { lag_entries: 0, lag_ms: null });
  t.match(consumerView({ ...place, waitingSince: null }), { lag_entries: 10, lag_ms: null });
});

t.test('people are told of what is behind or wrong, and of nothing else', async (t) => {
  const well = consumerView({ ...place, waitingSince: 290e6 });
  t.strictSame(troubleLines({ consumers: [well], store, remarks: [] }), [], 'half a minute is how rollups are written');
  const behind = consumerView({ ...place, problem: 'the disk is full' });
  t.strictSame(troubleLines({ consumers: [behind], store: { ...store, problem: 'no room' }, remarks: ['look here'] }), [
    'store: no room',
    'rollups: 10 log entries behind, the oldest 5m 0s old',
    'rollups: the disk is full',
    'look here',
  ]);
});
