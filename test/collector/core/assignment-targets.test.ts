/**
 * What a configuration of every mode has agents send: the rate of a server is never exceeded, whatever is asked of it, and each
 * target says what its mode, its site and the people who steer probing want.
 */
import fc from 'fast-check';
import t from 'tap';
import { assign, type LiveAgent, NO_ASSIGNMENTS } from '../../../collector/core/assignment.ts';
import { ALERTS_DEFAULTS } from '../../../collector/core/config/alerts.ts';
import { DETECT_DEFAULTS, RETENTION_DEFAULTS } from '../../../collector/core/config/collector-config.ts';
import type {
  CollectorConfig,
  GroupConfig,
  Role,
  ServerConfig,
  SiteConfig,
} from '../../../collector/core/config/config.ts';
import { GROUP_DEFAULTS, SERVER_DEFAULTS, SITE_DEFAULTS } from '../../../collector/core/config/config.ts';
import { PROBE_DEFAULTS } from '../../../collector/core/config/probe.ts';
import { type Steering, UNSTEERED } from '../../../collector/core/steering.ts';
import type { Target } from '../../../shared/core/assignment.ts';

const server = (name: string, role: Role, address: string): ServerConfig => ({
  name,
  address,
  role,
  ...SERVER_DEFAULTS,
});
const group = (name: string, mode: GroupConfig['mode'], servers: readonly ServerConfig[]): GroupConfig => ({
  name,
  mode,
  ...GROUP_DEFAULTS,
  servers,
});
const balanced = group('lb', 'load-balancing', [
  server('one', 'primary', '10.0.0.1'),
  server('two', 'secondary', '10.0.0.2'),
  server('three', 'backup', '10.0.0.3'),
]);
const standby = group('hs', 'hot-standby', [
  server('primary', 'primary', '10.0.1.1'),
  server('standby', 'standby', '10.0.1.2'),
]);

const corsham: SiteConfig = { name: 'corsham', ...SITE_DEFAULTS };
const config = (fields: Partial<CollectorConfig>): CollectorConfig => ({
  groups: [standby],
  sites: [corsham],
  probe: PROBE_DEFAULTS,
  detect: DETECT_DEFAULTS,
  influx: null,
  retention: RETENTION_DEFAULTS,
  alerts: ALERTS_DEFAULTS,
  allowServers: [],
  maintenance: [],
  http: { trustedProxy: null },
  ...fields,
});

const everywhere = ({ sites }: CollectorConfig, each = 1): LiveAgent[] =>
  sites.flatMap(({ name }) => Array.from({ length: each }, (_, n) => ({ agent: `${name}-${n}`, site: name })));

function told(of: CollectorConfig, steering: Partial<Steering> = {}, each = 1): readonly Target[] {
  const { byAgent } = assign(NO_ASSIGNMENTS, of, everywhere(of, each), { ...UNSTEERED, ...steering });
  return [...byAgent.values()].flatMap(({ targets }) => targets);
}

/** Exchanges a second that arrive at an address, broadcasts of clients in its groups included. */
function heard(of: CollectorConfig, targets: readonly Target[], address: string): number {
  const groups = of.groups.filter(({ servers }) => servers.some((one) => one.address === address));
  const arriving = targets.filter(
    (target) =>
      target.address === address || (target.interface !== null && groups.some(({ name }) => name === target.group)),
  );
  return arriving.reduce((sum, target) => sum + target.ratePerSecond, 0);
}

const brief = ({ server, bucket, kind, ratePerSecond }: Target): string =>
  `${server} ${bucket ?? '-'} ${kind} ${Number(ratePerSecond.toFixed(4))}`;

t.test('load balancing: both buckets of both servers, half the rate each; a backup has none', async (t) => {
  const targets = told(config({ groups: [balanced] }));
  t.same(targets.map(brief), ['one 0 dora 5', 'two 0 dora 5', 'three - dora 10', 'one 1 dora 5', 'two 1 dora 5']);
  const mine = targets.filter((target) => target.server === 'one').map(({ phase }) => phase);
  t.same(mine, [0, 0.6], 'the buckets of a server about half a period apart');
});

