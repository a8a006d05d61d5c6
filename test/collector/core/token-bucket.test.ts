/** What may be had over any time is the burst and what has trickled in since, never more. */
import fc from 'fast-check';
import t from 'tap';
import { createBucketShelf } from '../../../collector/core/bucket-shelf.ts';
import { createSayings } from '../../../collector/core/sayings.ts';
import { debtUs, drawFrom, fullBucket, takeOne } from '../../../collector/core/token-bucket.ts';

const limits = { perSecond: 10, burst: 20 };

t.test('who waits off its debts gets the burst and the rate, no more', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat(15), { minLength: 1, maxLength: 60 }), (costs) => {
      let [bucket, at, drawn] = [fullBucket(limits, 0), 0, 0];
      for (const cost of costs) {
        at += debtUs(bucket, limits);
        bucket = drawFrom(bucket, limits, cost, at);
        drawn += cost;
      }
      // The last draw may have gone into debt.
      return drawn <= limits.burst + (at / 1e6) * limits.perSecond + 15;
    }),
  );
  t.equal(takeOne({ tokens: 0.5, at: 0 }, limits, 0), null);
  t.ok(takeOne({ tokens: 0.5, at: 0 }, limits, 100_000));
});

t.test('a shelf of buckets forgets the one used longest ago', async (t) => {
  const shelf = createBucketShelf({ perSecond: 0.001, burst: 1 }, 2);
  t.same(
    ['a', 'a', 'b', 'c', 'b', 'a'].map((name) => shelf.take(name, 0)),
    [true, false, true, true, false, true],
  );
});

t.test('a flood of lines is a few lines and a count', async (t) => {
  const sayings = createSayings();
  const said = Array.from({ length: 1000 }, () => sayings.may('a', 0)).filter((unsaid) => unsaid !== null);
  t.same(said, [0, 0, 0]);
  t.equal(sayings.may('b', 0), 0, 'about somebody else');
  t.equal(sayings.may('a', 31e6), 997);
  t.equal(sayings.may('a', 31e6), null);
});
