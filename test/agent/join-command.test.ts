/** From nothing to stored exchanges with the real programs: init, a token, join as root in a service's directory, run, and real probes. */
import { chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import t from 'tap';
import { COLLECTOR } from '../../collector/core/access/journal-entry.ts';
import { openAccessJournal } from '../../collector/io/access-journal.ts';
import { createRegistry } from '../../collector/io/registry.ts';
import { readTrust } from '../../collector/io/trust-files.ts';
import { createClock } from '../../shared/io/clock.ts';
import { seriesOf } from '../lab/promtool.ts';
import { networkSkipReason, ProbeNetwork, SERVER_ADDRESS } from './probe-network.ts';
import { folder } from './run-fixture.ts';

const NOBODY = 65_534;
const CONFIG = `
groups: [{ name: g, mode: independent, servers: [{ name: one, address: ${SERVER_ADDRESS} }] }]
sites: [{ name: corsham }]
probe: { rate: 10/s, drop_time: 1s }
`;

/** As an admin would make it, on the collector's own disk. */
async function agentToken(state: string): Promise<string> {
  const logger = pino({ level: 'silent' });
  const trust = await readTrust(state, { caKey: null, passphrase: null });
  const journal = await openAccessJournal(state, { logger });
  const registry = createRegistry({ journal, clock: createClock(), trust: () => trust as never });
  const invited = { kind: 'agent', site: 'corsham', approval: false } as const;
  const { text } = await registry.createToken({ invited, ttlMs: 3_600_000, uses: 1 }, COLLECTOR);
  await journal.close();
  return text;
}

t.test('join, then run, without a word about where and for whom', { skip: networkSkipReason() }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  await network.serve('none');
  const place = folder(t);
  const [state, own] = [join(place, 'collector'), join(place, 'agent')];
  mkdirSync(own);
  chownSync(own, NOBODY, NOBODY);
  writeFileSync(join(place, 'collector.yaml'), CONFIG);
  const programs = (file: string, ...args: readonly string[]) => network.run(network.agent, file, args);
  const made = await programs('collector/main.ts', 'init', '--state', state, '--name', '127.0.0.1', '--admin', 'anna')
    .ended;
  t.equal(made.code, 0, made.stderr);
  const token = await agentToken(state);
  const serve = ['serve', '--config', join(place, 'collector.yaml'), '--state', state];
  await programs('collector/main.ts', ...serve).waitForOutput(/collector ready/, 20_000);

  const wish = ['join', '--collector', '127.0.0.1', '--state', own, '--id', 'corsham-1', '--token', token];
  const joined = await programs('agent/main.ts', ...wish).ended;
  t.equal(joined.code, 0, joined.stderr);
  t.match(
    joined.stdout,
    /^Enrolled: agent corsham-1 of site corsham, until \d{4}-.*\nNow: dorawatch-agent run --state/,
  );
  t.notMatch(joined.stderr, /Warning/);
  t.equal(statSync(join(own, 'enrolment.json')).uid, NOBODY, 'its service will be able to read it');

  const elsewhere = programs('agent/main.ts', 'run', '--state', own, '--site', 'leeds');
  const agent = programs('agent/main.ts', 'run', '--state', own);
  await agent.waitForOutput(/metrics at /, 20_000);
  const refused = await elsewhere.ended;
  t.equal(refused.code, 2);
  t.match(refused.stderr, /--site leeds contradicts the enrolment of this agent \(corsham\)/);
  let series = seriesOf('');
  for (let turn = 0; turn < 60 && (series.get('dorawatch_agent_batches_acknowledged_total') ?? 0) < 3; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    series = seriesOf((await network.command('curl', '-s', 'http://127.0.0.1:6769/metrics').ended).stdout);
  }
  t.ok((series.get('dorawatch_agent_batches_acknowledged_total') ?? 0) >= 3, 'stored');
  t.ok((series.get('dorawatch_agent_exchanges_total{group="g",server="one",outcome="acked"}') ?? 0) > 0, 'answered');
  t.equal(series.get('dorawatch_agent_enrolled'), 1);
  t.equal(series.get('dorawatch_agent_revoked'), 0);
  const left = (series.get('dorawatch_agent_certificate_expiry_timestamp_seconds') ?? 0) - Date.now() / 1_000;
  t.ok(left > 29 * 86_400 && left < 31 * 86_400, 'thirty days');
  t.comment(`memory ${((series.get('process_resident_memory_bytes') ?? 0) / 1e6).toFixed(0)} MB`);
});