t.test('DO with DORA beside it, and DO alone at a server with too few addresses', async (t) => {
  const both = config({ probe: { ...PROBE_DEFAULTS, kind: 'do', doraRatePerSecond: 0.5 } });
  const expected = ['primary - do 9.5', 'standby - do 9.5', 'primary - dora 0.5', 'standby - dora 0.5'];
  t.same(told(both).map(brief), expected);
  const scarce = [{ group: 'hs', server: 'primary' }];
  t.same(told(both, { scarce }).map(brief), ['primary - do 10', 'standby - do 9.5', 'standby - dora 0.5']);
  t.same(told(config({}), { scarce }).map(brief), ['primary - do 10', 'standby - dora 10']);
  const all = config({ probe: { ...PROBE_DEFAULTS, kind: 'do', doraRatePerSecond: 10 } });
  t.same(told(all).map(brief), ['primary - dora 10', 'standby - dora 10'], 'a target of rate 0 is none');
});

t.test(
  'a sweep takes its share of the rate, asks with the bucket that is the server’s own, and passes backups by',
  async (t) => {
    const subnets = ['10.80.1.0/24', '10.80.2.0/24'];
    const swept = config({ groups: [balanced], sites: [{ ...corsham, subnets }] });
    const sweeps = told(swept).filter(({ scopes }) => scopes.length > 0);
    t.same(sweeps.map(brief), ['one 0 do 1', 'two 1 do 1']);
    t.same(sweeps[0]?.scopes, subnets);
    t.equal(sweeps[0]?.probeSubnet, null);
    t.same(
      told(swept).map(brief).slice(0, 3),
      ['one 0 dora 4.5', 'two 0 dora 4.5', 'three - dora 10'],
      'the path keeps the rest',
    );
    const two = told({ ...swept, groups: [balanced, standby], sites: [{ ...corsham, subnets, group: 'hs' }] });
    t.same(
      two.filter(({ scopes }) => scopes.length > 0).map(brief),
      ['primary - do 1', 'standby - do 1'],
      'the group that serves the site’s clients',
    );
    const dora = { ...PROBE_DEFAULTS, sweep: { ...PROBE_DEFAULTS.sweep, kind: 'dora' as const } };
    const scarce = [{ group: 'lb', server: 'one' }];
    const kinds = told({ ...swept, probe: dora }, { scarce }).filter(({ scopes }) => scopes.length > 0);
    t.same(
      kinds.map(({ kind }) => kind),
      ['do', 'dora'],
    );
  },
);

t.test('a hub: groups that share an address share its rate, each with its own subnet', async (t) => {
  const hub = server('hub', 'standby', '10.9.9.9');
  const spoke = (name: string, address: string): GroupConfig => ({
    ...group(name, 'hot-standby', [server('primary', 'primary', address), hub]),
    probeSubnet: `10.1.${name}.0`,
  });
  const of = config({
    groups: [spoke('1', '10.0.0.1'), spoke('2', '10.0.0.2')],
    sites: [{ ...corsham, probeSubnet: '10.7.0.0' }],
  });
  const targets = told(of);
  t.same(targets.map(brief), ['primary - dora 10', 'hub - dora 5', 'primary - dora 10', 'hub - dora 5']);
  t.same(
    targets.map(({ probeSubnet }) => probeSubnet),
    ['10.1.1.0', '10.1.1.0', '10.1.2.0', '10.1.2.0'],
  );
  t.equal(told(config({ sites: of.sites }))[0]?.probeSubnet, '10.7.0.0', 'a group without one has the site’s');
});

t.test('clients broadcast from one agent a site, and what a relay makes of that comes off the rate', async (t) => {
  const client = { interface: 'eth0.20', group: 'hs', ratePerSecond: 1 };
  const of = config({ sites: [{ ...corsham, client }] });
  const targets = told(of, {}, 2);
  const clients = targets.filter((target) => target.interface !== null);
  t.same(
    clients.map(({ server, address, kind, interface: on }) => [server, address, kind, on]),
    [['', '255.255.255.255', 'do', 'eth0.20']],
  );
  t.equal(heard(of, targets, '10.0.1.1'), 10);
  const many = config({ sites: Array.from({ length: 20 }, (_, n) => ({ ...corsham, name: `s${n}`, client })) });
  const rates = told(many)
    .filter((target) => target.interface !== null)
    .map(({ ratePerSecond }) => ratePerSecond);
  t.same(rates, Array(20).fill(0.25), 'twenty sites together take half of the rate at most');
});

