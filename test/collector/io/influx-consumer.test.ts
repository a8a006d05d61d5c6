/**
 * The consumer that writes to InfluxDB, with real ones: a collector's process, batches over a real stream, a real influxd, and the
 * question whether every exchange of `export` stands in it exactly once.
 */
import t from 'tap';
import { Influxd } from '../../lab/influxd.ts';
import { missingTools } from '../../lab/requirements.ts';
import { batches, FakeAgent } from '../fake-agent.ts';
import { exported, exportLines, influxConfig, influxLag, pointLines, rowsOf, until } from '../influx-fixture.ts';
import { startCollectorProcess } from '../programs.ts';

const skip = missingTools().includes('influxd') ? 'influxd is not installed (Debian: influxdb)' : false;

/** A quarter of an hour ago, on a whole second. */
const anchorUs = Math.floor(Date.now() / 1000 - 900) * 1e6;
const since = new Date(anchorUs / 1000 - 60_000).toISOString();
const answers = (server: number, second: number): boolean =>
  server === 0 ? second < 60 || second >= 201 : second >= 111 && second < 200;

t.test('every exchange, window, transition and gap, exactly once', { skip, timeout: 180_000 }, async (t) => {
  const folder = t.testdir();
  const influxd = await Influxd.start({ folder: `${folder}/influxd` });
  t.teardown(() => influxd.kill());
  const config = influxConfig(folder, influxd.url);
  const collector = await startCollectorProcess(config, `${folder}/state`);
  t.teardown(() => collector.kill('SIGKILL'));
  const agent = new FakeAgent(collector.address, { anchorUs });
  t.teardown(() => agent.close());
  await agent.send(batches({ anchorUs, seconds: 260, answers }));
  t.comment(JSON.stringify(await influxLag(collector)));
  await until(
    () => influxLag(collector),
    ({ lag_entries }) => lag_entries === 0,
  );
  const rows = await exported(collector, since);
  const points = await rowsOf(influxd, 'SELECT * FROM "dorawatch_raw"."dhcp_exchange"');
  t.equal(rows.length, 5200);
  t.strictSame(pointLines(points), exportLines(rows));
  t.comment(
    JSON.stringify(
      await rowsOf(influxd, 'SELECT sum(exchanges), sum(unanswered), max(total_p99_us) FROM dhcp_path GROUP BY server'),
    ),
  );
  t.comment(JSON.stringify(await rowsOf(influxd, 'SELECT * FROM dhcp_transition')));
  t.comment(JSON.stringify(await rowsOf(influxd, 'SELECT * FROM dhcp_gap')));
});
