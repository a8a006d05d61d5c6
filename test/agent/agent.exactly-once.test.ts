import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { openSpool } from '../../agent/io/spool.ts';
import { openInbox } from '../../collector/io/inbox.ts';
import { TYPESCRIPT } from '../typescript.ts';

const ENDS_WHEN_ACKNOWLEDGED = 'SIGUSR2';
const temporary = () => mkdtempSync(join(tmpdir(), 'dorawatch-'));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const children: ChildProcess[] = [];
t.teardown(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts one of the two fakes and waits for its first line. */
async function start(program: string, ...args: string[]): Promise<{ child: ChildProcess; line: string }> {
  const path = new URL(`../fakes/${program}.ts`, import.meta.url).pathname;
  const child = spawn(process.execPath, [TYPESCRIPT, path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [bytes] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, line: bytes.toString().trim() };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

t.test('kill -9 of either end, again and again: every spooled batch is in the log exactly once', async (t) => {
  const [state, log] = [temporary(), temporary()];
  let collector = await start('report-process', '127.0.0.1:0', log);
  const address = collector.line;
  let agent = await start('agent-process', address, state, '3');
  const epochs = [Number(agent.line)];
  for (const victim of ['collector', 'agent', 'collector', 'agent', 'collector'] as const) {
    await pause(1_200);
    if (victim === 'collector') {
      await end(collector.child, 'SIGKILL');
      await pause(200);
      collector = await start('report-process', address, log);
    } else {
      await end(agent.child, 'SIGKILL');
      agent = await start('agent-process', address, state, '3');
      epochs.push(Number(agent.line));
    }
  }
  await end(agent.child, ENDS_WHEN_ACKNOWLEDGED);
  await end(collector.child, 'SIGTERM');

  const spool = await openSpool(join(state, 'spool'));
  t.equal(spool.count, 0, 'nothing is left in the spool');
  await spool.close();
  const inbox = await openInbox(log);
  const sequences = new Map<number, number[]>();
  for await (const { entry } of inbox.read(1)) {
    if (entry.kind === 'batch')
      sequences.set(entry.batch.epoch, [...(sequences.get(entry.batch.epoch) ?? []), entry.batch.sequence]);
  }
  await inbox.close();
  t.strictSame([...sequences.keys()].sort(), epochs.sort(), 'every start of the agent is there');
  for (const [epoch, own] of sequences) {
    own.sort((a, b) => a - b);
    t.strictSame(
      own,
      own.map((_, index) => index + 1),
      `epoch ${epoch}: 1 to ${own.length}, none missing, none twice`,
    );
  }
  t.comment(`${[...sequences.values()].map((own) => own.length).join(' + ')} batches`);
});

t.test(
  'a collector that stops answering (SIGSTOP) is noticed in seconds, and what waited arrives once it lives again',
  async (t) => {
    const [state, log] = [temporary(), temporary()];
    const collector = await start('report-process', '127.0.0.1:0', log);
    const agent = await start('agent-process', collector.line, state, '100');
    await pause(1_500);
    collector.child.kill('SIGSTOP');
    await pause(9_000);
    collector.child.kill('SIGCONT');
    await end(agent.child, ENDS_WHEN_ACKNOWLEDGED);
    await end(collector.child, 'SIGTERM');
    const spool = await openSpool(join(state, 'spool'));
    t.equal(spool.count, 0, 'all was acknowledged');
    await spool.close();
    const inbox = await openInbox(log);
    const sequences: number[] = [];
    let clocks = 0;
    for await (const { entry } of inbox.read(1)) {
      if (entry.kind === 'batch') sequences.push(entry.batch.sequence);
      if (entry.kind === 'clock') clocks += 1;
    }
    await inbox.close();
    t.equal(new Set(sequences).size, sequences.length, 'none twice');
    t.equal(Math.max(...sequences), sequences.length, 'none missing');
    t.ok(clocks >= 2, 'the session was given up and begun anew, with its clock measured again');
  },
);
