/** The line that renews itself, in a real terminal: shown only to who waits, renewed in place, and gone when all is done. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { screenOf, Terminal } from '../../collector/terminal.ts';
import { TYPESCRIPT } from '../../typescript.ts';

const PROGRAM = 'test/fakes/waiting-process.ts';

t.test('work that takes long is told at the terminal, in one line, which is gone at its end', async (t) => {
  const terminal = new Terminal(PROGRAM, ['3000'], { columns: 40 });
  t.teardown(() => terminal.close());
  await terminal.until((lines) => lines.some((line) => /^waited for [23] s/.test(line)));
  t.equal(await terminal.ended, 0);
  const { lines, unknown } = screenOf(terminal.output.replaceAll('\r\n', '\n\r'));
  t.same({ lines: lines.filter(Boolean), unknown }, { lines: ['done'], unknown: [] });
  t.ok(
    terminal.output.split('\r').every((line) => line.replaceAll('\u001b[K', '').length < 40),
    'never wider than it is',
  );
});

t.test('what is soon done says nothing', async (t) => {
  const terminal = new Terminal(PROGRAM, ['10'], { columns: 40 });
  t.teardown(() => terminal.close());
  t.equal(await terminal.ended, 0);
  t.notMatch(terminal.output, /waited/);
});

t.test('a pipe gets no line', async (t) => {
  const { stderr, stdout } = spawnSync(process.execPath, [TYPESCRIPT, PROGRAM, '2600'], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    encoding: 'utf8',
  });
  t.same([stderr, stdout], ['', 'done\n']);
});
