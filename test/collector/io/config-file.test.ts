/**
 * One bad file per mistake (test/config-errors/NAME.yaml), each with the exact messages it must give (NAME.txt).
 * DORAWATCH_REWRITE=1 writes the messages anew; then read the difference before you commit it.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { mistakeLine } from '../../../collector/core/config/tree.ts';
import { ConfigFileError, judgeConfigText, readConfigFile } from '../../../collector/io/config-file.ts';

const folder = new URL('../../config-errors/', import.meta.url).pathname;
const rewrite = process.env['DORAWATCH_REWRITE'] === '1';

function messages(name: string): string {
  const verdict = judgeConfigText(readFileSync(`${folder}${name}.yaml`, 'utf8'));
  return verdict.ok ? '' : `${verdict.mistakes.map((mistake) => mistakeLine(`${name}.yaml`, mistake)).join('\n')}\n`;
}

for (const file of readdirSync(folder).filter((entry) => entry.endsWith('.yaml'))) {
  const name = file.slice(0, -'.yaml'.length);
  t.test(`config-errors/${file}`, async (t) => {
    const found = messages(name);
    if (rewrite) writeFileSync(`${folder}${name}.txt`, found);
    t.ok(existsSync(`${folder}${name}.txt`), 'has its messages');
    t.not(found, '', 'is refused');
    t.equal(found, readFileSync(`${folder}${name}.txt`, 'utf8'));
  });
}

t.test('a file that is not there says so with its name', async (t) => {
  const missing = `${folder}no-such-file.yaml`;
  await t.rejects(readConfigFile(missing), {
    name: 'ConfigFileError',
    code: 'ENOENT',
    message: /no-such-file\.yaml: there is no such file/,
  });
  await t.rejects(readConfigFile(folder), ConfigFileError);
});

t.test('anchors are understood, and values keep their lines', async (t) => {
  const verdict = judgeConfigText(
    'groups:\n  - name: g\n    mode: &m independent\n    servers: [{ name: a, address: 10.0.0.1 }]\n  - { name: h, mode: *m, servers: [{ name: a, address: 10.0.0.2 }] }\nsites: [{ name: s }]\n',
  );
  t.ok(verdict.ok);
  if (verdict.ok) t.equal(verdict.config.groups[1]?.mode, 'independent');
});
