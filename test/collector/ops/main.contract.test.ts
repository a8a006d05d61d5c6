/**
 * The machine-readable contract, key for key and in its order, from the real programs: a pair of servers that fails over,
 * overlaps and fails back, a site that falls silent, a mark. The lists stand here as they were published; a new key may
 * follow a published one, and is named here when it does.
 */
import t, { type Test } from 'tap';
import { batches, FakeAgent } from '../fake-agent.ts';
import { hotStandby } from '../hot-standby.ts';
import { type Ran, run, startCollectorProcess } from '../programs.ts';

const CONFIG = hotStandby('corsham', 'leeds');
/** Published keys; those in brackets came later. */
const KEYS = {
  status: 'groups [window_s] [consumers] [store] [remarks]',
  group: 'name mode state since sites servers [open_gap_ms] [paused] [notices] [maintenance]',
  groupSites: 'served unserved unknown',
  server:
    'name address role state expected since last_served_at reason sites drop_ratio latency_us [evidence] [buckets] [answers_as] [kea]',
  serverSites: 'serving degraded non_serving unknown',
  serverLatency: 'offer_p50 offer_p99 ack_p50 ack_p99',
  site: 'site group served_by state since last_ack_at agent_state reason [evidence] [client_state]',
  event:
    'id kind at earliest latest detected_at group server site bucket from to reason text actor ref late [scope] [evidence] [planned]',
  interval: 'start end duration_ms uncertainty_ms',
  moment: 'at earliest latest',
  report: 'group mode since until rows gaps overlaps failovers measured [availability] [planned]',
  failover: 'from to at gap_ms uncertainty_ms [kind] [planned]',
  measured:
    'sites rate_per_second drop_time_ms exchanges unmeasured unsent late [lost_exchanges] [lost_ms] [clock_error_max_us] [too_late] [source]',
  agent:
    'id site version connected last_seen clock_offset_us clock_error_us backlog_batches assignment_version loop_delay_max_ms [refused_batches] [lost_batches] [lost_exchanges] [throttled] [trouble] [leases_held] [leases_worst] [leases] [resting] [complete_through] [behind]',
  exchange:
    'agent epoch sequence index site group server bucket identity sent_at outcome stage offer_us ack_us total_us late_us released stamped clock_offset_us [scope] [interface] [exchange_kind]',
} as const;

type Json = Record<string, unknown>;
const keys = (list: string): string => list.replace(/[[\]]/g, '');
const has = (t: Test, value: unknown, list: string, name: string): void => {
  t.equal(Object.keys(value as Json).join(' '), keys(list), name);
};

const TIMES = new Set([
  'at',
  'earliest',
  'latest',
  'detected_at',
  'since',
  'until',
  'last_served_at',
  'last_ack_at',
  'last_seen',
  'sent_at',
]);

/** Every time in a document has six decimals and a Z, and nothing is missing. */
function timesHold(t: Test, document: unknown): void {
  const wrong: string[] = [];
  const walk = (key: string, value: unknown): void => {
    if (TIMES.has(key) && value !== null && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(String(value)))
      wrong.push(`${key} ${String(value)}`);
    if (typeof value === 'object' && value !== null) for (const [inner, one] of Object.entries(value)) walk(inner, one);
  };
  walk('', document);
  t.strictSame(wrong, [], 'times are RFC 3339 UTC with microseconds');
}

/** A story of 80 s that ended just now; both servers answer at 55 s, and leeds is not heard of after 30 s. */
const seconds = 80;
const anchorUs = Math.floor(Date.now() / 1000 - seconds - 4) * 1e6;
const answers = (server: number, second: number): boolean =>
  server === 0 ? second < 15 || second >= 50 : second >= 25 && second < 60;

