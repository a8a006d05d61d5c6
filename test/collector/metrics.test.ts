/**
 * The metrics of a whole collector through a failover, on a clock that the test moves: what is scraped in the gap and after it, what
 * late results and a restart do to it, and what promtool says.
 */
import { writeFileSync } from 'node:fs';
import { pino } from 'pino';
import t from 'tap';
import { type Collector, startCollector } from '../../collector/collector.ts';
import { monotonicNs, unixMicros } from '../../shared/core/units.ts';
import { type Clock, createClock } from '../../shared/io/clock.ts';
import { complaints, promtoolSkipReason, seriesOf } from '../lab/promtool.ts';
import { batches, FakeAgent } from './fake-agent.ts';
import { hotStandby } from './hot-standby.ts';

/** Real time, and as much further as the test has moved it. */
function movedClock(): Clock & { moveTo(wallUs: number): void } {
  const real = createClock();
  let shiftUs = 0;
  return {
    monotonic: () => monotonicNs(real.monotonic() + shiftUs * 1000),
    wall: () => unixMicros(real.wall() + shiftUs),
    moveTo: (wallUs) => {
      shiftUs = Math.max(shiftUs, wallUs - real.wall());
    },
  };
}

const clock = movedClock();
/** The primary stops at 60 s; the standby starts at 111 s and hands back at 200 s; the primary resumes at 201 s. */
const answers = (server: number, second: number): boolean =>
  server === 0 ? second < 60 || second >= 201 : second >= 111 && second < 200;

const start = (folder: string): Promise<Collector> => {
  const [grpc, http] = ['127.0.0.1:0', '127.0.0.1:0'];
  const logger = pino({ level: 'silent' });
  return startCollector({
    config: `${folder}/collector.yaml`,
    state: `${folder}/state`,
    grpc,
    http,
    httpTls: null,
    insecureListen: false,
    caKey: null,
    passphrase: null,
    clock,
    logger,
  });
};

const get = async (collector: Collector, path: string, headers: Readonly<Record<string, string>> = {}) => {
  const answer = await fetch(`http://${collector.httpAddress}${path}`, { headers });
  return { type: answer.headers.get('content-type'), text: await answer.text() };
};

