/**
 * Agents that are broken or malevolent against a real collector, with honest ones beside them: the honest are acknowledged as
 * before, and the other is refused or held back with a reason that `dorawatch agents` shows. The figures are printed; what is
 * asserted is coarse, since the machine is shared.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { Client, credentials } from '@grpc/grpc-js';
import t from 'tap';
import type { ResultBatch } from '../../shared/core/batch.ts';
import { epochMicros, microseconds, unixMicros } from '../../shared/core/units.ts';
import { encodeBatch } from '../../shared/wire/batch-encoder.ts';
import { batches } from './fake-agent.ts';
import { anchorUs, HonestAgent, RawAgent } from './hostile-agents.ts';
import { type CollectorProcess, run, startCollectorProcess } from './programs.ts';

const example = new URL('../../deploy/hot-standby.yaml', import.meta.url).pathname;
type Check = Pick<typeof t, 'ok' | 'equal' | 'comment'>;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
/** What an honest agent may wait for its acknowledgement while another misbehaves. */
const ACK_LIMIT_MS = 5_000;

interface AgentRow {
  readonly id: string;
  readonly refused_batches: number;
  readonly throttled: number;
  readonly trouble: string | null;
}

async function ask(collector: CollectorProcess, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run('collector/ops/main.ts', args, { DORAWATCH_COLLECTOR: collector.address });
  if (code !== 0) throw new Error(`dorawatch ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}

async function agentRow(collector: CollectorProcess, id: string): Promise<AgentRow | undefined> {
  const { agents } = JSON.parse(await ask(collector, 'agents', '--json')) as { agents: readonly AgentRow[] };
  return agents.find((agent) => agent.id === id);
}

const of = (agent: string, seconds: number): ResultBatch[] => batches({ agent, anchorUs, seconds });
const first = (agent: string): ResultBatch => of(agent, 1)[0] as ResultBatch;

/** Writes for so long whatever `write` writes, as fast as the stream takes it. */
async function flood(agent: RawAgent, ms: number, write: () => boolean): Promise<number> {
  const end = performance.now() + ms;
  let count = 0;
  while (performance.now() < end && agent.failure === null) {
    let room = true;
    for (let n = 0; n < 64 && room; n += 1) {
      room = write();
      count += 1;
    }
    await (room ? new Promise((resolve) => setImmediate(resolve)) : pause(2));
  }
  return count;
}

t.test('the others do not feel it', async (t) => {
  const folder = t.testdir();
  const config = `${folder}/collector.yaml`;
  writeFileSync(config, `${readFileSync(example, 'utf8')}  - { name: bath }\n  - { name: leeds }\n`);
  const collector = await startCollectorProcess(config, `${folder}/state`);
  t.teardown(() => collector.kill('SIGKILL'));
  const honest = ['corsham', 'bath', 'leeds'].map((site) => new HonestAgent(collector.address, `honest-${site}`, site));
  const hostile: RawAgent[] = [];
  t.teardown(() => {
    for (const agent of [...honest, ...hostile]) agent.close();
  });
  const enter = (agent: string, options: ConstructorParameters<typeof RawAgent>[1] = {}): RawAgent => {
    const raw = new RawAgent(collector.address, options).hello({ agent });
    hostile.push(raw);
    return raw;
  };
  const cost = (t: Check, what: string): void => {
    const all = honest.flatMap((agent) => agent.take()).sort((a, b) => a - b);
    const at = (share: number): string => (all[Math.floor((all.length - 1) * share)] ?? Number.NaN).toFixed(1);
    t.comment(
      `${what}: acknowledged within ${at(0.5)} ms (half), ${at(0.99)} ms (99 %), ${at(1)} ms (all ${all.length})`,
    );
    t.ok((all.at(-1) ?? Number.POSITIVE_INFINITY) < ACK_LIMIT_MS, `${what}: the others are acknowledged in time`);
    for (const agent of honest) t.equal(agent.failure, null, `${what}: the others' sessions go on`);
  };

  const scattered = new RawAgent(collector.address).hello({ agent: 'scattered', site: 'bath', epoch: 200_000 });
  hostile.push(scattered);
  await pause(3_000);
  cost(t, 'alone');

  await t.test('a giant message, and columns that disagree', async (t) => {
    const giant = enter('giant');
    giant.batch(first('giant'), new Uint8Array(8 * 1024 * 1024));
    const odd = enter('odd');
    const batch = first('odd');
    const bytes = encodeBatch({ ...batch, results: { ...batch.results, stage: batch.results.stage.slice(1) } });
    for (let n = 0; n < 500; n += 1) odd.batch(batch, bytes);
    await pause(2_000);
    cost(t, 'malformed');
    t.match(giant.failure, /RESOURCE_EXHAUSTED|larger than max/);
    t.equal(odd.reasons.get('malformed'), 500);
    t.match(await agentRow(collector, 'odd'), { refused_batches: 500, trouble: /malformed/ });
  });

  await t.test('a name repeated with other content', async (t) => {
    const agent = enter('forger');
    agent.batch(first('forger'));
    const other = encodeBatch({ ...first('forger'), assignmentVersion: 2 });
    await flood(agent, 2_000, () => agent.batch(first('forger'), other));
    cost(t, 'conflicts');
    t.ok((agent.reasons.get('conflict') ?? 0) > 10, `${agent.reasons.get('conflict')} conflicts`);
    t.match(await agentRow(collector, 'forger'), { trouble: /conflict/ });
  });

  await t.test('years ahead', async (t) => {
    const agent = enter('prophet');
    for (const batch of of('prophet', 20))
      agent.batch({ ...batch, anchor: unixMicros(batch.anchor + 10 * 365 * 86400e6) });
    agent.call.write({
      kind: 'clock-sample',
      at: epochMicros(1e15),
      offsetUs: microseconds(0),
      errorUs: microseconds(200),
    });
    await pause(1_500);
    cost(t, 'years ahead');
    t.equal(agent.reasons.get('implausible'), 23);
    t.match(await agentRow(collector, 'prophet'), { refused_batches: 23 });
    t.notMatch(await ask(collector, 'events', '--json'), /"kind":"silent"/, 'nobody has fallen silent by it');
  });

  await t.test('batches as fast as the line takes them', async (t) => {
    const agent = enter('flooder');
    const batch = first('flooder');
    let sequence = 0;
    const next = () => {
      sequence += 1;
      return agent.batch({ ...batch, sequence });
    };
    const held = async (): Promise<number> => (await agentRow(collector, 'flooder'))?.throttled ?? 0;
    // On a busy machine it takes longer to be too fast.
    for (let round = 0; round < 4 && (await held()) === 0; round += 1) await flood(agent, 8_000, next);
    cost(t, `${sequence} batches`);
    t.ok((await held()) > 0, 'held back');
  });

  await t.test('a stream that never reads', async (t) => {
    const agent = enter('deaf', { reads: false });
    agent.call.pause();
    const batch = first('deaf');
    const count = await flood(agent, 3_000, () => agent.batch({ ...batch, sequence: 1 }));
    cost(t, `${count} batches of one that does not read`);
  });

  await t.test('hellos without end, under invented names', async (t) => {
    const client = new Client(collector.address, credentials.createInsecure());
    const raws: RawAgent[] = [];
    for (let n = 0; n < 1_500; n += 1) {
      const raw = new RawAgent(collector.address, { client }).hello({ agent: `invented-${n}` });
      raws.push(raw);
      if (n % 10 === 9) await pause(5);
    }
    await pause(1_000);
    for (const raw of raws) raw.call.cancel();
    client.close();
    cost(t, '1500 hellos');
    const refused = raws.filter(
      ({ failure, reasons }) => reasons.has('crowded') || /too many sessions/.test(failure ?? ''),
    );
    t.ok(refused.length > 1_400, `${refused.length} refused`);
    const { agents } = JSON.parse(await ask(collector, 'agents', '--json')) as { agents: readonly AgentRow[] };
    t.ok(agents.filter(({ id }) => id.startsWith('invented')).length <= 16);
  });

  await t.test('epochs and holes without end, servers and sites that nobody configured, long late lists', async (t) => {
    const agent = scattered;
    const batch = { ...first('scattered'), site: 'bath' };
    let n = 0;
    await flood(agent, 4_000, () => {
      n += 1;
      return agent.batch({ ...batch, epoch: n, sequence: 2 * n });
    });
    const paths = batch.paths.map((path) => ({ ...path, server: `invented-${n}` }));
    agent.batch({ ...batch, epoch: 200_000, paths });
    agent.batch({ ...batch, epoch: 200_000, sequence: 2, site: 'atlantis' });
    agent.batch({ ...batch, epoch: 200_001, sequence: 3 });
    const late = Array.from({ length: 20_000 }, (_, at) => ({
      path: 0,
      identity: 0,
      sentUs: epochMicros(at),
      lateUs: microseconds(4e6),
    }));
    for (let sequence = 4; sequence < 14; sequence += 1) agent.batch({ ...batch, epoch: 200_000, sequence, late });
    for (let waited = 0; waited < 300 && !agent.reasons.has('misnamed'); waited += 1) await pause(100);
    cost(t, `${n} epochs`);
    t.equal(agent.reasons.get('unconfigured'), 2, [...agent.reasons].join(' '));
    t.equal(agent.reasons.get('misnamed'), 1);
  });

  const log = (await Promise.all([collector.kill('SIGTERM'), collector.ended]))[1].stderr.split('\n');
  t.comment(`${log.length} lines logged`);
  t.ok(log.length < 1_000, 'the log is not flooded');
});
