/**
 * Every query of both dashboards against the real thing: a Prometheus and an influxd that a real collector fills from a run with a
 * failover in its past and a gap that begins while it is scraped. Queries are replaced into as Grafana does, and each answers with
 * rows, but for those that have none when all is well.
 */
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { parse } from 'yaml';
import { batches } from '../collector/fake-agent.ts';
import { rowsOf, until } from '../collector/influx-fixture.ts';
import type { CollectorProcess } from '../collector/programs.ts';
import type { Influxd } from '../lab/influxd.ts';
import { Prometheus } from '../lab/prometheus.ts';
import { missingTools } from '../lab/requirements.ts';
import { type Dashboard, interpolate, queriesOf, readDashboard, variableQuery } from './dashboard.ts';
import { startTwoSites, twoAgents, untilWritten } from './two-sites.ts';

const missing = missingTools().filter((tool) => ['influxd', 'promtool'].includes(tool));
const skip = missing.length === 0 ? false : `not installed: ${missing.join(', ')} (Debian: influxdb, prometheus)`;
const deploy = new URL('../../deploy/', import.meta.url).pathname;

/** Seconds of the run that lie in the past when the collector starts, and those that are scraped. */
const [PAST, LIVE] = [240, 16];
/** A failover and a fail-back in the past; the primary stops again three seconds after the scraping began, and nobody takes over. */
const answers = (server: number, second: number): boolean =>
  server === 0 ? second < 60 || (second >= 121 && second < PAST + 3) : second >= 81 && second < 120;

/** What rightly has no rows in this run, by where the query stands. */
const EMPTY = new Set(['dorawatch-prometheus: Trouble, now A', 'dorawatch-influxdb: Silent sites A']);

for (const name of readdirSync(`${deploy}grafana`).filter((file) => file.endsWith('.json'))) {
  t.test(`${name} is what Grafana imports`, async (t) => {
    const board = readDashboard(name);
    t.equal(`${board.uid}.json`, name);
    t.equal(board.schemaVersion, 39);
    t.equal(board.templating.list[0]?.type, 'datasource', 'it asks for its data source');
    const ids = board.panels.map(({ id }) => id);
    t.equal(new Set(ids).size, ids.length, 'each panel has an id of its own');
    const taken = new Set<string>();
    for (const { title, gridPos, targets = [], type, datasource } of board.panels) {
      t.ok(gridPos.x + gridPos.w <= 24, `${title} fits the width`);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          if (taken.has(`${x} ${y}`)) t.fail(`${title} lies on another panel`);
          taken.add(`${x} ${y}`);
        }
      if (type === 'row') continue;
      for (const { uid } of [...targets.map((target) => target.datasource), datasource ?? { uid: 'none' }])
        t.equal(uid, '$'.concat('{datasource}'), `${title} asks the source that was chosen`);
    }
  });
}

t.test('the provisioning names what the dashboards ask for', async (t) => {
  const read = (file: string) => parse(readFileSync(`${deploy}grafana/provisioning/${file}`, 'utf8'));
  t.match(read('datasources/dorawatch.yaml'), {
    apiVersion: 1,
    datasources: [{ type: 'prometheus' }, { type: 'influxdb', jsonData: { dbName: 'dorawatch' } }],
  });
  t.match(read('dashboards/dorawatch.yaml'), {
    apiVersion: 1,
    providers: [{ type: 'file', options: { path: String } }],
  });
});

/** Two sites; batches of the past at once, and then one each second as it ends. */
async function play(t: Test, collector: CollectorProcess, anchorUs: number): Promise<void> {
  const agents = twoAgents(t, collector, anchorUs).map(({ agent, site, session }) => ({
    session,
    story: batches({ agent, site, anchorUs, seconds: PAST + LIVE, answers }),
  }));
  for (const { session, story } of agents) await session.send(story.slice(0, PAST));
  for (let second = PAST; second < PAST + LIVE; second += 1) {
    const ends = (anchorUs / 1e6 + second + 1) * 1000;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, ends - Date.now())));
    for (const { session, story } of agents) await session.send(story.slice(second, second + 1));
  }
}

