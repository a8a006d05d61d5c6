/** The evidence store: any batches in any order come out in send order, and survive trimming and JSON. */
import fc from 'fast-check';
import t from 'tap';
import {
  createEvidence,
  evidenceName,
  evidenceSnapshot,
  mergeRows,
  restoreEvidence,
  rowAt,
  trimBefore,
} from '../../../../collector/core/verdicts/evidence.ts';

const batches = fc.array(fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 20 }), {
  maxLength: 12,
});

t.test('merged in send order, whatever came first', async () => {
  const property = fc.property(batches, fc.integer({ min: 0, max: 500 }), (all, cut) => {
    const store = createEvidence();
    const expected: { sent: number; name: string }[] = [];
    all.forEach((sent, sequence) => {
      const column = (value: number): number[] => sent.map(() => value);
      const index = sent.map((_, i) => i);
      const rows = { sent, total: column(1), ack: column(1), code: column(0), identity: index, index };
      mergeRows(store, rows, { agent: 'a', epoch: 1, sequence, error: 0, dropUs: 3e6 });
      for (const [i, at] of sent.entries()) expected.push({ sent: at, name: `a/1/${sequence}/${i}` });
    });
    expected.sort((a, b) => a.sent - b.sent);
    const read = (from: typeof store) =>
      Array.from({ length: from.length }, (_, row) => ({ sent: from.sent[row], name: evidenceName(from, row) }));
    const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
    if (!same(read(store), expected)) return false;
    if (rowAt(store, cut) !== expected.filter(({ sent }) => sent < cut).length) return false;
    trimBefore(store, cut);
    const rest = expected.filter(({ sent }) => sent >= cut);
    return (
      same(read(store), rest) && same(read(restoreEvidence(JSON.parse(JSON.stringify(evidenceSnapshot(store))))), rest)
    );
  });
  fc.assert(property, { numRuns: 300, seed: 2 });
});