t.test('paused targets are left out, and nobody else is told anything', async (t) => {
  const of = config({ groups: [standby, balanced], sites: [corsham, { ...corsham, name: 'bath' }] });
  const place = { group: null, server: null, site: null };
  const left = (pause: object): string[] => [
    ...new Set(told(of, { paused: [{ ...place, ...pause }] }).map(({ group: name, server: at }) => `${name}/${at}`)),
  ];
  t.same(left({}), []);
  t.same(left({ group: 'lb' }), ['hs/primary', 'hs/standby']);
  t.same(left({ group: 'lb', server: 'one' }), ['hs/primary', 'hs/standby', 'lb/two', 'lb/three']);
  const before = assign(NO_ASSIGNMENTS, of, everywhere(of));
  const after = assign(before, of, everywhere(of), { ...UNSTEERED, paused: [{ ...place, site: 'bath' }] });
  t.same(after.byAgent.get('bath-0')?.targets, []);
  t.equal(after.byAgent.get('corsham-0'), before.byAgent.get('corsham-0'));
});

t.test('a drill raises secs at its own group’s paths alone: no sweep’s, no client’s', async (t) => {
  const client = { interface: 'eth0.20', group: 'hs', ratePerSecond: 1 };
  const beside = config({ sites: [{ ...corsham, subnets: ['10.80.1.0/24'], client }] });
  t.same(
    told(beside, { raised: ['hs'] }).map(({ raiseSecs }) => raiseSecs),
    [true, true, false, false, false],
  );
  const targets = told(config({ groups: [standby, balanced] }), { raised: ['hs'] });
  t.same(new Set(targets.filter(({ raiseSecs }) => raiseSecs).map(({ group: name }) => name)), new Set(['hs']));
});

const address = fc.integer({ min: 1, max: 4 }).map((n) => `10.0.0.${n}`);
const arbitraryGroup = fc
  .tuple(
    fc.constantFrom('hot-standby', 'load-balancing', 'passive-backup', 'independent'),
    fc.uniqueArray(address, { minLength: 2, maxLength: 3 }),
  )
  .map(([mode, addresses]): GroupConfig => {
    const roles: Readonly<Record<string, readonly Role[]>> = {
      'hot-standby': ['primary', 'standby', 'backup'],
      'load-balancing': ['primary', 'secondary', 'backup'],
      'passive-backup': ['primary', 'backup', 'backup'],
    };
    return group(
      '',
      mode as GroupConfig['mode'],
      addresses.map((at, n) => server(`s${n}`, roles[mode]?.[n] ?? 'server', at)),
    );
  });
const arbitrarySite = fc.record({
  subnets: fc.constantFrom([], ['10.80.1.0/24']),
  cap: fc.option(fc.integer({ min: 1, max: 20 }), { nil: null }),
  clientOf: fc.option(fc.nat(2), { nil: null }),
});
const arbitraryConfig = fc
  .record({
    groups: fc.array(arbitraryGroup, { minLength: 1, maxLength: 3 }),
    sites: fc.array(arbitrarySite, { minLength: 1, maxLength: 6 }),
    dora: fc.option(fc.integer({ min: 1, max: 10 }), { nil: null }),
  })
  .map(({ groups, sites, dora }) =>
    config({
      groups: groups.map((one, n) => ({ ...one, name: `g${n}` })),
      sites: sites.map(({ subnets, cap, clientOf }, n) => ({
        ...corsham,
        name: `site${n}`,
        subnets,
        ratePerSecond: cap,
        client:
          clientOf === null ? null : { interface: 'eth0', group: `g${clientOf % groups.length}`, ratePerSecond: 1 },
      })),
      probe: { ...PROBE_DEFAULTS, kind: dora === null ? 'dora' : 'do', doraRatePerSecond: dora },
    }),
  );

t.test(
  'whatever is configured: no address hears more than its rate, none starve, and the same in gives the same out',
  async () => {
    fc.assert(
      fc.property(arbitraryConfig, fc.integer({ min: 1, max: 3 }), (of, each) => {
        const targets = told(of, {}, each);
        const addresses = of.groups.flatMap(({ servers }) => servers.map((one) => one.address));
        const isWithin = addresses.every((at) => heard(of, targets, at) <= of.probe.ratePerSecond + 1e-6);
        const isSane = targets.every(({ ratePerSecond, phase }) => ratePerSecond > 0 && phase >= 0 && phase < 1);
        const isFull =
          of.sites.every((site) => site.ratePerSecond !== null) ||
          addresses.every((at) => Math.abs(heard(of, targets, at) - of.probe.ratePerSecond) < 1e-6);
        const isApart = new Set(targets.map(({ phase }) => phase.toFixed(9))).size === targets.length;
        return (
          isWithin && isSane && isFull && isApart && JSON.stringify(told(of, {}, each)) === JSON.stringify(targets)
        );
      }),
    );
  },
);