/** The shipped configuration, with this collector as its target and no patience. */
function prometheusConfig(folder: string, collector: CollectorProcess): string {
  copyFileSync(`${deploy}prometheus/dorawatch.rules.yml`, `${folder}/dorawatch.rules.yml`);
  return readFileSync(`${deploy}prometheus/prometheus.yml`, 'utf8')
    .replaceAll('interval: 15s', 'interval: 1s')
    .replace('127.0.0.1:6768', new URL(collector.http).host);
}

async function askPrometheus(t: Test, prometheus: Prometheus, board: Dashboard): Promise<void> {
  const now = Date.now() / 1000;
  const values: Record<string, string> = { datasource: 'chosen', __rate_interval: '4s', __range: `${LIVE}s` };
  for (const variable of board.templating.list.slice(1)) {
    const [, series = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(variableQuery(variable)) ?? [];
    const found = await prometheus.labelValues(label, interpolate(series, values));
    t.not(found.length, 0, `${board.uid}: variable ${variable.name}: ${found.join(', ')}`);
    values[variable.name] = `(${found.join('|')})`;
  }
  for (const { where, text, instant } of queriesOf(board)) {
    const expression = interpolate(text, values);
    const found = instant ? await prometheus.query(expression) : await prometheus.range(expression, now - LIVE, now);
    const place = `${board.uid}: ${where}`;
    t.equal(found.length === 0, EMPTY.has(place), `${place}: ${found.length} series`);
  }
}

async function askInflux(
  t: Test,
  { influxd, anchorUs }: { readonly influxd: Influxd; readonly anchorUs: number },
  board: Dashboard,
): Promise<void> {
  const values: Record<string, string> = { datasource: 'chosen', __interval: '10s' };
  values['timeFilter'] = `time >= ${anchorUs / 1000 - 60_000}ms and time <= ${Date.now()}ms`;
  for (const variable of board.templating.list.slice(1)) {
    const found = await rowsOf(influxd, interpolate(variableQuery(variable), values));
    t.not(found.length, 0, `${board.uid}: variable ${variable.name}`);
    values[variable.name] = `(${found.map((row) => row['value']).join('|')})`;
  }
  for (const { where, text } of queriesOf(board)) {
    const found = await rowsOf(influxd, interpolate(text, values));
    const place = `${board.uid}: ${where}`;
    t.equal(found.length === 0, EMPTY.has(place), `${place}: ${found.length} rows`);
  }
}

t.test('every query of both dashboards, against the real thing', { skip, timeout: 240_000 }, async (t) => {
  const { folder, influxd, collector } = await startTwoSites(t);
  const prometheus = await Prometheus.start(
    `${folder}/prometheus`,
    prometheusConfig(folder, collector).replace('- dorawatch.rules', '- ../dorawatch.rules'),
  );
  t.teardown(() => prometheus.stop());
  // Now, when everybody listens: what is told live must be scraped.
  const anchorUs = Math.ceil(Date.now() / 1000 - PAST) * 1e6;
  await play(t, collector, anchorUs);
  await until(
    () => prometheus.query('dorawatch_group_state{state="gap"} == 1'),
    (found) => found.length === 1,
  );

  await askPrometheus(t, prometheus, readDashboard('dorawatch-prometheus.json'));
  const { activeTargets } = (await prometheus.api('targets')) as {
    activeTargets: { health: string; lastError: string }[];
  };
  t.match(
    activeTargets,
    [{ health: 'up', lastError: '' }],
    'Prometheus has no complaint about the page, in OpenMetrics',
  );
  const { groups } = (await prometheus.api('rules')) as {
    groups: { name: string; rules: { name: string; health: string; state: string }[] }[];
  };
  const rules = groups.flatMap((group) => group.rules);
  t.same(
    rules.filter(({ health }) => health !== 'ok').map(({ name }) => name),
    [],
    'and none about the rules',
  );
  t.equal(
    rules.find(({ name }) => name === 'DorawatchGap')?.state === 'inactive',
    false,
    'the gap is seen by its rule',
  );

  await untilWritten(collector);
  await until(
    () => rowsOf(influxd, 'SELECT id FROM dhcp_transition WHERE "level" = \'group\''),
    (rows) => rows.length >= 2,
  );
  await askInflux(t, { influxd, anchorUs }, readDashboard('dorawatch-influxdb.json'));
});
