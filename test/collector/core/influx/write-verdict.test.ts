import t from 'tap';
import { writeVerdict } from '../../../../collector/core/influx/write-verdict.ts';

const verdict = (code: number | null, text: string, points = 100) =>
  writeVerdict({ code, text, retryAfterMs: null }, points).kind;
const CONFLICT =
  'partial write: field type conflict: input field "x" on measurement "y" is type integer, already exists as type float dropped=';

t.test('what an answer means for the points', async (t) => {
  t.equal(verdict(204, ''), 'stored');
  t.equal(verdict(404, 'database not found: "dorawatch"'), 'prepare');
  t.equal(verdict(500, 'retention policy not found: dorawatch_raw'), 'prepare');
  for (const code of [null, 401, 403, 429, 500, 502, 503, 504, 302]) t.equal(verdict(code, 'x'), 'wait', `${code}`);
  t.equal(verdict(413, 'Request Entity Too Large'), 'split');
  t.equal(verdict(413, 'Request Entity Too Large', 1), 'hopeless');
  t.equal(verdict(400, `${CONFLICT}1`), 'split');
  t.equal(verdict(400, `${CONFLICT}100`), 'hopeless', 'all of them');
  t.equal(verdict(400, 'unable to parse'), 'split');
  t.equal(verdict(400, 'unable to parse', 1), 'hopeless');
  t.same(
    writeVerdict(
      { code: 400, text: 'partial write: points beyond retention policy dropped=3', retryAfterMs: null },
      100,
    ),
    { kind: 'stored', expired: 3 },
  );
});
