/** Where dashboards and pages of queries are tried: an influxd, and a real collector that writes what two sites measure into it. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Test } from 'tap';
import { FakeAgent } from '../collector/fake-agent.ts';
import { influxConfig, influxLag, until } from '../collector/influx-fixture.ts';
import { type CollectorProcess, startCollectorProcess } from '../collector/programs.ts';
import { Influxd } from '../lab/influxd.ts';

/** Both end with the test. */
export async function startTwoSites(t: Test) {
  const folder = t.testdir();
  const influxd = await Influxd.start({ folder: `${folder}/influxd` });
  t.teardown(() => influxd.kill());
  const config = influxConfig(folder, influxd.url);
  writeFileSync(config, readFileSync(config, 'utf8').replace('  - { name: corsham }\n', '$&  - { name: bath }\n'));
  const collector = await startCollectorProcess(config, `${folder}/state`);
  t.teardown(() => collector.kill('SIGKILL'));
  return { folder, influxd, collector };
}

/** An agent at each of them. */
export const twoAgents = (t: Test, collector: CollectorProcess, anchorUs: number) =>
  ['corsham', 'bath'].map((site, index) => {
    const agent = `agent-${index + 1}`;
    const session = new FakeAgent(collector.address, { agent, site, anchorUs });
    t.teardown(() => session.close());
    return { agent, site, session };
  });

/** Resolves when nothing waits to be written. */
export const untilWritten = (collector: CollectorProcess) =>
  until(
    () => influxLag(collector),
    ({ lag_entries }) => lag_entries === 0,
  );
