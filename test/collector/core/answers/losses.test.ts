/** What agents lost, counted: per agent for ever, and the share that lies in a report's period. */
import fc from 'fast-check';
import t from 'tap';
import { createBatchClocks } from '../../../../collector/core/answers/batch-clocks.ts';
import { type AgentLoss, addLoss, countLost, missingParts } from '../../../../collector/core/answers/losses.ts';
import type { LossEntry } from '../../../../collector/core/log-entry.ts';
import { addRange, NO_RANGES, removeRange } from '../../../../shared/core/ranges.ts';
import { epochMicros, microseconds, unixMicros } from '../../../../shared/core/units.ts';

const ANCHOR = 1_700_000_000_000_000;
const HOUR = 3_600e6;

const loss = (given: Partial<LossEntry> = {}): LossEntry => ({
  kind: 'loss',
  receivedAt: unixMicros(ANCHOR + 9 * HOUR),
  agent: 'a',
  site: 'corsham',
  epoch: 1,
  anchor: unixMicros(ANCHOR),
  from: 1,
  to: 3600,
  fromUs: epochMicros(0),
  toUs: epochMicros(HOUR),
  groups: [
    { group: 'g', exchanges: 72_000 },
    { group: 'h', exchanges: 7 },
  ],
  cause: 'shed',
  ...given,
});

t.test('a period gets the share of a loss that lies in it, on the collector\u2019s clock', async (t) => {
  const period = (since: number, until: number, group: string | null = 'g') => ({
    group,
    since: ANCHOR + since,
    until: ANCHOR + until,
  });
  const clocks = createBatchClocks();
  t.strictSame(countLost([loss()], clocks, period(-HOUR, 2 * HOUR)), { lost_exchanges: 72_000, lost_ms: 3_600_000 });
  t.strictSame(countLost([loss()], clocks, period(HOUR / 2, 2 * HOUR)), { lost_exchanges: 36_000, lost_ms: 1_800_000 });
  t.equal(countLost([loss()], clocks, period(0, HOUR, null)).lost_exchanges, 72_007, 'all groups');
  t.strictSame(countLost([loss()], clocks, period(HOUR, 2 * HOUR, 'x')), { lost_exchanges: 0, lost_ms: 0 });
  const other = loss({ site: 'luton', agent: 'b', toUs: epochMicros(HOUR / 4) });
  const both = countLost([loss(), other], clocks, period(0, HOUR));
  t.strictSame(both, { lost_exchanges: 144_000, lost_ms: 3_600_000 }, 'hours are those of the worst site');
  clocks.add({
    kind: 'clock',
    receivedAt: unixMicros(ANCHOR),
    agent: 'a',
    epoch: 1,
    anchor: unixMicros(ANCHOR),
    at: epochMicros(0),
    offsetUs: microseconds(HOUR),
    errorUs: microseconds(100),
  });
  t.equal(countLost([loss()], clocks, period(-HOUR, 0)).lost_exchanges, 72_000, 'its clock was an hour ahead');
});

t.test('an agent\u2019s losses add up', async (t) => {
  const losses = new Map<string, AgentLoss>();
  addLoss(losses, loss());
  addLoss(losses, loss({ from: 3601, to: 3602, groups: [] }));
  t.strictSame(losses.get('a'), { agent: 'a', site: 'corsham', batches: 3602, exchanges: 72_007 });
});

t.test('the parts of a loss never hold more than the whole', async () => {
  const cut = fc.tuple(fc.integer({ min: 1, max: 3600 }), fc.nat(50));
  fc.assert(
    fc.property(fc.array(cut, { maxLength: 10 }), (cuts) => {
      let missing = addRange(NO_RANGES, { from: 1, to: 3600 });
      for (const [from, more] of cuts) missing = removeRange(missing, { from, to: from + more });
      const parts = missingParts(loss(), missing);
      const sum = parts.reduce((total, part) => total + (part.groups[0]?.exchanges ?? 0), 0);
      const spanned = parts.every((part) => part.fromUs >= 0 && part.toUs <= HOUR && part.toUs > part.fromUs);
      return sum <= 72_000 && spanned && parts.length === missing.length;
    }),
  );
});