t.test('the contract', async (t) => {
  const folder = t.testdir({ 'collector.yaml': CONFIG });
  const [config, state] = [`${folder}/collector.yaml`, `${folder}/state`];
  const collector = await startCollectorProcess(config, state);
  t.teardown(() => collector.kill('SIGKILL'));
  const dorawatch = (...args: string[]): Promise<Ran> =>
    run('collector/ops/main.ts', args, { DORAWATCH_COLLECTOR: collector.address });
  const parsed = ({ stdout, stderr }: Ran): Json => {
    t.equal(stderr, '');
    return JSON.parse(stdout) as Json;
  };
  const lines = ({ stdout }: Ran): Json[] =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Json);

  const [nothing, status0, sites0, events0] = await Promise.all([
    dorawatch('agents', '--json'),
    dorawatch('status', '--json', '--exit-code'),
    dorawatch('sites', '--json'),
    dorawatch('events', '--json'),
  ]);
  t.strictSame(parsed(nothing), { agents: [] });
  t.equal(status0.code, 3, 'unknown is not normal');
  const empty = parsed(status0) as { groups: { since: unknown; servers: Json[] }[] };
  t.equal(empty.groups[0]?.since, null);
  t.match(empty.groups[0]?.servers[0], {
    state: 'unknown',
    since: null,
    last_served_at: null,
    reason: null,
    drop_ratio: null,
    latency_us: { offer_p50: null, ack_p99: null },
  });
  t.match(parsed(sites0)['sites'], [{ state: 'unknown', last_ack_at: null, agent_state: 'none', served_by: [] }, {}]);
  t.equal(events0.stdout, '', 'no events are no lines');

  const one = new FakeAgent(collector.address, { anchorUs });
  const two = new FakeAgent(collector.address, { agent: 'agent-2', site: 'leeds', anchorUs });
  t.teardown(() => {
    one.close();
    two.close();
  });
  await two.send(batches({ agent: 'agent-2', site: 'leeds', anchorUs, seconds: 30, answers }));
  await one.send(batches({ anchorUs, seconds, answers }));
  const marked = await dorawatch(
    'mark',
    'Primary server taken down',
    '--group',
    'corsham-dhcp',
    '--at',
    new Date(anchorUs / 1e3 + 14e3).toISOString(),
    '--ref',
    'CHG0012',
    '--json',
  );

  const since = ['--since', '-10m'];
  const [status, sites, agents, events, paths, report, json, csv, table] = await Promise.all([
    dorawatch('status', '--json', '--exit-code'),
    dorawatch('sites', '--json'),
    dorawatch('agents', '--json'),
    dorawatch('events', '--json'),
    dorawatch('events', '--json', '--paths'),
    dorawatch('report', '--group', 'corsham-dhcp', ...since, '--format', 'json'),
    dorawatch('export', ...since, '--json'),
    dorawatch('export', ...since, '--csv'),
    dorawatch('status', '--exit-code'),
  ]);

  await t.test('status, sites and agents', async (t) => {
    const document = parsed(status);
    timesHold(t, document);
    has(t, document, KEYS.status, 'status');
    const [group] = document['groups'] as [Json & { servers: Json[]; state: string }];
    has(t, group, KEYS.group, 'group');
    has(t, group['sites'], KEYS.groupSites, 'group.sites');
    for (const server of group.servers) {
      has(t, server, KEYS.server, 'server');
      has(t, server['sites'], KEYS.serverSites, 'server.sites');
      has(t, server['latency_us'], KEYS.serverLatency, 'server.latency_us');
      t.ok(server['reason'] !== null || server['state'] === 'unknown', 'reason is null only while a state is unknown');
    }
    t.equal(status.code, group.state === 'normal' ? 0 : 3);
    // Asked for at another moment: the agents may have fallen silent in between.
    t.equal(table.code, /^corsham-dhcp \(hot-standby\): normal/.test(table.stdout) ? 0 : 3, 'the table too');
    timesHold(t, parsed(sites));
    for (const site of parsed(sites)['sites'] as Json[]) has(t, site, KEYS.site, 'site');
    timesHold(t, parsed(agents));
    const list = parsed(agents)['agents'] as Json[];
    t.equal(list.length, 2);
    for (const agent of list) has(t, agent, KEYS.agent, 'agent');
  });

  await t.test('events', async (t) => {
    const rows = lines(paths);
    for (const row of rows) {
      timesHold(t, row);
      const kind = String(row['kind']);
      const more = ['gap', 'overlap'].includes(kind)
        ? ` ${KEYS.interval}`
        : kind.startsWith('fail')
          ? ' gap_ms uncertainty_ms'
          : '';
      has(t, row, KEYS.event + more, `${kind}: ${String(row['text'])}`);
      if (row['start'] !== undefined) has(t, row['start'], KEYS.moment, 'start');
      t.equal(typeof row['late'], 'boolean');
    }
    const found = new Set(rows.map(({ kind }) => kind));
    t.strictSame([...found].sort(), ['fail-back', 'failover', 'gap', 'mark', 'overlap', 'silent', 'transition']);
    const verdicts = lines(events).filter(({ kind }) => kind === 'transition');
    t.ok(verdicts.length > 0 && verdicts.every(({ site }) => site === null), 'paths only when asked for');
    t.ok(rows.length > lines(events).length);
    const [mark] = rows.filter(({ kind }) => kind === 'mark');
    t.match(mark, {
      text: 'Primary server taken down',
      ref: 'CHG0012',
      earliest: null,
      latest: null,
      server: null,
      reason: null,
    });
    t.strictSame(mark, parsed(marked), 'mark --json prints the row');
    const texts = verdicts.map(({ text }) => text);
    t.ok(texts.includes('Primary stops serving leases'), texts.join());
    t.ok(texts.includes('Standby starts serving leases'));
    t.ok(texts.includes('Primary resumes serving leases'));
    const moments = rows.map(({ at }) => String(at));
    t.strictSame(moments, [...moments].sort(), 'oldest first');
  });

  await t.test('report', async (t) => {
    const document = parsed(report) as Json & Record<'rows' | 'gaps' | 'overlaps' | 'failovers', Json[]>;
    timesHold(t, document);
    has(t, document, KEYS.report, 'report');
    for (const row of document.rows) has(t, row, `${KEYS.event} elapsed_ms`, `row: ${String(row['text'])}`);
    t.ok(document.rows.every(({ kind }) => ['mark', 'transition', 'silent'].includes(String(kind))));
    t.equal(document.rows[0]?.['elapsed_ms'], null, 'null on the first');
    t.ok(document.rows.slice(1).every(({ elapsed_ms }) => typeof elapsed_ms === 'number'));
    t.notOk(
      document.rows.some(({ kind, from }) => kind === 'transition' && from === 'unknown'),
      'no first verdicts',
    );
    t.ok(document.gaps.length === 1 && document.overlaps.length === 1 && document.failovers.length === 2);
    for (const row of [...document.gaps, ...document.overlaps])
      has(t, row, `${KEYS.event} ${KEYS.interval}`, 'interval');
    for (const row of document.failovers) has(t, row, KEYS.failover, 'failover');
    has(t, document['measured'], KEYS.measured, 'measured');
    t.match(document['measured'], { sites: 2, drop_time_ms: 3000, exchanges: 20 * (seconds + 30) });
  });

  await t.test('export', async (t) => {
    const rows = lines(json);
    t.equal(rows.length, 20 * (seconds + 30));
    for (const row of [rows[0], rows.at(-1)]) has(t, row, KEYS.exchange, 'exchange');
    timesHold(t, rows);
    t.ok(
      rows.every(({ outcome, total_us }) => (outcome === 'acked') === (total_us !== null)),
      'a drop has no latency',
    );
    const cells = csv.stdout.trimEnd().split('\r\n');
    t.equal(cells[0], keys(KEYS.exchange).replaceAll(' ', ','));
    t.equal(cells.length, rows.length + 1);
    const moments = rows.map(({ sent_at }) => String(sent_at));
    t.strictSame(moments, [...moments].sort(), 'oldest first');
  });

  await t.test('after a restart every agent that the log knows is listed', async (t) => {
    const before = parsed(agents)['agents'] as Json[];
    collector.kill('SIGTERM');
    t.equal((await collector.ended).code, 0);
    const again = await startCollectorProcess(config, state);
    t.teardown(() => again.kill('SIGKILL'));
    const where = { DORAWATCH_COLLECTOR: again.address };
    const [after, sitesAfter] = await Promise.all([
      run('collector/ops/main.ts', ['agents', '--json'], where),
      run('collector/ops/main.ts', ['sites', '--json'], where),
    ]);
    const list = parsed(after)['agents'] as Json[];
    t.strictSame(
      list.map(({ id, site }) => [id, site]),
      before.map(({ id, site }) => [id, site]),
    );
    for (const agent of list) {
      has(t, agent, KEYS.agent, 'agent');
      t.match(agent, { connected: false, last_seen: String, version: null, backlog_batches: null });
    }
    t.match(parsed(sitesAfter)['sites'], [{ agent_state: 'disconnected' }, { agent_state: 'disconnected' }]);
  });
});
