/** Every file under deploy/ is loaded by what will load it: YAML by the collector, units by systemd. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { readConfigFile } from '../../collector/io/config-file.ts';

const folder = new URL('../../deploy/', import.meta.url).pathname;
const named = (ending: string): string[] => readdirSync(folder).filter((name) => name.endsWith(ending));

for (const name of named('.yaml')) {
  t.test(`${name} has no mistakes, with and without its comments`, async (t) => {
    const { text, verdict } = await readConfigFile(`${folder}${name}`);
    t.ok(verdict.ok, name);
    // What is commented out as an example must be right as well.
    const opened = text
      .replace(/^ *- \{ name: primary.*\}\n(?=[\s\S]*# - \{ name: primary)/m, '')
      .replaceAll(
        /^( *)# (- \{ .*\}|(?:clients|kind|influx|sweep|identify|relay_port|free_addresses|allow_servers): \S.*)$/gm,
        '$1$2',
      );
    writeFileSync(`${t.testdir()}/opened.yaml`, opened);
    const again = await readConfigFile(`${t.testdirName}/opened.yaml`);
    t.same(again.verdict.ok ? [] : again.verdict.mistakes, []);
  });
}

const systemd = spawnSync('systemd-analyze', ['--version']).error === undefined;

for (const name of named('.service')) {
  t.test(
    `${name} is understood by systemd`,
    { skip: systemd ? false : 'systemd-analyze is not installed' },
    async (t) => {
      // The programs are not installed where the tests run; all else is taken as it stands.
      const unit = readFileSync(`${folder}${name}`, 'utf8').replaceAll(/\/usr\/bin\/dorawatch-\S+/g, '/bin/true');
      const path = `${t.testdir()}/${name}`;
      writeFileSync(path, unit);
      const verified = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' });
      t.equal(verified.stderr, '', 'no complaint');
      t.equal(verified.status, 0);
      const exposure = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', path], {
        encoding: 'utf8',
      });
      const overall = exposure.trim().split('\n').at(-1) ?? '';
      t.comment(`${name}: ${overall}`);
      t.ok(Number(/: ([\d.]+)/.exec(overall)?.[1]) <= 2, overall);
    },
  );
}

t.test('the units run the programs as their command lines are', async (t) => {
  const line = (name: string): string => /^ExecStart=(.*)$/m.exec(readFileSync(`${folder}${name}`, 'utf8'))?.[1] ?? '';
  t.match(
    line('dorawatch-collector.service'),
    /dorawatch-collector serve --config \S+ --state \S+ \$DORAWATCH_COLLECTOR_FLAGS$/,
  );
  t.match(line('dorawatch-agent.service'), /dorawatch-agent run --state \S+ \$DORAWATCH_AGENT_FLAGS$/);
  for (const name of ['agent', 'collector']) {
    const environment = readFileSync(`${folder}dorawatch-${name}.env`, 'utf8');
    t.match(environment, `\nDORAWATCH_${name.toUpperCase()}_FLAGS=\n`, 'set by nobody yet');
  }
});
