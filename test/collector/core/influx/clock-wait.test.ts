import fc from 'fast-check';
import t from 'tap';
import { createClockWait } from '../../../../collector/core/influx/clock-wait.ts';
import type { LogEntry } from '../../../../collector/core/log-entry.ts';
import { epochMicros, microseconds, unixMicros } from '../../../../shared/core/units.ts';
import { batches } from '../../fake-agent.ts';

const [made] = batches({ seconds: 2 }).slice(1);
if (made === undefined) throw new Error('no batch');
const batch = made;

const batchAt = (seconds: number, agent = 'a'): LogEntry => ({
  kind: 'batch',
  receivedAt: unixMicros(seconds * 1e6),
  batch: { ...batch, agent },
});
const sampleAt = (receivedS: number, atS: number, agent = 'a', epoch = 1): LogEntry => ({
  kind: 'clock',
  receivedAt: unixMicros(receivedS * 1e6),
  agent,
  epoch,
  anchor: unixMicros(0),
  at: epochMicros(atS * 1e6),
  offsetUs: microseconds(5),
  errorUs: microseconds(1),
});

/** Positions released by each entry. */
function releases(entries: readonly LogEntry[]): number[][] {
  const wait = createClockWait(new Map());
  return entries.map((entry, i) => wait.take({ position: i + 1, entry }).map(({ position }) => position));
}

t.test('a batch goes when its agent has been sampled after it, not before', async (t) => {
  t.same(releases([sampleAt(0, 0), batchAt(1), sampleAt(5, 1), sampleAt(11, 10)]), [[], [], [], [2]]);
  t.same(releases([sampleAt(0, 10), batchAt(1)]), [[], [2]], 'a backlog between two samples goes at once');
  t.same(releases([batchAt(1), sampleAt(2, 10, 'b'), sampleAt(3, 10)]), [[], [], [1]], 'another agent says nothing');
  t.same(
    releases([batchAt(1), sampleAt(3, 0, 'a', 2)]),
    [[], [1]],
    'a later epoch: no sample of the old one will come',
  );
});

t.test('in the order of the log, whoever is sampled first', async (t) => {
  t.same(releases([batchAt(1, 'a'), batchAt(1, 'b'), sampleAt(2, 10, 'b'), sampleAt(3, 10, 'a')]), [
    [],
    [],
    [],
    [1, 2],
  ]);
});

t.test('an agent that is cut off holds nobody for longer than the wait, by the time of the log', async (t) => {
  t.same(releases([batchAt(1), batchAt(20.9, 'b'), batchAt(21, 'b')]), [[], [], [1]]);
  t.same(releases([batchAt(1), sampleAt(21.5, 10)]), [[], [1]], 'a sample that comes after it comes too late');
  const wait = createClockWait(new Map());
  wait.take({ position: 1, entry: batchAt(1) });
  t.same(wait.expire(20.9e6), []);
  t.equal(wait.next, 1);
  t.equal(wait.expire(21e6).length, 1, 'or by the clock when the log has nothing newer');
  t.equal(wait.next, 2);
});

t.test('every batch once and in order; what is before `next` has been released', async (t) => {
  const entry = fc.tuple(
    fc.boolean(),
    fc.constantFrom('a', 'b'),
    fc.integer({ min: 0, max: 9 }),
    fc.integer({ min: 0, max: 20 }),
  );
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 60 }), (steps) => {
      const wait = createClockWait(new Map());
      let now = 0;
      const released: number[] = [];
      const stored: number[] = [];
      steps.forEach(([isBatch, agent, step, at], i) => {
        now += step;
        if (isBatch) stored.push(i + 1);
        const given = isBatch ? batchAt(now, agent) : sampleAt(now, at, agent);
        released.push(...wait.take({ position: i + 1, entry: given }).map(({ position }) => position));
        t.same(
          stored.filter((position) => position < (wait.next ?? 1)),
          released,
        );
      });
      released.push(...wait.expire((now + 30) * 1e6).map(({ position }) => position));
      t.same(released, stored);
    }),
    { numRuns: 30 },
  );
});
