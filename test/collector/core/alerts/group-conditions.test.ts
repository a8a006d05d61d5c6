/** A group whose servers serve both, or serve in part: from a small world to the sentences that a person is told. */
import t from 'tap';
import { webhookMessage } from '../../../../collector/core/alerts/alert-message.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { seeded } from '../../../simulation/random.ts';
import { quietWorld, START, type WorldOptions } from '../../../simulation/world.ts';
import { type Story, tell } from './alert-story.ts';

const pair = (own: Partial<WorldOptions>): WorldOptions => ({
  ...quietWorld(seeded(7)),
  servers: ['primary', 'standby'],
  mode: 'hot-standby',
  sites: 2,
  rate: 8,
  ...own,
});

/** What was told, without its dates, and the last alert of a name as a webhook is told of it. */
function toldOf(story: Story, key: string) {
  const { lines, book } = tell(story);
  const record = book.get(key);
  const now = unixMicros(START + story.world.seconds * 1e6);
  const telling = { rows: [], zone: 'UTC', externalUrl: null, now };
  const message = record === undefined ? null : webhookMessage(record, 'fired', telling);
  return { lines: lines.map((line) => line.replaceAll(/2023-11-14 (22:1\d:\d\d) UTC/g, '$1')), message };
}

t.test('two that serve at once are told after a minute, and when it is over', async (t) => {
  const world = pair({ seconds: 220, alive: (server, at) => server === 'primary' || (at > 60 && at < 200) });
  const { lines, message } = toldOf({ world }, 'overlap pair');
  t.match(lines, [
    /^12\d \+ overlap pair: pair: primary and standby serve at once since 22:14:\d\d$/,
    /^20\d - overlap pair$/,
  ]);
  t.match(message?.labels, { alertname: 'DorawatchOverlap', severity: 'warning', group: 'pair' });
  const brief = pair({ seconds: 160, alive: (server, at) => server === 'primary' || (at > 60 && at < 100) });
  t.same(toldOf({ world: brief }, 'overlap pair').lines, [], 'a fail-back has both serve for a moment');
});

t.test('a server that loses a part of what it is asked is told after five minutes, with its loss', async (t) => {
  const random = seeded(3);
  const world = pair({
    seconds: 760,
    alive: (server) => server === 'primary',
    lost: (at) => at > 60 && at < 430 && random() < 0.4,
  });
  const { lines, message } = toldOf({ world }, 'degraded pair');
  t.match(lines[0], /^3\d\d \+ degraded pair: pair: primary is degraded since 22:1\d:\d\d$/);
  t.match(lines.at(-1), /^\d+ - degraded pair$/);
  t.match(message?.evidence, /^primary: \d+ of \d+ exchanges lost in/);
  t.match(message?.labels, { alertname: 'DorawatchDegraded', group: 'pair' });
});
