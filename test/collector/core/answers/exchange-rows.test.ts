import t from 'tap';
import { createBatchClocks } from '../../../../collector/core/answers/batch-clocks.ts';
import { createLateAnswers, exchangeRows } from '../../../../collector/core/answers/exchange-rows.ts';
import type { ResultBatch } from '../../../../shared/core/batch.ts';
import { epochMicros, microseconds, unixMicros } from '../../../../shared/core/units.ts';
import { batches } from '../../fake-agent.ts';

const anchorUs = 1_772_364_966_000_000;
const made = batches({ anchorUs, seconds: 5, answers: (server) => server === 0 });
const all = { group: null, since: 0, until: Number.MAX_SAFE_INTEGER };

/** The agent's clock is 2 s ahead. */
function clocks(): ReturnType<typeof createBatchClocks> {
  const measured = createBatchClocks();
  const sample = { kind: 'clock', receivedAt: unixMicros(anchorUs), agent: 'agent-1', epoch: 1 } as const;
  measured.add({
    ...sample,
    anchor: unixMicros(anchorUs),
    at: epochMicros(0),
    offsetUs: microseconds(2e6),
    errorUs: microseconds(100),
  });
  return measured;
}

t.test("times are the collector's, and absence is null", async (t) => {
  const rows = made.flatMap((batch) => exchangeRows(batch, { clocks: clocks(), late: createLateAnswers() }, all));
  t.equal(rows.length, 100);
  const first = rows.find(({ server }) => server === 'primary');
  t.match(first, {
    sent_at: anchorUs - 2e6,
    clock_offset_us: 2e6,
    outcome: 'acked',
    stage: 'ack',
    total_us: 42_000,
    released: true,
  });
  const dropped = rows.find(({ server }) => server === 'standby');
  t.match(dropped, { outcome: 'dropped', stage: 'offer', offer_us: null, ack_us: null, total_us: null, late_us: null });
  const unmeasured = exchangeRows(
    made[0] as ResultBatch,
    { clocks: createBatchClocks(), late: createLateAnswers() },
    all,
  )[0];
  t.match(unmeasured, { sent_at: anchorUs, clock_offset_us: null });
});

t.test('a late answer of a later batch is found, and counted once', async (t) => {
  const dropped = made.find(({ results }) => results.path.includes(1)) as ResultBatch;
  const row = dropped.results.path.indexOf(1);
  const [identity, sentUs] = [dropped.results.identity[row] ?? 0, dropped.results.sentUs[row] ?? 0];
  const after: ResultBatch = {
    ...(made.at(-1) as ResultBatch),
    late: [{ path: 1, identity, sentUs: epochMicros(sentUs), lateUs: microseconds(3_400_000) }],
  };
  const late = createLateAnswers();
  late.add(after);
  const rows = exchangeRows(dropped, { clocks: clocks(), late }, all).filter(({ late_us }) => late_us !== null);
  t.same(
    rows.map(({ index, late_us }) => [index, late_us]),
    [[row, 3_400_000]],
  );
});
