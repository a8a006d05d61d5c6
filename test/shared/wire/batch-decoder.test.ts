import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { ResultBatch } from '../../../shared/core/batch.ts';
import { MAX_BATCH_BYTES, MAX_RESULTS_PER_BATCH } from '../../../shared/core/limits.ts';
import { wholeBatch } from '../../../shared/wire/agent-message.ts';
import { decodeBatch } from '../../../shared/wire/batch-decoder.ts';
import { encodeBatch, sharedPrefix } from '../../../shared/wire/batch-encoder.ts';
import { isDecodeError } from '../../../shared/wire/decode-error.ts';
import { type dorawatch, v1 } from '../../../shared/wire/protobuf.ts';
import { anyBatch, seeded, typicalBatch } from './result-batches.ts';

const typical = (sequence = 1_000) => typicalBatch({ sequence, rate: 10, random: seeded(sequence) });

t.test('any batch comes back as it was, and encodes to the same bytes again', async () => {
  fc.assert(
    fc.property(anyBatch, (batch) => {
      const bytes = encodeBatch(batch);
      const decoded = decodeBatch(bytes);
      deepStrictEqual(decoded, batch);
      deepStrictEqual(encodeBatch(decoded as ResultBatch), bytes);
    }),
    { numRuns: 300 },
  );
});

t.test(
  'bytes of strangers: cut at every length, or with any octet changed, a decoder answers and never throws',
  async (t) => {
    const bytes = encodeBatch(typical());
    let errors = 0;
    for (let length = 0; length < bytes.length; length += 1) {
      if (isDecodeError(decodeBatch(bytes.subarray(0, length)))) errors += 1;
    }
    t.ok(errors > bytes.length / 2, `${errors} of ${bytes.length} cuts are refused; the rest end between two fields`);
    for (let at = 0; at < bytes.length; at += 1) {
      for (const bit of [1, 0x10, 0x80]) {
        const changed = bytes.slice();
        changed[at] = (changed[at] ?? 0) ^ bit;
        const decoded = decodeBatch(changed);
        // What is accepted must be a batch that we could have sent.
        if (!isDecodeError(decoded)) deepStrictEqual(decodeBatch(encodeBatch(decoded)), decoded);
      }
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => decodeBatch(noise) !== undefined));
  },
);

/** A typical batch with one thing wrong, made with the generated code. */
function broken(change: (message: dorawatch.v1.ResultBatch) => void): string {
  const message = v1.ResultBatch.decode(encodeBatch(typical()));
  change(message);
  const decoded = decodeBatch(v1.ResultBatch.encode(message).finish());
  return isDecodeError(decoded) ? decoded.field : 'accepted';
}

