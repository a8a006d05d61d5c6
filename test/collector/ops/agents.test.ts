/**
 * Clocks that are wrong, as people and scripts are told of them: an agent 90 s ahead and one whose clock is known badly, in `agents`
 * and in `report`, from the real programs; and what was measured stands where it belongs all the same.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { rfc3339 } from '../../../collector/core/answers/clock-text.ts';
import type { AgentView } from '../../../shared/core/ops-view.ts';
import { unixMicros } from '../../../shared/core/units.ts';
import { createClock } from '../../../shared/io/clock.ts';
import { batches, FakeAgent } from '../fake-agent.ts';
import { hotStandby } from '../hot-standby.ts';
import { type Ran, run, startCollectorProcess } from '../programs.ts';

const CONFIG = hotStandby('corsham', 'leeds', 'york');
const SECONDS = 30;
const begunUs = Math.floor(createClock().wall() / 1e6 - SECONDS - 5) * 1e6;
const AGENTS = [
  { agent: 'ahead', site: 'corsham', offsetUs: 90e6, errorUs: 200 },
  { agent: 'behind', site: 'leeds', offsetUs: -2.25e6, errorUs: 200 },
  { agent: 'vague', site: 'york', offsetUs: 0, errorUs: 1.6e6 },
];

t.test('a wrong clock is told, and its results stand where they belong', async (t) => {
  const directory = t.testdir();
  const config = join(directory, 'collector.yaml');
  writeFileSync(config, CONFIG);
  const collector = await startCollectorProcess(config, join(directory, 'state'));
  t.teardown(() => collector.kill('SIGKILL'));
  const asked = (...args: string[]): Promise<Ran> =>
    run('collector/ops/main.ts', [...args, '--collector', collector.address]);
  for (const { agent, site, ...clock } of AGENTS) {
    const anchorUs = begunUs + clock.offsetUs;
    const session = new FakeAgent(collector.address, { agent, site, anchorUs });
    t.teardown(() => session.close());
    await session.assignment();
    await session.send(batches({ agent, site, anchorUs, seconds: SECONDS }), clock);
  }

  const { agents } = JSON.parse((await asked('agents', '--json')).stdout);
  t.strictSame(
    (agents as AgentView[]).map((agent) => [agent.id, agent.clock_offset_us, agent.clock_error_us, agent.trouble]),
    [
      ['ahead', 90e6, 200, 'clock 90.0 s ahead'],
      ['behind', -2.25e6, 200, 'clock 2.3 s behind'],
      ['vague', 0, 1.6e6, 'clock known to ± 1.6 s only'],
    ],
  );
  const table = (await asked('agents')).stdout;
  t.match(table, '\nahead: clock 90.0 s ahead\nbehind: clock 2.3 s behind\nvague: clock known to ± 1.6 s only\n');
  t.match(table, /\+90000\.00 ± 0\.20 ms/);

  const period = ['--group', 'corsham-dhcp', '--since', rfc3339(unixMicros(begunUs))];
  const { measured } = JSON.parse((await asked('report', ...period, '--json')).stdout);
  t.match(measured, { sites: 3, exchanges: 3 * SECONDS * 20 });
  t.ok(
    measured.clock_error_max_us >= 1.6e6 && measured.clock_error_max_us < 1.7e6,
    `${measured.clock_error_max_us} µs`,
  );
  const said = " An agent's clock was known to 1.6 s only; the brackets say so.";
  for (const format of ['table', 'md'])
    t.match((await asked('report', ...period, '--format', format)).stdout, said, format);

  const rows = (await asked('export', '--since', rfc3339(unixMicros(begunUs)), '--json')).stdout.trim().split('\n');
  const sent = rows.map((row) => JSON.parse(row)).filter(({ agent }) => agent === 'ahead');
  t.equal(sent.length, SECONDS * 20);
  t.equal(sent[0].sent_at, rfc3339(unixMicros(begunUs)), 'on the collector\u2019s clock');
});
