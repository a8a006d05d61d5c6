/**
 * The consumer that writes to InfluxDB, with real ones: a collector's process, batches over a real stream, a real influxd, and the
 * question whether every exchange of `export` stands in it exactly once.
 */
import { mkdirSync, rmSync } from 'node:fs';
import t from 'tap';
import { Influxd } from '../../lab/influxd.ts';
import { missingTools } from '../../lab/requirements.ts';
import { batches, FakeAgent } from '../fake-agent.ts';
import {
  expectedWindows,
  exported,
  exportLines,
  influxConfig,
  influxLag,
  pointLines,
  rowsOf,
  until,
  windowLines,
} from '../influx-fixture.ts';
import { startCollectorProcess } from '../programs.ts';

const skip = missingTools().includes('influxd') ? 'influxd is not installed (Debian: influxdb)' : false;

/** A quarter of an hour ago, on a whole second. */
const anchorUs = Math.floor(Date.now() / 1000 - 900) * 1e6;
const since = new Date(anchorUs / 1000 - 60_000).toISOString();
const answers = (server: number, second: number): boolean =>
  server === 0 ? second < 60 || second >= 201 : second >= 111 && second < 200;

t.test(
  'kill -9, late results and clocks that drift: exactly once, at the right moment',
  { skip, timeout: 300_000 },
  async (t) => {
    const folder = t.testdir();
    const influxd = await Influxd.start({ folder: `${folder}/influxd` });
    t.teardown(() => influxd.kill());
    const config = influxConfig(folder, influxd.url);
    const state = `${folder}/state`;
    let collector = await startCollectorProcess(config, state);
    t.teardown(() => collector.kill('SIGKILL'));
    const restart = async () => {
      collector.kill('SIGKILL');
      await collector.ended;
      collector = await startCollectorProcess(config, state);
    };
    const done = () =>
      until(
        () => influxLag(collector),
        ({ lag_entries }) => lag_entries === 0,
      );

    const first = new FakeAgent(collector.address, { anchorUs });
    t.teardown(() => first.close());
    // 90 s fast, and drifting by 2 ms in ten minutes.
    first.sample(600e6, 90_002_000);
    const ahead = { offsetUs: 90_000_000, errorUs: 200 };
    await first.send(batches({ anchorUs: anchorUs + 90e6, seconds: 600, answers }), ahead);
    for (const pauseMs of [150, 900, 2_500]) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      await restart();
    }
    await done();

    // A second agent of the site comes back from a cut: its newest results first, the rest behind them.
    const second = new FakeAgent(collector.address, { agent: 'agent-2', anchorUs });
    t.teardown(() => second.close());
    second.sample(0, 0);
    second.sample(600e6, -300);
    const late = batches({ agent: 'agent-2', anchorUs: anchorUs + 7_013, seconds: 600, answers });
    await second.send(late.slice(-60));
    await done();
    await restart();
    const third = new FakeAgent(collector.address, { agent: 'agent-2', anchorUs });
    t.teardown(() => third.close());
    await third.send(late.slice(0, -60).reverse());
    await done();

    const rows = await exported(collector, since);
    t.equal(rows.length, 2 * 2 * 10 * 600);
    const exchanges = 'SELECT * FROM "dorawatch_raw"."dhcp_exchange"';
    t.strictSame(pointLines(await rowsOf(influxd, exchanges)), exportLines(rows));
    const path = 'SELECT * FROM dhcp_path';
    t.strictSame(windowLines(await rowsOf(influxd, path)), expectedWindows(rows));

    // The cursor is lost: everything is written again, and is there once.
    collector.kill('SIGKILL');
    await collector.ended;
    rmSync(`${state}/influx-cursor.json`);
    collector = await startCollectorProcess(config, state);
    await done();
    t.strictSame(pointLines(await rowsOf(influxd, exchanges)), exportLines(rows));
    t.strictSame(windowLines(await rowsOf(influxd, path)), expectedWindows(rows));
  },
);

t.test('a cursor that cannot be saved holds nobody up, and is saved when it can be', { skip }, async (t) => {
  const folder = t.testdir();
  const influxd = await Influxd.start({ folder: `${folder}/influxd` });
  t.teardown(() => influxd.kill());
  const state = `${folder}/state`;
  const collector = await startCollectorProcess(influxConfig(folder, influxd.url), state);
  t.teardown(() => collector.kill('SIGKILL'));
  // As a full disk does, it refuses to be opened for writing.
  mkdirSync(`${state}/influx-cursor.json.new`);
  const all = batches({ anchorUs, seconds: 60, answers });
  const agent = new FakeAgent(collector.address, { anchorUs });
  t.teardown(() => agent.close());
  agent.sample(0, 0);
  agent.sample(60e6, 0);
  await agent.send(all.slice(0, 40));
  const failing = await until(
    () => influxLag(collector),
    ({ lag_entries, problem }) => lag_entries === 0 && problem !== null,
  );
  t.match(failing.problem, /cursor cannot be saved/);
  rmSync(`${state}/influx-cursor.json.new`, { recursive: true });
  await agent.send(all.slice(40));
  const mended = await until(
    () => influxLag(collector),
    ({ lag_entries, problem }) => lag_entries === 0 && problem === null,
  );
  t.equal(mended.problem, null);
  const points = await rowsOf(influxd, 'SELECT * FROM "dorawatch_raw"."dhcp_exchange"');
  t.strictSame(pointLines(points), exportLines(await exported(collector, since)));
});
