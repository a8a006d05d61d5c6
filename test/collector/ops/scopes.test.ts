/**
 * What a site depends on, from an agent's batches to what people read, with real processes: a scope without addresses, a relay
 * that fails, a rogue server, a wrong router and a server that was replaced, in scopes, sites, status, events and the report.
 * The primary serves all the while, and nothing of it says otherwise.
 */
import t from 'tap';
import { type Exchange, every, siteBatches } from '../core/notices/site-log.ts';
import { FakeAgent } from '../fake-agent.ts';
import { hotStandby } from '../hot-standby.ts';
import { type Ran, run, startCollectorProcess } from '../programs.ts';

const CONFIG = hotStandby('corsham').replace(
  '{ name: corsham }',
  `{ name: corsham, subnets: [10.80.1.0/24, 10.80.2.0/24, 10.80.9.0/24], client: { interface: eth0.20 },
      expect: { routers: [10.80.1.1] } }`,
);
const SECONDS = 120;
const anchorUs = Math.floor(Date.now() / 1000 - SECONDS - 4) * 1e6;
const missing = (is: boolean) => is && ({ outcome: 'dropped' } as const);

const exchanges: Exchange[] = [
  ...every(0.5, 0, SECONDS, (second) => ({ second })),
  ...every(0.5, 0, SECONDS, (second) => ({ second: second + 0.1, server: 'standby', ...missing(true) })),
  ...every(4, 0, SECONDS, (second) => ({ second: second + 0.2, scope: '10.80.1.0/24', ...missing(second >= 40) })),
  ...every(4, 2, SECONDS, (second) => ({ second: second + 0.2, scope: '10.80.2.0/24' })),
  ...every(8, 1, SECONDS, (second) => ({ second: second + 0.3, interface: 'eth0.20', ...missing(second >= 60) })),
  { second: 1.4, seen: { serverIdentifier: '10.0.3.9' } },
  { second: 80.4, seen: { serverIdentifier: '10.0.3.17', routers: ['10.80.1.254'] } },
  {
    second: 9.4,
    interface: 'eth0.20',
    seen: { serverIdentifier: '192.168.1.1', address: '192.168.1.50', mac: '02:00:5e:00:00:01' },
  },
];

interface Row {
  readonly kind: string;
  readonly text: string;
  readonly late: boolean;
}

t.test('what a site depends on', async (t) => {
  const folder = t.testdir({ 'collector.yaml': CONFIG });
  const collector = await startCollectorProcess(`${folder}/collector.yaml`, `${folder}/state`);
  t.teardown(() => collector.kill('SIGKILL'));
  const agent = new FakeAgent(collector.address, { anchorUs });
  t.teardown(() => agent.close());
  await agent.send(siteBatches({ anchorUs, exchanges }));
  const dorawatch = (...args: string[]): Promise<Ran> =>
    run('collector/ops/main.ts', args, { DORAWATCH_COLLECTOR: collector.address });
  const [scopes, table, unserved, sites, status, json, events, report] = await Promise.all([
    dorawatch('scopes', '--json'),
    dorawatch('scopes'),
    dorawatch('scopes', '--unserved', '--group', 'corsham-dhcp'),
    dorawatch('sites'),
    dorawatch('status'),
    dorawatch('status', '--json'),
    dorawatch('events', '--json'),
    dorawatch('report', '--group', 'corsham-dhcp', '--since', '-1h', '--format', 'json'),
  ]);

  const rows = (JSON.parse(scopes.stdout) as { scopes: Record<string, unknown>[] }).scopes;
  t.equal(
    Object.keys(rows[0] ?? {}).join(' '),
    'group site scope state since reason evidence last_served_at exchanges answered',
  );
  t.strictSame(
    rows.map(({ scope, state, reason, exchanges, answered }) => [scope, state, reason, exchanges, answered]),
    [
      ['10.80.1.0/24', 'non-serving', 'no-offer', 30, 10],
      ['10.80.2.0/24', 'serving', 'answered', 30, 30],
      ['10.80.9.0/24', 'unknown', null, 0, 0],
    ],
  );
  t.match(table.stdout, /10\.80\.9\.0\/24 *\| corsham *\| corsham-dhcp *\| unknown/);
  t.match(
    unserved.stdout,
    /10\.80\.1\.0\/24 at corsham: \d+ exchanges in a row unanswered over \d+ s, while primary answered/,
  );
  t.notMatch(unserved.stdout, /10\.80\.2\.0/);
  t.equal((await dorawatch('scopes', '--group', 'nobody')).code, 2);

  const told = [
    'Site corsham: scope 10.80.1.0/24 is not served though primary serves (no OFFER: the pool is exhausted, or the subnet missing)',
    "Site corsham: clients on eth0.20 get no answer though the servers answer direct probes: the relay's fault",
    'Site corsham: rogue server 192.168.1.1 (MAC 02:00:5e:00:00:01) offers 192.168.1.50 of 192.168.1.0/24, router 10.80.1.1',
    "Site corsham: primary's answers name router 10.80.1.254, expected 10.80.1.1",
  ];
  for (const line of told) t.ok(status.stdout.includes(`\n${line}\n`), line);
  t.match(sites.stdout, /Clients[\s\S]*\| non-serving *\|\n/);
  t.match(sites.stdout, /the relay's fault/);
  const [group] = JSON.parse(json.stdout).groups;
  t.match(group, { notices: told, servers: [{ name: 'primary', answers_as: '10.0.3.17' }, { answers_as: null }] });

  const all = events.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
  const notices = all.filter(({ kind }) => !['transition', 'silent', 'mark'].includes(kind));
  t.strictSame(
    notices.map(({ text }) => text).sort(),
    [...told, 'Primary now answers as 10.0.3.17, was 10.0.3.9'].sort(),
  );
  t.ok(!all.some(({ text }) => text.includes('stops serving')), 'and no server was ever said to have stopped');
  const reported = JSON.parse(report.stdout) as { rows: Row[]; gaps: unknown[]; overlaps: unknown[] };
  t.equal(reported.rows.filter(({ kind }) => kind !== 'transition').length, 5, 'all of them are in the report');
  t.strictSame([reported.gaps, reported.overlaps], [[], []], 'as rows, not as gaps');
});
