/** One site that falls silent: told by its name after a while, over when it reports again, and nobody's fault but its own. */
import t from 'tap';
import { webhookMessage } from '../../../../collector/core/alerts/alert-message.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { seeded } from '../../../simulation/random.ts';
import { quietWorld, START } from '../../../simulation/world.ts';
import { tell } from './alert-story.ts';

t.test('a silent site is told after two minutes, and nothing is said of the servers', async (t) => {
  const world = {
    ...quietWorld(seeded(7)),
    servers: ['primary', 'standby'],
    mode: 'hot-standby' as const,
    sites: 3,
    rate: 6,
    seconds: 260,
    alive: (server: string) => server === 'primary',
    running: (site: number, at: number) => site !== 1 || at < 60 || at > 230,
  };
  const { lines, book } = tell({ world });
  t.match(lines, [
    /^18\d \+ site-silent site-001: site site-001 is silent: nothing of its agents since 2023-11-14 22:14:\d\d UTC$/,
    /^23\d - site-silent site-001$/,
  ]);
  const record = book.get('site-silent site-001');
  if (record === undefined) throw new Error('what is over is remembered for a while');
  const now = unixMicros(START + 260e6);
  const message = webhookMessage(record, 'resolved', { rows: [], zone: 'UTC', externalUrl: 'https://d.example', now });
  t.match(message, {
    state: 'resolved',
    labels: { alertname: 'DorawatchSiteSilent', site: 'site-001' },
    sites: ['site-001'],
    url: 'https://d.example/#/sites',
  });
});
