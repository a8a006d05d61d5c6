import fc from 'fast-check';
import t from 'tap';
import {
  assign,
  changedAssignments,
  type LiveAgent,
  NO_ASSIGNMENTS,
  siteRefusal,
} from '../../../collector/core/assignment.ts';
import { siteRates } from '../../../collector/core/assignment-rates.ts';
import { ALERTS_DEFAULTS } from '../../../collector/core/config/alerts.ts';
import { DETECT_DEFAULTS, RETENTION_DEFAULTS } from '../../../collector/core/config/collector-config.ts';
import type { CollectorConfig, SiteConfig } from '../../../collector/core/config/config.ts';
import { GROUP_DEFAULTS, SERVER_DEFAULTS, SITE_DEFAULTS } from '../../../collector/core/config/config.ts';
import { PROBE_DEFAULTS } from '../../../collector/core/config/probe.ts';

const site = (name: string, ratePerSecond: number | null = null): SiteConfig => ({
  name,
  ...SITE_DEFAULTS,
  ratePerSecond,
});

const config = (sites: readonly SiteConfig[]): CollectorConfig => ({
  groups: [
    {
      name: 'g',
      mode: 'hot-standby',
      ...GROUP_DEFAULTS,
      servers: [
        { name: 'primary', address: '10.0.0.1', role: 'primary', ...SERVER_DEFAULTS },
        { name: 'standby', address: '10.0.0.2', role: 'standby', ...SERVER_DEFAULTS },
      ],
    },
  ],
  sites,
  probe: PROBE_DEFAULTS,
  detect: DETECT_DEFAULTS,
  influx: null,
  retention: RETENTION_DEFAULTS,
  alerts: ALERTS_DEFAULTS,
  allowServers: [],
  maintenance: [],
  http: { trustedProxy: null },
});

const agentsAt = (names: readonly string[]): LiveAgent[] =>
  names.map((name, index) => ({ agent: `a${index}`, site: name }));

/** Exchanges a second that one server hears from all agents together. */
function heard(after: ReturnType<typeof assign>, server: string): number {
  const targets = [...after.byAgent.values()].flatMap((assignment) => assignment.targets);
  return targets.filter((target) => target.server === server).reduce((sum, target) => sum + target.ratePerSecond, 0);
}

t.test('one agent gets the whole rate, its servers half a period apart', async (t) => {
  const after = assign(NO_ASSIGNMENTS, config([site('corsham')]), agentsAt(['corsham']));
  t.equal(after.version, 1);
  const targets = after.byAgent.get('a0')?.targets ?? [];
  t.same(
    targets.map((target) => target.ratePerSecond),
    [10, 10],
  );
  t.same(
    targets.map((target) => target.phase),
    [0, 0.5],
  );
});

t.test("a site's part is shared by its agents, a capped site leaves the rest to the others", async (t) => {
  const sites = [site('a', 1), site('b'), site('c'), site('empty')];
  const after = assign(NO_ASSIGNMENTS, config(sites), agentsAt(['a', 'b', 'b', 'c']));
  const rates = [...after.byAgent.values()].map((assignment) => assignment.targets[0]?.ratePerSecond);
  t.same(rates, [1, 2.25, 2.25, 4.5]);
  t.equal(heard(after, 'standby'), 10);
});

t.test('only agents whose part changed are told, and versions never fall', async (t) => {
  const one = assign(NO_ASSIGNMENTS, config([site('a'), site('b')]), agentsAt(['a']));
  const again = assign(one, config([site('a'), site('b')]), agentsAt(['a']));
  t.equal(again.version, 1);
  t.equal(changedAssignments(one, again).size, 0);
  const two = assign(again, config([site('a'), site('b')]), agentsAt(['a', 'b']));
  t.equal(two.version, 2);
  t.same([...changedAssignments(again, two).keys()], ['a0', 'a1']);
  const gone = assign(two, config([site('a'), site('b')]), []);
  t.equal(gone.byAgent.size, 0);
  t.equal(assign(gone, config([site('a')]), agentsAt(['a'])).version, 3);
});

t.test('an unlisted site probes nothing, and the reason says what to do', async (t) => {
  const listed = config([site('corsham')]);
  t.same(assign(NO_ASSIGNMENTS, listed, agentsAt(['bath'])).byAgent.get('a0')?.targets, []);
  t.match(siteRefusal(listed, 'bath'), /site "bath".*lists corsham.*add it under "sites:".*SIGHUP.*--site/);
  t.equal(siteRefusal(listed, 'corsham'), null);
});

t.test('a server never hears more than its rate, and no two start together', async () => {
  const caps = fc.array(fc.option(fc.integer({ min: 1, max: 20 }), { nil: null }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(caps, fc.integer({ min: 1, max: 3 }), (limits, each) => {
      const sites = limits.map((limit, index) => site(`s${index}`, limit));
      const live = sites.flatMap(({ name }, index) =>
        Array.from({ length: each }, (_, n) => ({ agent: `a${index}-${n}`, site: name })),
      );
      const after = assign(NO_ASSIGNMENTS, config(sites), live);
      const phases = [...after.byAgent.values()].flatMap(({ targets }) => targets.map(({ phase }) => phase));
      const unique = new Set(phases).size === phases.length && phases.every((phase) => phase >= 0 && phase < 1);
      const rates = siteRates(10, sites);
      const capped = sites.every(({ name, ratePerSecond }) => (rates.get(name) ?? 0) <= (ratePerSecond ?? 10) + 1e-9);
      const full = limits.some((limit) => limit === null) ? Math.abs(heard(after, 'primary') - 10) < 1e-6 : true;
      return unique && capped && full && heard(after, 'primary') <= 10 + 1e-6;
    }),
  );
});

t.test('one, two and three agents at a site: its rate shared evenly, in one evenly spaced train', async (t) => {
  for (const count of [1, 2, 3]) {
    const after = assign(NO_ASSIGNMENTS, config([site('corsham')]), agentsAt(Array(count).fill('corsham')));
    const targets = [...after.byAgent.values()].flatMap((assignment) => assignment.targets);
    t.same(new Set(targets.map(({ ratePerSecond }) => ratePerSecond)), new Set([10 / count]), `${count} agents`);
    const phases = targets.map(({ phase }) => phase).sort((a, b) => a - b);
    for (const [index, phase] of phases.entries())
      t.ok(Math.abs(phase - index / phases.length) < 1e-9, `${count}: ${phase}`);
  }
});
