import fc from 'fast-check';
import t from 'tap';
import { decodeBatch } from '../../../shared/wire/batch-decoder.ts';
import { encodeBatch, sharedPrefix } from '../../../shared/wire/batch-encoder.ts';
import { isDecodeError } from '../../../shared/wire/decode-error.ts';
import { anyBatch, seeded, typicalBatch } from './result-batches.ts';

t.test('any batch comes back as it was, and encodes to the same bytes again', async (t) => {
  fc.assert(
    fc.property(anyBatch, (batch) => {
      const bytes = encodeBatch(batch);
      const decoded = decodeBatch(bytes);
      if (isDecodeError(decoded)) throw new Error(`${decoded.field}: ${decoded.reason}`);
      t.strictSame(decoded, batch);
      t.same(encodeBatch(decoded), bytes);
    }),
    { numRuns: 150 },
  );
});

t.test('typical', async (t) => {
  const random = seeded(1);
  const a = encodeBatch(typicalBatch({ sequence: 1000, rate: 10, random }));
  const b = encodeBatch(typicalBatch({ sequence: 1001, rate: 10, random }));
  t.comment(a.length, b.length, sharedPrefix(a, b));
});
