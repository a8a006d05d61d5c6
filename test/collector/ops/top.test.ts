/** The live screen in a real terminal, on a real collector: drawn, changed by a failover, by keys and by size, and left in order. */
import { existsSync } from 'node:fs';
import t, { type Test } from 'tap';
import { pause } from '../../lab/child.ts';
import { batches, FakeAgent } from '../fake-agent.ts';
import { hotStandby } from '../hot-standby.ts';
import { run, startCollectorProcess } from '../programs.ts';
import { screenOf, Terminal } from '../terminal.ts';

const main = 'collector/ops/main.ts';
/** Little is asked, so that nobody is silent for a pause of the test's own. */
const CONFIG = `${hotStandby('corsham')}probe: { rate: 2/min }\n`;

/** A failover half a minute long that ends now. */
function failover() {
  const seconds = 26;
  const anchorUs = Math.floor(Date.now() / 1000 - seconds - 4) * 1e6;
  const answers = (server: number, second: number): boolean => (server === 0 ? second < 10 : second >= 14);
  return { anchorUs, made: batches({ anchorUs, seconds, answers }) };
}

/** Cursor, screen and the terminal's own settings are as a shell needs them. */
function restored(t: Test, terminal: Terminal): void {
  const { alternate, cursorShown, unknown } = screenOf(terminal.raw);
  t.same({ alternate, cursorShown, unknown }, { alternate: false, cursorShown: true, unknown: [] });
  t.match(terminal.settings, /[^-]icanon[\s\S]*[^-]echo\b/, 'lines are edited and echoed again');
}

t.test('on a terminal', async (t) => {
  const folder = t.testdir({ 'collector.yaml': CONFIG });
  const [config, state] = [`${folder}/collector.yaml`, `${folder}/state`];
  const collector = await startCollectorProcess(config, state);
  t.teardown(() => collector.kill('SIGKILL'));
  const env = { DORAWATCH_COLLECTOR: collector.address };
  const terminal = new Terminal(main, ['top'], { columns: 100, rows: 20, env });
  const second = new Terminal(main, ['top', '--group', 'corsham'], {
    columns: 60,
    rows: 12,
    env: { ...env, NO_COLOR: '1' },
  });
  t.teardown(() => {
    terminal.close();
    second.close();
  });
  const shows = (pattern: RegExp) => terminal.until((lines) => lines.some((line) => pattern.test(line)));

  await t.test('a failover is seen as it happens', async (t) => {
    await shows(/corsham-dhcp \(hot-standby\): unknown/);
    const { anchorUs, made } = failover();
    const agent = new FakeAgent(collector.address, { anchorUs });
    t.teardown(() => agent.close());
    await agent.send(made.slice(0, 10));
    await shows(/corsham-dhcp \(hot-standby\): normal for/);
    await agent.send(made.slice(10));
    await shows(/corsham-dhcp \(hot-standby\): failed over/);
    const lines = await shows(/Failover from primary to standby/);
    t.equal(lines.length, 20, 'the whole screen');
    t.match(lines.join('\n'), / {2}primary +non-serving[\s\S]*Latest events[\s\S]*Primary stops serving leases/);
    t.ok(terminal.output.includes('\u001b[31mnon-serving'), 'in colour');
  });

  await t.test('keys and another size', async () => {
    terminal.resize(60, 14);
    await terminal.until((lines) => lines.length === 14 && lines.every((line) => line.length <= 60));
    terminal.press('s');
    await shows(/ {2}corsham +(served|unknown)/);
    terminal.press('gnone\r');
    await shows(/No group has "none" in its name/);
  });

  await t.test('without colour, and ended by a signal', async (t) => {
    await second.until((lines) => lines.some((line) => /Failover from/.test(line)));
    t.notOk(second.output.includes('\u001b[3'));
    second.signal('SIGTERM');
    t.equal(await second.ended, 0);
    restored(t, second);
  });

  await t.test('a window that is closed leaves no program behind', async (t) => {
    const third = new Terminal(main, ['top'], { columns: 80, rows: 12, env });
    await third.until((lines) => lines.some((line) => /Failover from/.test(line)));
    const pid = Number(/pid=(\d+)/.exec(third.raw)?.[1]);
    third.close();
    const isAlive = (): boolean => existsSync(`/proc/${pid}/exe`);
    for (let look = 0; look < 100 && isAlive(); look += 1) await pause(100);
    t.notOk(isAlive());
  });

  await t.test('the collector goes, and comes back; q leaves everything as it was', async (t) => {
    terminal.press('g\u001b');
    collector.kill('SIGKILL');
    await shows(/^unreachable for \d+s, trying again/);
    t.match((await shows(/ {2}primary/)).join('\n'), /Failover from/, 'the last picture stands');
    const again = await startCollectorProcess(config, state, {}, { grpc: collector.address });
    t.teardown(() => again.kill('SIGKILL'));
    await terminal.until((lines) => !lines.some((line) => line.startsWith('unreachable')));
    terminal.press('q');
    t.equal(await terminal.ended, 0);
    restored(t, terminal);
  });
});

t.test('where there is no terminal it says what to use instead', async (t) => {
  const { code, stderr } = await run(main, ['top', '--collector', '127.0.0.1:9']);
  t.equal(code, 2);
  t.match(stderr, /top draws on a terminal[^\n]*"dorawatch status"/);
});
