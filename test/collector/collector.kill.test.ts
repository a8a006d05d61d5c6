/**
 * kill -9 of a real collector under load, again and again: at the end every exchange that an agent measured is in the store
 * exactly once, by `dorawatch export` and by reading the store's own keys; rollups count each once; and the verdicts are
 * those of a fold of the same log that nobody disturbed. DORAWATCH_LONG=1 kills 100 times.
 */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ClassicLevel } from 'classic-level';
import t from 'tap';
import { exchangesOf } from '../../collector/core/rollup/rollup.ts';
import { ALL_SITES } from '../../collector/core/rollup/rollup-fold.ts';
import { openRollupStore } from '../../collector/io/rollup-store.ts';
import type { ResultBatch } from '../../shared/core/batch.ts';
import { createClock } from '../../shared/io/clock.ts';
import { decodeBatch } from '../../shared/wire/batch-decoder.ts';
import { isDecodeError } from '../../shared/wire/decode-error.ts';
import { seeded } from '../shared/wire/result-batches.ts';
import { batches } from './fake-agent.ts';
import { hotStandby } from './hot-standby.ts';
import { type CollectorProcess, run, startCollectorProcess } from './programs.ts';
import { StubbornAgent } from './stubborn-agent.ts';

const KILLS = process.env['DORAWATCH_LONG'] === '1' ? 100 : 10;
const SITES = ['corsham', 'leeds', 'york'];
/** Seconds of results that each agent has for each life of the collector. */
const SHARE = 60;
const CONFIG = hotStandby(...SITES);

const keyOf = (agent: string, sequence: number, index: number): string => `${agent}/1/${sequence}/${index}`;
const exchangesIn = (all: Iterable<ResultBatch>): string[] =>
  [...all].flatMap(({ agent, sequence, results }) => results.path.map((_, index) => keyOf(agent, sequence, index)));

/** Batch records as they lie on disk, by nothing that the inbox knows. */
async function storedBatches(state: string): Promise<ResultBatch[]> {
  const found: ResultBatch[] = [];
  const store = new ClassicLevel<Buffer, Buffer>(`${state}/log`, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
  for await (const [, value] of store.iterator({ gte: Buffer.from('r'), lt: Buffer.from('s') })) {
    if (value[0] !== 1) continue;
    const batch = decodeBatch(value.subarray(9));
    if (isDecodeError(batch)) throw new Error(`${batch.field} ${batch.reason}`);
    found.push(batch);
  }
  await store.close();
  return found;
}

interface Fed {
  readonly agent: StubbornAgent;
  readonly made: readonly ResultBatch[];
}

/** Batches as they are measured, a few at a time, so that they come in many writes and not in one. */
async function feed(agents: readonly Fed[], from: number, to: number): Promise<void> {
  for (let index = from; index < to && agents.some(({ made }) => index < made.length); index += 1) {
    for (const { agent, made } of agents) {
      const batch = made[index];
      if (batch !== undefined) agent.measured(batch);
    }
    if (index % 3 === 0) await pause(1);
  }
}

t.test(`killed ${KILLS} times under load`, { timeout: KILLS * 20_000 + 60_000 }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'dorawatch-'));
  const state = join(directory, 'state');
  const config = join(directory, 'collector.yaml');
  writeFileSync(config, CONFIG);
  const random = seeded(20_261_122);
  const seconds = (KILLS + 1) * SHARE;
  const anchorUs = Math.round(createClock().wall() - (seconds + 10) * 1e6);
  const died = seconds * 0.3;
  const answers = (server: number, second: number): boolean =>
    server === 0 ? second < died || second > died * 2 : second > died + 20 && second < died * 2 - 5;
  const agents = SITES.map((site) => ({
    agent: new StubbornAgent({ agent: `agent-${site}`, site, anchorUs }),
    made: batches({ agent: `agent-${site}`, site, anchorUs, seconds, answers }),
  }));
  let running: CollectorProcess | null = null;
  t.teardown(() => {
    for (const { agent } of agents) agent.disconnect();
    running?.kill('SIGKILL');
  });

  let [killed, heldBack, inTheMiddle] = [0, 0, 0];
  for (let life = 0; life <= KILLS; life += 1) {
    const collector = await startCollectorProcess(config, state);
    running = collector;
    for (const { agent } of agents) agent.connect(collector.address);
    const last = life === KILLS;
    const feeding = feed(agents, life * SHARE, last ? Number.POSITIVE_INFINITY : (life + 1) * SHARE);
    if (last) {
      await feeding;
      break;
    }
    const [first] = agents;
    await first?.agent.heard(first.agent.acks + 1 + Math.floor(random() * SHARE * 0.8));
    collector.kill('SIGKILL');
    const unacknowledged = agents.reduce((sum, { agent }) => sum + agent.left, 0);
    await Promise.all([collector.ended, feeding]);
    killed += 1;
    if (unacknowledged > 0) inTheMiddle += 1;
    heldBack += unacknowledged;
  }
  await Promise.all(agents.map(({ agent }) => agent.heard(Number.POSITIVE_INFINITY)));
  t.strictSame(
    agents.map(({ agent }) => agent.left),
    SITES.map(() => 0),
    'all is acknowledged in the end',
  );
  t.strictSame(
    agents.flatMap(({ agent }) => agent.refusals),
    [],
  );
  t.ok(inTheMiddle >= KILLS / 2, `${inTheMiddle} of ${killed} kills came in the middle of the load`);

  const measured = exchangesIn(agents.flatMap(({ made }) => made)).sort();
  const address = running?.address ?? '';
  const all = ['export', '--since', '2020-01-01T00:00:00Z', '--json', '--collector', address];
  const exported = await run('collector/ops/main.ts', all);
  const rows = exported.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.strictSame(
    rows.map(({ agent, sequence, index }) => keyOf(agent, sequence, index)).sort(),
    measured,
    `export: each of ${measured.length} exchanges exactly once`,
  );
  running?.kill('SIGTERM');
  t.equal((await running?.ended)?.code, 0);
  running = null;

  t.strictSame(exchangesIn(await storedBatches(state)).sort(), measured, 'and so by the keys on disk');

  const rollups = await openRollupStore(join(state, 'rollups'));
  for (const resolution of ['minute', 'hour'] as const) {
    let [counted, pooled] = [0, 0];
    for await (const { name, rollup } of rollups.read({
      group: 'corsham-dhcp',
      resolution,
      from: 0,
      to: 2 ** 32 - 2,
    })) {
      if (name.site === ALL_SITES) pooled += exchangesOf(rollup);
      else counted += exchangesOf(rollup);
    }
    t.equal(counted, measured.length, `by the ${resolution}: each exchange counts once`);
    t.equal(pooled, measured.length, `by the ${resolution}: and once in the rows of the servers`);
  }
  await rollups.close();

  const replayed = await run('collector/main.ts', ['replay', '--state', state, '--json']);
  const { differences, rows: found } = JSON.parse(replayed.stdout);
  t.ok(found.length >= 4, 'a failover and a fail-back');
  t.match(differences, { added: [], gone: [], moved: [] }, 'an undisturbed fold finds the same');
  t.comment(
    `${killed} kills, ${measured.length} exchanges, ${heldBack} batches unacknowledged at kills, lost 0, twice 0`,
  );
});
