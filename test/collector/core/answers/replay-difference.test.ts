/** What a replay differs in: pairs by identifier, then by what they say; what is older than the log is not compared. */
import t from 'tap';
import { replayDifference } from '../../../../collector/core/answers/replay-difference.ts';
import type { Transition } from '../../../../collector/core/finding.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const made = (id: string, seconds: number, to: Transition['to'], more: Partial<Transition> = {}): Transition => ({
  kind: 'transition',
  id,
  at: unixMicros(seconds * 1e6),
  earliest: unixMicros((seconds - 1) * 1e6),
  latest: unixMicros((seconds + 1) * 1e6),
  group: 'g',
  server: 'primary',
  site: null,
  bucket: null,
  from: to === 'serving' ? 'non-serving' : 'serving',
  to,
  reason: 'answered',
  detectedAt: unixMicros((seconds + 5) * 1e6),
  sites: null,
  lossRatio: null,
  evidence: null,
  late: false,
  ...more,
});
const ALL = Number.NEGATIVE_INFINITY;
const stop = made('a', 1000, 'non-serving');
const start = made('b', 2000, 'serving');

t.test('the same is the same', async (t) => {
  const difference = replayDifference({ record: [stop, start], replayed: [start, stop], reachesUs: ALL });
  t.same(difference, { added: [], gone: [], moved: [], same: 2, beyond: 0 });
});

t.test('moved, by identifier and by saying; added and gone', async (t) => {
  const later = made('a', 1002, 'non-serving');
  const other = made('c', 2060, 'serving', { detectedAt: start.detectedAt });
  const extra = made('d', 9000, 'non-serving');
  const difference = replayDifference({
    record: [stop, start, made('e', 5000, 'serving')],
    replayed: [later, other, extra],
    reachesUs: ALL,
  });
  t.match(difference, { added: [{ id: 'd' }], gone: [{ id: 'e' }], same: 0 });
  t.same(
    difference.moved.map(({ before, after, byMs, detectedByMs }) => [before.id, after.id, byMs, detectedByMs]),
    [
      ['a', 'a', 2000, 2000],
      ['b', 'c', 60_000, 0],
    ],
  );
});

t.test('told sooner is a difference, told late is none', async (t) => {
  const sooner = { ...stop, detectedAt: unixMicros(1002e6) };
  t.equal(replayDifference({ record: [stop], replayed: [sooner], reachesUs: ALL }).moved[0]?.detectedByMs, -3000);
  t.same(
    replayDifference({ record: [{ ...stop, late: true }], replayed: [{ ...sooner, late: true }], reachesUs: ALL })
      .moved,
    [],
  );
});

t.test('a log that has been shortened', async (t) => {
  const known = made('n', 3000, 'serving', { from: 'unknown' });
  const difference = replayDifference({ record: [stop, start], replayed: [known], reachesUs: 2500e6 });
  t.same(
    difference,
    { added: [], gone: [], moved: [], same: 0, beyond: 2 },
    'learning again what was known is nothing new',
  );
});
