/**
 * An agent that is killed at any moment, and one that is asked to end: what it had spooled arrives, each batch once, and its
 * spool is never damaged. SIGTERM loses nothing at all, whether or not a collector is there, and however often it comes.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { openSpool } from '../../agent/io/spool.ts';
import { openInbox } from '../../collector/io/inbox.ts';
import { seeded } from '../shared/wire/result-batches.ts';
import { TYPESCRIPT } from '../typescript.ts';

const ROUNDS = process.env['DORAWATCH_LONG'] === '1' ? 60 : 6;
/** Nobody listens there. */
const NOWHERE = '127.0.0.1:9';
const temporary = () => mkdtempSync(join(tmpdir(), 'dorawatch-'));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const children: ChildProcess[] = [];
t.teardown(() => {
  for (const child of children) child.kill('SIGKILL');
});

interface Running {
  readonly child: ChildProcess;
  /** All that it has printed. */
  text(): string;
}

/** Starts a program and waits for its first line. */
async function start(...args: string[]): Promise<Running> {
  const child = spawn(process.execPath, [TYPESCRIPT, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let text = '';
  child.stdout.on('data', (bytes: Buffer) => {
    text += bytes.toString();
  });
  await once(child.stdout, 'data');
  return { child, text: () => text };
}

const fake = (name: string): string => new URL(`../fakes/${name}.ts`, import.meta.url).pathname;
const startAgent = (collector: string, state: string): Promise<Running> =>
  start(fake('agent-process'), collector, state, '5', 'debug');

async function end({ child }: Running, ...signals: NodeJS.Signals[]): Promise<number | null> {
  const exited = once(child, 'close');
  for (const signal of signals) {
    child.kill(signal);
    await pause(20);
  }
  const [code] = (await exited) as [number | null];
  return code;
}

/** Epoch and sequence of every batch that an agent has said to be spooled. */
const spooledBy = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => {
    if (!line.includes('"batch spooled"') || !line.endsWith('}')) return [];
    const { epoch, sequence } = JSON.parse(line) as { epoch: number; sequence: number };
    return [`${epoch} ${sequence}`];
  });

async function storedIn(log: string): Promise<readonly string[]> {
  const inbox = await openInbox(log);
  const names: string[] = [];
  for await (const { entry } of inbox.read(1))
    if (entry.kind === 'batch') names.push(`${entry.batch.epoch} ${entry.batch.sequence}`);
  await inbox.close();
  return names;
}

/** Starts the agent once more and gives it time to send what it has; then ends it, and the collector. */
async function drain(state: string, log: string, collector: Running): Promise<readonly string[]> {
  const last = await startAgent(collector.text().trim(), state);
  await pause(4_000);
  t.equal(await end(last, 'SIGTERM'), 0);
  await end(collector, 'SIGTERM');
  const spool = await openSpool(join(state, 'spool'));
  t.equal(spool.count, 0, 'nothing is left in the spool');
  t.equal(spool.trouble, null);
  await spool.close();
  t.strictSame(
    readdirSync(state).filter((name) => name.includes('damaged')),
    [],
  );
  const stored = await storedIn(log);
  t.equal(new Set(stored).size, stored.length, 'none twice');
  return stored;
}

t.test(`kill -9 at ${ROUNDS} random moments: what was spooled arrives, and the spool is whole`, async (t) => {
  const [state, log] = [temporary(), temporary()];
  const collector = await start(fake('report-process'), '127.0.0.1:0', log);
  const random = seeded(11);
  const spooled: string[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    // Every other one cannot reach its collector, so that there is a spool to lose.
    const agent = await startAgent(round % 2 === 0 ? NOWHERE : collector.text().trim(), state);
    await pause(random() * 1_500);
    await end(agent, 'SIGKILL');
    spooled.push(...spooledBy(agent.text()));
  }
  const stored = new Set(await drain(state, log, collector));
  t.strictSame(
    spooled.filter((name) => !stored.has(name)),
    [],
  );
  t.ok(spooled.length > ROUNDS * 10);
  t.comment(`${ROUNDS} kills: ${spooled.length} batches were spooled, ${stored.size} are stored, 0 missing`);
});

t.test('SIGTERM, and once more, while there is no collector: everything is kept for the next start', async (t) => {
  const [state, log] = [temporary(), temporary()];
  const agent = await startAgent(NOWHERE, state);
  await pause(2_500);
  t.equal(await end(agent, 'SIGTERM', 'SIGTERM', 'SIGTERM'), 0);
  const spooled = spooledBy(agent.text());
  const sequences = spooled.map((name) => Number(name.split(' ')[1]));
  t.strictSame(
    sequences,
    sequences.map((_, index) => index + 1),
    'without a hole',
  );
  const spool = await openSpool(join(state, 'spool'));
  t.equal(spool.count, spooled.length);
  await spool.close();
  const collector = await start(fake('report-process'), '127.0.0.1:0', log);
  const stored = new Set(await drain(state, log, collector));
  t.ok(spooled.every((name) => stored.has(name)));
});
