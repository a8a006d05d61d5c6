import t from 'tap';
import { csvLine, jsonLine } from '../../../../collector/core/answers/ops-json.ts';

t.test('moments are RFC 3339, figures and nulls stay', async (t) => {
  const row = { at: 1_772_364_966_123_456, since: null, duration_ms: 5, end: { at: 0 } };
  t.equal(
    jsonLine(row),
    '{"at":"2026-03-01T11:36:06.123456Z","since":null,"duration_ms":5,"end":{"at":"1970-01-01T00:00:00.000000Z"}}\n',
  );
});

t.test('CSV quotes what needs it', async (t) => {
  t.equal(
    csvLine({ sent_at: 1_772_364_966_000_000, a: null, b: 'x,"y"', c: true }),
    '2026-03-01T11:36:06.000000Z,,"x,""y""",true\r\n',
  );
});
