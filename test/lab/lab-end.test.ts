/**
 * A lab's end always comes: at the end of its block, on an exception, on a signal, and, for an owner that was killed
 * outright, when the next lab starts. A leftover would hold addresses and processes until somebody reboots.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { TYPESCRIPT } from '../typescript.ts';
import { type Lab, startLab, sweep } from './lab.ts';
import { labSkipReason } from './requirements.ts';

const skip = labSkipReason();
const MODULE = new URL('lab.ts', import.meta.url).href;

type Owner = { readonly process: ChildProcess; readonly folder: string; readonly sleeper: number };

/** A process that owns a lab with one child in it, and then waits, or does what `then` says. */
async function ownLab(then = ''): Promise<Owner> {
  const script = `
    import { startLab } from '${MODULE}';
    const lab = await startLab({ size: 'small', timers: 'short', startServers: 'no' });
    const sleeper = lab.run(lab.site, 'sleep', ['600']);
    process.stdout.write(JSON.stringify({ folder: lab.folder, sleeper: sleeper.pid }) + '\\n');
    ${then}
    setInterval(() => undefined, 1000);
  `;
  const child = spawn(process.execPath, [TYPESCRIPT, '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { folder, sleeper } = JSON.parse(line.toString()) as { folder: string; sleeper: number };
  return { process: child, folder, sleeper };
}

function leftovers(owner: Owner): string[] {
  const namespaces = readdirSync('/run/netns').filter((name) => name.startsWith(`dorawatch-${owner.process.pid}-`));
  const folders = existsSync(owner.folder) ? [owner.folder] : [];
  return [...namespaces, ...folders, ...(isRunning(owner.sleeper) ? ['a child process'] : [])];
}

/** An orphan that was killed may wait as a zombie for init to notice: it runs no more. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    // Gone altogether.
    return false;
  }
}

t.test('nothing is left after a block, though it throws', { skip }, async (t) => {
  let made: Lab | undefined;
  const scene = async (): Promise<void> => {
    await using lab = await startLab({ size: 'small', timers: 'short' });
    made = lab;
    lab.run(lab.site, 'sleep', ['600']);
    throw new Error('on purpose');
  };
  await t.rejects(scene(), /on purpose/);
  t.equal(existsSync(made?.folder ?? '/'), false);
  t.same(
    readdirSync('/run/netns').filter((name) => name.startsWith(`${made?.network.prefix}-`)),
    [],
  );
  t.equal(made?.primary.isRunning, false);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  t.test(`${signal} ends the lab and then its owner`, { skip }, async (t) => {
    const owner = await ownLab();
    t.not(leftovers(owner).length, 0, 'the lab stands');
    owner.process.kill(signal);
    const [, endedBy] = await once(owner.process, 'exit');
    t.equal(endedBy, signal, 'the signal keeps its meaning');
    t.same(leftovers(owner), []);
  });
}

t.test('an uncaught exception ends the lab', { skip }, async (t) => {
  const owner = await ownLab("setTimeout(() => { throw new Error('on purpose'); }, 100);");
  await once(owner.process, 'exit');
  t.same(leftovers(owner), []);
});

t.test('what a killed owner leaves is swept, and what a living one has is not', { skip }, async (t) => {
  const [dead, living] = await Promise.all([ownLab(), ownLab()]);
  dead.process.kill('SIGKILL');
  await once(dead.process, 'exit');
  t.not(leftovers(dead).length, 0, 'kill -9 leaves the lab');
  sweep();
  t.same(leftovers(dead), []);
  t.not(leftovers(living).length, 0);
  living.process.kill('SIGTERM');
  await once(living.process, 'exit');
});
