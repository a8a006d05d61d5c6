import t from 'tap';
import { problemOf } from '../../../../collector/web/core/problem.ts';

t.test('what was wrong stands at its field', async (t) => {
  const body = {
    title: 'Bad Request',
    detail: 'two are wrong',
    errors: [{ parameter: 'at', detail: 'is no time' }, 7],
  };
  t.same(problemOf(400, JSON.stringify(body)), { status: 400, title: 'two are wrong', fields: { at: 'is no time' } });
});

t.test('whatever else comes back is a sentence', async (t) => {
  const unsaid = { status: 502, title: 'the collector answered 502, and did not say why', fields: {} };
  for (const body of ['<html>Bad Gateway</html>', '', 'null', '[]', '{"errors":{}}'])
    t.same(problemOf(502, body), unsaid);
});
