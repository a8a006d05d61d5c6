import fc from 'fast-check';
import t from 'tap';
import { rfc3339 } from '../../../../collector/core/answers/clock-text.ts';
import { microsOf, parseAnswer } from '../../../../collector/web/core/moments.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

t.test('a moment of the API is the same number of microseconds again', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800_000_000 }), (at) => microsOf(rfc3339(unixMicros(at))) === at),
  );
  t.equal(microsOf('2026-03-01T11:36:06.5Z'), microsOf('2026-03-01T11:36:06.500000Z'));
  t.same(['2026-03-01', 'now', '2026-03-01T11:36:06+01:00', ''].map(microsOf), [null, null, null, null]);
});

t.test('moments of a document become numbers whatever their key, and what people typed stays text', async (t) => {
  const at = '2026-03-01T11:36:06.123456Z';
  t.same(parseAnswer(JSON.stringify({ spans: [{ from: at, state: 'serving' }], text: at })), {
    spans: [{ from: 1_772_364_966_123_456, state: 'serving' }],
    text: at,
  });
});
