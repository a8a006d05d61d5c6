/** An InfluxDB that hangs holds its own cursor and nobody else's; and what the log could not keep for it is said. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import t from 'tap';
import { openInbox } from '../../../collector/io/inbox.ts';
import { startInfluxConsumer } from '../../../collector/io/influx-consumer.ts';
import type { LogFold } from '../../../collector/io/log-fold.ts';
import { milliseconds, unixMicros } from '../../../shared/core/units.ts';
import { createClock } from '../../../shared/io/clock.ts';
import { createLogger } from '../../../shared/io/logger.ts';
import { Influxd } from '../../lab/influxd.ts';
import { missingTools } from '../../lab/requirements.ts';
import { batches, FakeAgent } from '../fake-agent.ts';
import { ask, DATABASE, influxConfig, rowsOf, until } from '../influx-fixture.ts';
import { startCollectorProcess } from '../programs.ts';

const skip = missingTools().includes('influxd') ? 'influxd is not installed (Debian: influxdb)' : false;
const anchorUs = Math.floor(Date.now() / 1000 - 3600) * 1e6;

interface Reader {
  readonly name: string;
  readonly lag_entries: number;
  readonly problem: string | null;
}

t.test('ingest and verdicts do not notice an InfluxDB that hangs', { timeout: 180_000 }, async (t) => {
  const hanging = createServer((socket) => {
    // Read, or its end would never be seen; never answered.
    socket.on('error', () => undefined).resume();
  });
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
  t.teardown(() => hanging.close());
  const address = hanging.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const made = batches({ anchorUs, seconds: 1500 });
  const rates: Record<string, number> = {};
  const root = t.testdir();
  for (const name of ['none', 'hanging']) {
    const folder = `${root}/${name}`;
    mkdirSync(folder, { recursive: true });
    const config = influxConfig(folder, url);
    if (name.startsWith('none')) writeFileSync(config, readFileSync(config, 'utf8').replace(/^influx: .*$/m, ''));
    const collector = await startCollectorProcess(config, `${folder}/state`);
    t.teardown(() => collector.kill('SIGKILL'));
    const agent = new FakeAgent(collector.address, { anchorUs });
    t.teardown(() => agent.close());
    agent.sample(4000e6, 0);
    const began = performance.now();
    await agent.send(made);
    rates[name] = Math.round((made.length * 1000) / (performance.now() - began));
    const { consumers } = JSON.parse(await ask(collector, 'status', '--json')) as { consumers: readonly Reader[] };
    t.comment(`${name}: ${rates[name]} batches acknowledged a second; ${JSON.stringify(consumers)}`);
    const lag = (reader: string) => consumers.find((one) => one.name === reader)?.lag_entries ?? 0;
    t.equal(lag('verdicts'), 0, `${name}: the verdicts are at the end of the log`);
    t.equal(lag('influx') > 0, name.startsWith('hanging'), `${name}: InfluxDB lags by ${lag('influx')}`);
    collector.kill('SIGTERM');
    t.equal((await collector.ended).code, 0, 'nor does the end');
  }
  const { hanging: beside = 0, none: alone = 1 } = rates;
  t.ok(beside > alone / 3, `${beside} a second beside one that hangs, ${alone} without`);
});

t.test('what retention took before InfluxDB had it is counted and said', { skip, timeout: 60_000 }, async (t) => {
  const folder = t.testdir();
  const influxd = await Influxd.start({ folder: `${folder}/influxd` });
  t.teardown(() => influxd.kill());
  let inbox = await openInbox(`${folder}/log`);
  const receivedAt = unixMicros(anchorUs);
  await inbox.append(batches({ anchorUs, seconds: 60 }).map((batch) => ({ kind: 'batch', receivedAt, batch })));
  const cursor = {
    version: 1,
    url: influxd.url,
    database: DATABASE,
    next: 11,
    receivedAt,
    furthest: 0,
    setAside: 0,
    tooLate: 0,
    missed: 0,
  };
  writeFileSync(`${folder}/influx-cursor.json`, JSON.stringify(cursor));
  writeFileSync(`${folder}/influx-clocks.json`, JSON.stringify({ version: 1, next: 11, tracks: [] }));
  await inbox.prune(31, new AbortController().signal);
  // Opened anew: what was just appended is still in memory.
  await inbox.close();
  inbox = await openInbox(`${folder}/log`);
  const fold = { model: { timeline: { rows: () => [] }, config: null } } as unknown as LogFold;
  const consumer = startInfluxConsumer({
    config: {
      url: influxd.url,
      database: DATABASE,
      username: null,
      password: null,
      passwordFile: null,
      exchanges: true,
    },
    password: null,
    inbox,
    fold,
    state: folder,
    clock: createClock(),
    logger: createLogger('test'),
    rawMs: () => milliseconds(86_400_000),
  });
  const view = await until(
    async () => consumer.view(),
    ({ lag_entries }) => lag_entries === 0,
  );
  t.match(view, { set_aside: 0, problem: '20 entries were pruned from the log before InfluxDB took them' });
  const [counted] = await rowsOf(influxd, 'SELECT count("index") FROM "dorawatch_raw"."dhcp_exchange"');
  const left = batches({ anchorUs, seconds: 60 })
    .slice(30)
    .reduce((sum, { results }) => sum + results.path.length, 0);
  t.equal(counted?.['count'], left);
  await consumer.close();
  await inbox.close();
});