t.test('each lie is refused, by the name of its field', async (t) => {
  const results = (message: dorawatch.v1.ResultBatch) => message.results ?? {};
  const lies: readonly [string, (message: dorawatch.v1.ResultBatch) => void][] = [
    [
      'agent',
      (message) => {
        message.agent = '';
      },
    ],
    [
      'site',
      (message) => {
        message.site = 'x'.repeat(129);
      },
    ],
    [
      'epoch',
      (message) => {
        message.epoch = 0;
      },
    ],
    [
      'sequence',
      (message) => {
        message.sequence = 0;
      },
    ],
    [
      'anchor_us',
      (message) => {
        message.anchor_us = 2 ** 60;
      },
    ],
    [
      'stamped',
      (message) => {
        message.stamped = 7 as never;
      },
    ],
    [
      'complete_through_after_from_us',
      (message) => {
        message.complete_through_after_from_us = -(2 ** 50);
      },
    ],
    [
      'paths',
      (message) => {
        message.paths = Array.from({ length: 257 }, () => ({ group: 'g', server: 's' }));
      },
    ],
    [
      'paths.bucket_plus_one',
      (message) => {
        message.paths = [{ group: 'g', server: 's', bucket_plus_one: 257 }];
      },
    ],
    [
      'results.path_step_runs',
      (message) => {
        message.paths = [];
        message.counts = null;
      },
    ],
    [
      'results.path_step_runs',
      (message) => {
        results(message).path_step_runs = [2, 20];
      },
    ],
    [
      'results.count',
      (message) => {
        results(message).count = MAX_RESULTS_PER_BATCH + 1;
      },
    ],
    [
      'results.row_runs',
      (message) => {
        results(message).row_runs = [0, 19];
      },
    ],
    [
      'results.row_runs',
      (message) => {
        results(message).row_runs = [0, 0, 0, 20];
      },
    ],
    [
      'results.row_runs',
      (message) => {
        results(message).row_runs = [6, 20];
      },
    ],
    [
      'results.identity_step_runs',
      (message) => {
        results(message).identity_step_runs = [0, 20, 5];
      },
    ],
    [
      'results',
      (message) => {
        results(message).identity_step_runs = [-5, 20];
      },
    ],
    [
      'results.sent_us',
      (message) => {
        results(message).sent_us = [1];
      },
    ],
    [
      'results',
      (message) => {
        results(message).offer_us?.pop();
      },
    ],
    [
      'results',
      (message) => {
        results(message).ack_us?.push(1);
      },
    ],
    [
      'results',
      (message) => {
        results(message).total_rest_us?.fill(-(2 ** 50));
      },
    ],
    [
      'late.path',
      (message) => {
        message.late = [{ path: 2 }];
      },
    ],
    [
      'counts.path',
      (message) => {
        message.counts = { path: [1, 1], sent: [1, 1] };
      },
    ],
    [
      'counts.path',
      (message) => {
        message.counts = { path: [2], sent: [1] };
      },
    ],
    [
      'counts.sent',
      (message) => {
        message.counts = { path: [0, 1], sent: [1] };
      },
    ],
    [
      'counts.odd.row',
      (message) => {
        message.counts = { path: [0], sent: [1], odd: [{ row: 1 }] };
      },
    ],
    [
      'counts.odd.foreign_sources',
      (message) => {
        message.counts = { path: [0], sent: [1], odd: [{ foreign_sources: [1, 2, 3, 4, 5] }] };
      },
    ],
  ];
  for (const [field, lie] of lies) t.equal(broken(lie), field, `${field}: ${String(lie).replace(/\s+/g, ' ')}`);
  t.match(decodeBatch(new Uint8Array(MAX_BATCH_BYTES + 1)), { kind: 'decode-error', field: 'batch' });
});

t.test('runs that promise millions of rows cost nothing', async (t) => {
  t.equal(
    broken((message) => {
      (message.results ?? {}).path_step_runs = [0, 4_000_000_000];
    }),
    'results.path_step_runs',
  );
});

t.test('what a batch shares with the one before is left out, and comes back', async (t) => {
  const [before, after] = [encodeBatch(typical(1_000)), encodeBatch(typical(1_001))];
  const same = sharedPrefix(before, after);
  const envelope = {
    kind: 'batch' as const,
    epoch: null,
    sequence: 1_001,
    bytes: after.subarray(same),
    samePrefixBytes: same,
  };
  t.same(wholeBatch(envelope, before), after);
  t.match(wholeBatch(envelope, before.subarray(0, same - 1)), { field: 'batch.same_prefix_bytes' });
  t.match(wholeBatch(envelope, undefined), { field: 'batch.same_prefix_bytes' });
  t.ok(same > 120, `${same} bytes of ${after.length} are the head that repeats`);
});

t.test('a result of a typical second takes fewer than 12 bytes behind the head', async (t) => {
  let bytes = 0;
  let results = 0;
  let before = encodeBatch(typical(1_000));
  for (let sequence = 1_001; sequence <= 1_100; sequence += 1) {
    const encoded = encodeBatch(typical(sequence));
    bytes += encoded.length - sharedPrefix(before, encoded);
    results += 20;
    before = encoded;
  }
  t.comment(
    `${(bytes / results).toFixed(2)} bytes a result, ${(before.length / 20).toFixed(2)} in the log before its compression`,
  );
  t.ok(bytes / results < 12);
});
