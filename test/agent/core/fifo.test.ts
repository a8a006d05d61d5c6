/** The queue behind the remembered exchanges and the resting identities: an array that is shifted is its oracle. */
import fc from 'fast-check';
import t from 'tap';
import { createFifo, first, push, removeFirst } from '../../../agent/core/fifo.ts';

t.test('property: gives out what was put in, in that order, whatever the pace', async () => {
  const steps = fc.array(fc.record({ pushed: fc.nat(3_000), removed: fc.nat(3_000) }), { maxLength: 20 });
  fc.assert(
    fc.property(steps, (steps) => {
      const fifo = createFifo<number>();
      const oracle: number[] = [];
      let next = 0;
      for (const { pushed, removed } of steps) {
        for (let count = 0; count < pushed; count += 1, next += 1) {
          push(fifo, next);
          oracle.push(next);
        }
        for (let count = 0; count < removed && oracle.length > 0; count += 1) {
          if (first(fifo) !== oracle.shift()) return false;
          removeFirst(fifo);
        }
        if (first(fifo) !== oracle[0]) return false;
      }
      return true;
    }),
    { numRuns: 50 },
  );
});

t.test('keeps no more than twice what is in it, and a thousand', async (t) => {
  const fifo = createFifo<number>();
  for (let count = 0; count < 100_000; count += 1) {
    push(fifo, count);
    if (count >= 10) removeFirst(fifo);
  }
  t.ok(fifo.items.length <= 2_048, `${fifo.items.length} places for 10 elements`);
});
