/** What a configuration means in packets and leases, against figures that a person can work out. */
import t from 'tap';
import type { CollectorConfig } from '../../../../collector/core/config/config.ts';
import { configDifference, differenceLines } from '../../../../collector/core/config/difference.ts';
import { assignmentsOf, loadOf } from '../../../../collector/core/config/load.ts';
import {
  clientRows,
  loadWarnings,
  serverRows,
  spanText,
  sweepRows,
  totalText,
} from '../../../../collector/core/config/load-text.ts';
import { judgeConfigText } from '../../../../collector/io/config-file.ts';
import { hotStandby } from '../../hot-standby.ts';

function read(text: string): CollectorConfig {
  const verdict = judgeConfigText(text);
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.mistakes));
  return verdict.config;
}
const of = (text: string) => {
  const config = read(text);
  return { config, load: loadOf(config, assignmentsOf(config)) };
};
const pair = hotStandby('corsham');

t.test('a DORA is three packets to a server and two from it, and no lease is kept', async (t) => {
  const { config, load } = of(pair);
  t.match(load.servers, [{ exchanges: 10, to: 30, from: 20, kept: 0, worst: 31 }, { worst: 31 }]);
  t.match(load.total, { to: 60, from: 40, worst: 62 });
  t.same(serverRows(config, load)[1]?.slice(4), ['primary', '10', '30', '20', '0', '31']);
  t.match(
    totalText(config, load),
    /no lease is kept; at worst, with agents killed or every RELEASE lost, 62 stand until/,
  );
});

t.test('never released, every identity keeps an address; a DO never has one', async (t) => {
  t.match(of(`${pair}probe: { release: never }`).load.servers[0], { to: 20, from: 20, kept: 31, worst: 31 });
  const { config, load } = of(`${pair}probe: { kind: do }`);
  t.match(load.servers[0], { to: 10, from: 10, kept: 0, worst: 0 });
  t.match(totalText(config, load), /no lease is ever taken/);
  const both = of(`${pair}probe: { kind: do, dora_rate: 1/s }`).load.servers[0];
  t.match(both, { exchanges: 10, to: 12, from: 11, kept: 0, worst: 4 });
});

t.test('more sites ask no more of a server, but have more identities', async (t) => {
  const { load } = of(hotStandby('a', 'b', 'c', 'd', 'e'));
  t.ok(Math.abs((load.servers[0]?.exchanges ?? 0) - 10) < 1e-9);
  t.equal(load.servers[0]?.worst, 5 * 7);
});

t.test('sweeps: their round, their scopes, and a warning when a round takes longer than an hour', async (t) => {
  const subnets = Array.from({ length: 829 }, (_, n) => `10.${80 + (n >> 8)}.${n & 255}.0/24`);
  const swept = (probe: string) =>
    of(pair.replace('{ name: corsham }', `{ name: corsham, subnets: [${subnets.join()}] }`) + probe);
  const fast = swept('');
  t.match(fast.load.sweeps, [
    { site: 'corsham', scopes: 829, kind: 'do', ratePerSecond: 1, roundSeconds: 829, worstPerScope: 0 },
  ]);
  t.equal(fast.load.servers[0]?.exchanges, 10, 'out of the rate, not on top of it');
  t.same(loadWarnings(fast.config, fast.load), []);
  t.equal(sweepRows(fast.load)[1]?.[5], '14 min');
  const slow = swept('probe: { rate: 1/s, sweep: { kind: dora }, release: never }');
  t.match(loadWarnings(slow.config, slow.load), [
    /^Site corsham: one round over its 829 subnets at corsham-dhcp takes 2 h 18 min; a higher/,
  ]);
  t.equal(slow.load.servers[0]?.kept, 4 + 2 * 829, 'an address an identity in every scope');
  t.match(swept('probe: { rate: 1/s, sweep: { kind: dora } }').load.servers[0], { kept: 0, worst: 4 + 2 * 829 });
});

t.test('of several groups, a site with subnets ought to say which has them', async (t) => {
  const two = `${pair.replace('{ name: corsham }', '{ name: corsham, subnets: [10.80.1.0/24] }')}`.replace(
    'sites:',
    '  - { name: other, mode: independent, servers: [{ name: a, address: 10.77.7.2 }] }\nsites:',
  );
  const { config, load } = of(two);
  t.match(loadWarnings(config, load), [/^Site corsham has subnets and no "group": every group is asked/]);
  const named = of(two.replace('subnets:', 'group: other, subnets:'));
  t.same(loadWarnings(named.config, named.load), []);
  t.match(named.load.sweeps, [{ group: 'other' }]);
});

t.test('clients: how often a segment hears them, and that they are slowed for the servers’ sake', async (t) => {
  const clients = (rate: string, count: number) =>
    of(
      pair.replace(
        '{ name: corsham }',
        Array.from({ length: count }, (_, n) => `{ name: s${n}, client: { interface: eth0, rate: ${rate} } }`).join(),
      ),
    );
  const calm = clients('6/min', 1);
  t.same(clientRows(calm.load)[1], ['s0', 'eth0', 'corsham-dhcp', 'one in 10 s']);
  t.equal(calm.load.servers[1]?.exchanges, 10, 'a relay brings them to every server');
  t.same(loadWarnings(calm.config, calm.load), []);
  const many = clients('1/s', 10);
  t.match(loadWarnings(many.config, many.load), [/^10 of 10 clients broadcast more slowly/]);
});

t.test('the difference: what comes and goes, before → after, and whose agents hear of it', async (t) => {
  const before = read(hotStandby('corsham', 'leeds'));
  const same = configDifference(before, read(hotStandby('corsham', 'leeds')));
  t.same(same.loads.length, 1);
  t.same(differenceLines(same, 2), ['Nothing changes for agents.', 'The two files mean the same.']);
  const detect = configDifference(before, read(`${hotStandby('corsham', 'leeds')}detect: { fall: 20 }`));
  t.same(differenceLines(detect, 2), ['Nothing changes for agents.', 'Sections that differ: detect.']);
  const text = `${hotStandby('corsham', 'bath').replace('10.77.2.2', '10.77.3.2')}probe: { rate: 5/s }`;
  const changed = configDifference(before, read(text));
  t.same(differenceLines(changed, 2), [
    '+ server standby of group corsham-dhcp (standby, 10.77.3.2)',
    '+ site bath',
    '- server standby of group corsham-dhcp (standby, 10.77.2.2)',
    '- site leeds',
    'Agents of 2 of 2 sites are told anew: corsham, bath.',
    'Sections that differ: groups, sites, probe.',
  ]);
  t.same(changed.loads[1], ['corsham-dhcp', 'primary', '10 → 5', '30 → 15', '20 → 10', '0', '32 → 18']);
  t.same(changed.loads.at(-1)?.[0], 'all servers');
});

t.test('spans as people say them', async (t) => {
  t.same([7.5, 119, 829, 8290, 86_400, 400_000].map(spanText), [
    '7.5 s',
    '119 s',
    '14 min',
    '2 h 18 min',
    '24 h',
    '4.6 days',
  ]);
});
