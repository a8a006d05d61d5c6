/** A program under a stepped clock sees the step in its wall clock at once, and nothing of it in its monotonic clock. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { labSkipReason } from '../lab/requirements.ts';
import { steppedClock } from './stepped-clock.ts';

const PROGRAM = `setInterval(() => console.log(Date.now() + ' ' + process.hrtime.bigint() / 1000000n), 20)`;

t.test('the wall clock steps, the monotonic one does not', { skip: labSkipReason(), timeout: 60_000 }, async (t) => {
  const clock = steppedClock(`${t.testdir()}/clock`);
  // Its piece of shared memory goes with a polite end alone.
  const child = spawn(process.execPath, ['-e', `process.on('SIGTERM', () => process.exit(0)); ${PROGRAM}`], {
    env: { ...process.env, ...clock.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  /** How far the wall clock has run ahead of the monotonic one, ms. */
  const ahead = async (): Promise<number> => {
    const [text] = (await once(child.stdout, 'data')) as [Buffer];
    const [wall = 0, monotonic = 0] = (text.toString().trim().split('\n').at(-1) ?? '').split(' ').map(Number);
    return wall - monotonic;
  };
  const settled = async (wanted: number): Promise<number> => {
    for (let turn = 0; turn < 200; turn += 1) if (Math.abs((await ahead()) - wanted) < 1_000) return wanted;
    return await ahead();
  };
  const right = await ahead();
  for (const stepMs of [90_000, -40_500, 0]) {
    clock.set(stepMs);
    t.equal(await settled(right + stepMs), right + stepMs, `${stepMs} ms`);
  }
  child.kill('SIGTERM');
  await once(child, 'exit');
});
