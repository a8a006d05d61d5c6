/** Tables in a real terminal of several widths, and in a pipe: nothing is broken in a word, and nothing changes in a pipe. */
import t from 'tap';
import { batches, FakeAgent } from '../fake-agent.ts';
import { hotStandby } from '../hot-standby.ts';
import { run, startCollectorProcess } from '../programs.ts';
import { Terminal } from '../terminal.ts';

const main = 'collector/ops/main.ts';
const LONG = `site-${'x'.repeat(58)}`;
/** Little is asked, so that nobody is silent on a slow machine. */
const CONFIG = `${hotStandby(LONG, 'leeds')}probe: { rate: 2/min }\n`;
const seconds = 30;
const anchorUs = Math.floor(Date.now() / 1000 - seconds - 4) * 1e6;

t.test('tables fit the terminal', async (t) => {
  const folder = t.testdir({ 'collector.yaml': CONFIG });
  const collector = await startCollectorProcess(`${folder}/collector.yaml`, `${folder}/state`);
  t.teardown(() => collector.kill('SIGKILL'));
  const agent = new FakeAgent(collector.address, { anchorUs, site: LONG });
  t.teardown(() => agent.close());
  await agent.send(batches({ anchorUs, seconds, site: LONG, answers: (server) => server === 0 }));
  const env = { DORAWATCH_COLLECTOR: collector.address };
  const shown = async (
    command: string,
    columns: number,
    more: Readonly<Record<string, string>> = {},
  ): Promise<string[]> => {
    const terminal = new Terminal(main, command.split(' '), { columns, env: { ...env, ...more } });
    t.teardown(() => terminal.close());
    t.equal(await terminal.ended, 0, `${command} at ${columns}`);
    return terminal.output.split('\r\n');
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour is told by control characters.
  const plain = (line: string): string => line.replace(/\u001b\[\d+m/g, '');
  const widest = (lines: readonly string[]): number => Math.max(...lines.map((line) => plain(line).length));

  const [status, sites, agents, named, uncoloured, piped] = await Promise.all([
    shown('status', 80),
    shown('sites', 60),
    shown('agents', 70),
    shown('sites', 60, { COLUMNS: '400' }),
    shown('status', 80, { NO_COLOR: '1' }),
    run(main, ['sites'], { ...env, COLUMNS: '60' }),
  ]);

  await t.test('status at 80: words are whole, what went is named, the state stays', async (t) => {
    t.ok(widest(status) <= 80, `${widest(status)}`);
    const text = status.map(plain).join('\n');
    t.match(text, /\| primary +\| serving/);
    t.match(text, /Not shown, for want of width: Ack p50\/p99, Offer p50\/p99, Address/);
    t.ok(status.join('').includes('\u001b[32mserving'), 'in colour');
  });

  await t.test('a name of 63 characters, the most that one has, is shortened, and its state is not', async (t) => {
    t.ok(widest(sites) <= 60, `${widest(sites)}`);
    t.match(sites.map(plain).join('\n'), /\| site-x+… +\| served +\|/);
    t.ok(widest(agents) <= 70, `${widest(agents)}`);
    t.match(agents.map(plain).join('\n'), /connected/);
  });

  await t.test(
    'COLUMNS goes before the terminal, NO_COLOR before colour, and a pipe has neither width nor colour',
    async (t) => {
      t.ok(named.join('').includes(LONG));
      t.notOk(uncoloured.join('').includes('\u001b'));
      t.ok(piped.stdout.includes(LONG));
      t.equal(
        new Set(
          piped.stdout
            .trimEnd()
            .split('\n')
            .map((line) => line.length),
        ).size,
        1,
        'one line a row',
      );
    },
  );
});
