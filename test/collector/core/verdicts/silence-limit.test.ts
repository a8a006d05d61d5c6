/** A path is not called silent before it should have had five results, whatever divides its server's rate. */
import t from 'tap';
import { silenceLimitOf } from '../../../../collector/core/verdicts/silence-limit.ts';
import { seeded } from '../../../simulation/random.ts';
import { configOf, quietWorld } from '../../../simulation/world.ts';

const servers = ['primary', 'second'];
const config = (mode: 'hot-standby' | 'load-balancing', sites: number) =>
  configOf({ ...quietWorld(seeded(1)), mode, servers, sites });
const seconds = (of: ReturnType<typeof config>): number => silenceLimitOf(of, of.sites.length) / 1e6;

t.test('at a trickle it grows with what each path is left', async (t) => {
  t.equal(silenceLimitOf(null, 1), 18e6);
  t.equal(seconds(config('hot-standby', 1)), 18);
  t.equal(Math.round(seconds(config('hot-standby', 142))), 74, '142 sites share 10/s: one in 14 s');
  t.equal(Math.round(seconds(config('load-balancing', 142))), 145, 'two buckets share it again');
  const hub = config('hot-standby', 142);
  const again = { ...hub, groups: [...hub.groups, ...hub.groups.map((group) => ({ ...group, name: 'other' }))] };
  t.equal(Math.round(seconds(again)), 145, 'so do two groups at the same addresses');
  const swept = { ...hub, sites: hub.sites.map((site) => ({ ...site, subnets: ['10.80.1.0/24'] })) };
  t.ok(seconds(swept) > seconds(hub), 'and sweeps');
});
