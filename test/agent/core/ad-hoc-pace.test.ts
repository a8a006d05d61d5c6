/** Six a minute with one server, in any minute; another server has its own six. */
import t from 'tap';
import { type AdHocPace, takeTurn } from '../../../agent/core/ad-hoc-pace.ts';
import { AD_HOC_PER_WINDOW, AD_HOC_SERVERS_MAX } from '../../../agent/core/probe-limits.ts';
import { at } from '../probe-fixture.ts';

t.test('a full window says when its oldest leaves it', async (t) => {
  const pace: AdHocPace = new Map();
  for (let turn = 0; turn < AD_HOC_PER_WINDOW; turn += 1) t.equal(takeTurn(pace, 'a', at(turn * 1000)), 0);
  t.equal(takeTurn(pace, 'a', at(10_000)), 50e9);
  t.equal(takeTurn(pace, 'b', at(10_000)), 0);
  t.equal(takeTurn(pace, 'a', at(60_000)), 0, 'the first has left the window');
  t.equal(takeTurn(pace, 'a', at(60_000)), 1e9, 'a refused turn was not counted');
});

t.test('servers without number do not fill memory', async (t) => {
  const pace: AdHocPace = new Map();
  for (let server = 0; server < 2 * AD_HOC_SERVERS_MAX; server += 1) takeTurn(pace, `${server}`, at(0));
  t.equal(pace.size, AD_HOC_SERVERS_MAX);
});