/** Scrapes until a series has this value; a page is up to a second old by the collector's clock. */
async function scrape(collector: Collector, name: string, isThere: (value: number | undefined) => boolean) {
  let series = new Map<string, number>() as ReadonlyMap<string, number>;
  for (let turn = 0; turn < 50; turn += 1) {
    clock.moveTo(clock.wall() + 1_001_000);
    series = seriesOf((await get(collector, '/metrics')).text);
    if (isThere(series.get(name))) return series;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${name} never came to be; last: ${series.get(name)}`);
}

const GROUP = 'group="corsham-dhcp"';
const ACKED = `dorawatch_exchanges_total{${GROUP},server="primary",outcome="acked"}`;
const LATE = `dorawatch_exchanges_late_received_total{${GROUP},server="primary"}`;
const GAP = `dorawatch_gap_seconds_total{${GROUP}}`;
const state = (series: ReadonlyMap<string, number>, of: string): string | undefined =>
  [...series].find(([name, value]) => name.startsWith(`${of},state=`) && value === 1)?.[0];

t.test('a failover, scraped while it happens', { skip: promtoolSkipReason(), timeout: 120_000 }, async (t) => {
  const folder = t.testdir();
  writeFileSync(`${folder}/collector.yaml`, hotStandby('corsham', 'bath'));
  let collector = await start(folder);
  t.teardown(() => collector.close());
  const anchorUs = Math.ceil(clock.wall() / 1e6) * 1e6;
  const agent = new FakeAgent(collector.address, { anchorUs });
  t.teardown(() => agent.close());
  const story = batches({ anchorUs, seconds: 260, answers });
  const play = async (from: number, to: number): Promise<void> => {
    for (let second = from; second < to; second += 5) {
      const some = story.slice(second, Math.min(to, second + 5));
      clock.moveTo(anchorUs + (second + some.length) * 1e6 + 50_000);
      await agent.send(some);
    }
  };

  await play(0, 80);
  const during = await scrape(collector, ACKED, (value) => value === 600);
  t.equal(state(during, `dorawatch_group_state{${GROUP}`), `dorawatch_group_state{${GROUP},state="gap"}`);
  t.equal(during.get(`dorawatch_server_serving{${GROUP},server="primary"}`), 0);
  t.equal(during.get(`dorawatch_server_expected_serving{${GROUP},server="primary"}`), 1);
  t.equal(during.get(`dorawatch_path_state{${GROUP},server="primary",site="corsham",state="non-serving"}`), 1);
  t.equal(during.get(`dorawatch_path_state{${GROUP},server="primary",site="corsham",state="serving"}`), 0);
  t.ok(Math.abs((during.get(`dorawatch_gap_open_seconds{${GROUP}}`) ?? 0) - 21) < 3, 'the open gap as it is shown');
  const grown = during.get(GAP) ?? 0;
  t.ok(grown > 12 && grown < 20, `${grown} s of it are judged`);
  t.equal(during.get('dorawatch_site_reporting{site="corsham"}'), 1);
  t.equal(during.get('dorawatch_site_reporting{site="bath"}'), 0, 'a site of which nobody was ever heard');
  t.equal(during.get('dorawatch_agents_connected'), 1);
  t.equal(during.get(`dorawatch_exchange_offer_seconds_bucket{le="0.025",${GROUP},server="primary"}`), 600);

  await play(80, story.length);
  const after = await scrape(collector, ACKED, (value) => value === 1190);
  const report = JSON.parse(
    (await get(collector, `/api/v1/report?group=corsham-dhcp&since=${new Date(anchorUs / 1000).toISOString()}`)).text,
  ) as { readonly gaps: readonly { readonly duration_ms: number }[] };
  const truth = report.gaps.reduce((sum, { duration_ms }) => sum + duration_ms, 0) / 1000;
  t.equal(report.gaps.length, 2);
  t.ok(Math.abs((after.get(GAP) ?? 0) - truth) < 0.2, `${after.get(GAP)} s of gaps; the report has ${truth} s`);
  t.equal(after.get(`dorawatch_gap_open_seconds{${GROUP}}`), 0);
  t.equal(state(after, `dorawatch_group_state{${GROUP}`), `dorawatch_group_state{${GROUP},state="normal"}`);
  const transitions = (server: string, to: string) =>
    after.get(`dorawatch_transitions_total{${GROUP},server="${server}",to="${to}"}`);
  t.same(
    [transitions('primary', 'serving'), transitions('primary', 'non-serving')],
    [2, 1],
    'its first verdict counts',
  );
  t.same([transitions('standby', 'serving'), transitions('standby', 'non-serving')], [1, 2]);
  t.equal(after.get(LATE), 0);

  // An agent that was cut off through all of it brings another story: everybody answered all the time.
  const late = new FakeAgent(collector.address, { agent: 'agent-2', site: 'bath', anchorUs });
  t.teardown(() => late.close());
  clock.moveTo(clock.wall() + 60e6);
  await late.send(batches({ agent: 'agent-2', site: 'bath', anchorUs, seconds: 260 }));
  const then = await scrape(collector, LATE, (value) => value === 2600);
  const told = [...after.keys()].filter((name) =>
    /^dorawatch_(exchange|transitions|gap|answers).*(total|count|sum|bucket)/.test(name),
  );
  t.ok(told.length > 50);
  const isOwn = (name: string): boolean => !name.startsWith('dorawatch_exchanges_late_received_total');
  t.same(
    told.filter(isOwn).filter((name) => then.get(name) !== after.get(name)),
    [],
    'no counter that tells of now has moved',
  );

  const looking = new AbortController();
  await fetch(`http://${collector.httpAddress}/api/v1/stream`, { signal: looking.signal });
  const watched = await scrape(collector, 'dorawatch_live_streams', (value) => value === 1);
  looking.abort();
  for (const held of ['live_streams_refused', 'live_streams_cut', 'http_connections_refused', 'findings_shed'])
    t.equal(watched.get(`dorawatch_${held}_total`), 0, held);

  const page = await get(collector, '/metrics');
  t.equal(page.type, 'text/plain; version=0.0.4; charset=utf-8');
  t.equal(complaints(page.text), '', 'promtool has no complaint');
  const open = await get(collector, '/metrics', { accept: 'application/openmetrics-text;version=1.0.0' });
  t.equal(open.type, 'application/openmetrics-text; version=1.0.0; charset=utf-8');
  t.ok(open.text.endsWith('# EOF\n'));
  t.comment(`${then.size} series, ${page.text.length} octets`);

  await collector.close();
  collector = await start(folder);
  const first = await scrape(collector, GAP, (value) => value === 0);
  t.equal(
    first.get(`dorawatch_server_serving{${GROUP},server="primary"}`),
    undefined,
    'nobody has reported for a minute',
  );
  const counted = (series: ReadonlyMap<string, number>) =>
    [...series].filter(
      ([name, value]) => /^dorawatch_(exchanges|transitions|gap)\w*_total\b/.test(name) && value !== 0,
    );
  t.same(counted(first), [], 'counters begin anew');
  // By the time that what comes now is counted, a log read from its beginning would have been.
  const nowUs = Math.floor(clock.wall() / 1e6) * 1e6;
  const third = new FakeAgent(collector.address, { agent: 'agent-3', anchorUs: nowUs });
  t.teardown(() => third.close());
  clock.moveTo(nowUs + 1e6);
  await third.send(batches({ agent: 'agent-3', anchorUs: nowUs, seconds: 1 }).slice(0, 1));
  const anew = await scrape(collector, ACKED, (value) => value !== 0 && value !== undefined);
  t.equal(anew.get(ACKED), 10);
  t.equal(anew.get(LATE), 0, 'nothing is replayed into them');
});
