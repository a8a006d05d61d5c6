import fc from 'fast-check';
import t from 'tap';
import {
  emptyRollup,
  mergeRollup,
  ROLLUP_COUNTS,
  ROLLUP_STAGES,
  type Rollup,
} from '../../../../collector/core/rollup/rollup.ts';
import { decodeRollup, encodeRollup } from '../../../../collector/core/rollup/rollup-codec.ts';
import { addToSketch, type Sketch, sketchQuantile } from '../../../../collector/core/rollup/sketch.ts';

const latencies = fc.array(fc.integer({ min: 1, max: 60_000_000 }), { maxLength: 200 });
const anyRollup: fc.Arbitrary<Rollup> = fc
  .tuple(fc.array(fc.nat(2 ** 40), { minLength: 10, maxLength: 10 }), latencies)
  .map(([counts, us]) => {
    const rollup = emptyRollup();
    for (const [i, name] of ROLLUP_COUNTS.entries()) rollup.counts[name] = counts[i] ?? 0;
    for (const stage of ROLLUP_STAGES) for (const one of us) addToSketch(rollup.latency[stage], one);
    return rollup;
  });
const sorted = ({ counts, latency }: Rollup) => ({
  counts,
  latency: ROLLUP_STAGES.map((stage) => [...latency[stage]].sort(([a], [b]) => a - b)),
});

t.test('a rollup comes back as it was, and cut short it is refused', async (t) => {
  fc.assert(
    fc.property(anyRollup, (rollup) => {
      const octets = encodeRollup(rollup);
      const back = decodeRollup(octets);
      t.strictSame(back && sorted(back), sorted(rollup));
      t.equal(decodeRollup(Uint8Array.of(9, ...octets)), undefined, 'of a later form');
    }),
    { numRuns: 50 },
  );
});

t.test('rollups add up, in whatever order', async (t) => {
  fc.assert(
    fc.property(fc.array(anyRollup, { maxLength: 5 }), (parts) => {
      const [forth, back] = [emptyRollup(), emptyRollup()];
      for (const part of parts) mergeRollup(forth, part);
      for (const part of [...parts].reverse()) mergeRollup(back, part);
      t.strictSame(sorted(forth), sorted(back));
    }),
    { numRuns: 20 },
  );
});

t.test('a quantile of the sketch is true to 1 %', async (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 50, max: 60_000_000 }), { minLength: 1 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (us, q) => {
        const sketch: Sketch = new Map();
        for (const one of us) addToSketch(sketch, one);
        const truth = [...us].sort((a, b) => a - b)[Math.ceil(q * us.length) - 1] ?? 0;
        const found = sketchQuantile(sketch, q) ?? 0;
        t.ok(Math.abs(found - truth) <= truth * 0.0101 + 1, `${found} for ${truth}`);
      },
    ),
    { numRuns: 50 },
  );
  t.equal(sketchQuantile(new Map(), 0.5), null);
});
