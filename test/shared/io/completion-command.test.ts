/**
 * The completion scripts, loaded by the real shells: commands, options and their values, and names that the collector knows.
 * The built programs are run, because it is they that a shell completes, and they start in a third of the time.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { startCollectorProcess } from '../../collector/programs.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const MAINS = {
  dorawatch: 'collector/ops/main.js',
  'dorawatch-agent': 'agent/main.js',
  'dorawatch-collector': 'collector/main.js',
};
type Program = keyof typeof MAINS;

/** The programs under their names, for scripts that call them, and a script of each for each shell. */
const folder = t.testdir();
for (const [name, main] of Object.entries(MAINS)) {
  writeFileSync(`${folder}/${name}`, `#!/bin/sh\nexec '${process.execPath}' '${root}dist/${main}' "$@"\n`);
  chmodSync(`${folder}/${name}`, 0o755);
  for (const shell of ['bash', 'zsh', 'fish'])
    writeFileSync(`${folder}/${name}.${shell}`, execFileSync(`${folder}/${name}`, ['completion', shell]));
}

interface Shown {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a shell with the programs on its path; it is ended when it takes too long. */
function shell(program: string, args: readonly string[], collector: string): Promise<Shown> {
  const own = {
    PATH: `${folder}:${process.env['PATH']}`,
    HOME: folder,
    NODE_OPTIONS: '',
    DORAWATCH_COLLECTOR: collector,
  };
  const options = { cwd: folder, env: { ...process.env, ...own }, timeout: 60_000 };
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve) => child.once('close', () => resolve({ stdout, stderr })));
}

const lacks = (name: string): string | false =>
  spawnSync('sh', ['-c', `command -v ${name}`]).status === 0 ? false : `there is no ${name} here`;

/** Nobody listens here. */
const NOBODY = '127.0.0.1:9';

/** What bash offers for the last word of each line; words are as bash splits them. */
async function bash(program: Program, lines: readonly (readonly string[])[], collector = NOBODY): Promise<string[]> {
  const asked = lines.map((words) => {
    const list = words.map((word) => `'${word}'`).join(' ');
    return `COMP_LINE='${words.join(' ').replaceAll(' : ', ':')}'; COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}
      _${program.replaceAll('-', '_')}; echo "\${COMPREPLY[@]}"`;
  });
  const { stdout, stderr } = await shell(
    'bash',
    ['-c', [`source ${program}.bash`, ...asked, `complete -p ${program} >&2`].join('\n')],
    collector,
  );
  t.equal(stderr, `complete -F _${program.replaceAll('-', '_')} ${program}\n`, 'registered, and not a word else');
  return stdout.trimEnd().split('\n');
}

/** The same for fish, whose lines have descriptions behind a tab; a line that is not there separates. */
async function fish(program: Program, lines: readonly string[], collector = NOBODY): Promise<string[][]> {
  const asked = lines.map((line) => `complete -C '${line}'; echo ---`);
  const { stdout, stderr } = await shell('fish', ['-c', [`source ${program}.fish`, ...asked].join('\n')], collector);
  t.equal(stderr, '');
  return stdout
    .split('---\n')
    .slice(0, -1)
    .map((part) => part.trimEnd().split('\n'));
}

/** What zsh writes when Tab is pressed behind a line, until the text that is waited for is there. */
async function zsh(program: Program, line: string, awaited: string, collector = NOBODY): Promise<string> {
  const text = `
    zmodload zsh/zpty
    zsh -n ${program}.zsh || exit 1
    zpty -b shell "TERM=dumb zsh -f -i"
    zpty -w shell "PS1=; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -D -u; source ./${program}.zsh; print rea''dy"
    zpty -r shell shown '*ready*'
    zpty -n -w shell $'${line}\\t\\t'
    zpty -r shell shown '*${awaited}*'
    print -r -- "$shown"; zpty -d shell`;
  return (await shell('zsh', ['-f', '-c', text], collector)).stdout;
}

t.test('with a collector, names are offered', async (t) => {
  const collector = await startCollectorProcess(`${root}deploy/hot-standby.yaml`, `${t.testdir()}/state`);
  t.teardown(() => collector.kill('SIGKILL'));
  const at = collector.address;
  const lines = [
    ['dorawatch', 'report', '--group', ''],
    ['dorawatch', 'pause', '--server', '=', 'st'],
    ['dorawatch', 'mark', 'x', '--site', 'cor'],
    ['dorawatch', 'probe', '--site', 'corsham', 'st'],
    ['dorawatch', 'probe', '--kind', ''],
  ];
  t.same(await bash('dorawatch', lines, at), ['corsham-dhcp', 'standby', 'corsham', 'standby', 'dora do']);
  const elsewhere = ['dorawatch', 'report', '--collector', ...at.split(/(:)/), '--group', 'c'];
  t.same(await bash('dorawatch', [elsewhere]), ['corsham-dhcp'], 'of the collector that was typed');
  await t.test('fish', { skip: lacks('fish') }, async (t) => {
    const asked = ['dorawatch report --group ', `dorawatch pause --collector ${at} --server pri`];
    t.match(await fish('dorawatch', asked, at), [[/^corsham-dhcp\t/], [/^primary\t/]]);
  });
  await t.test('zsh', { skip: lacks('zsh') }, async (t) => {
    t.match(await zsh('dorawatch', 'dorawatch report --group cor', 'corsham-dhcp', at), /corsham-dhcp/);
  });
});

t.test('bash: commands, options and values, without a collector and without a word', async (t) => {
  const lines = [
    ['re'],
    ['import', ''],
    ['report', '--format', ''],
    ['import', 'perfdhcp', '--off'],
    ['report', '--group', ''],
  ];
  const offered = await bash(
    'dorawatch',
    lines.map((words) => ['dorawatch', ...words]),
  );
  t.same(offered, ['report resume', 'perfdhcp', 'table md json', '--offline'], 'and no names at the end');
  t.same(
    await bash('dorawatch-agent', [
      ['dorawatch-agent', 'p'],
      ['dorawatch-agent', 'probe', '--keep'],
    ]),
    ['probe', '--keep-leases'],
  );
  t.same(await bash('dorawatch-collector', [['dorawatch-collector', 'check']]), ['check-config']);
});

t.test('fish', { skip: lacks('fish') }, async (t) => {
  t.match(await fish('dorawatch', ['dorawatch re', 'dorawatch report --format ']), [
    ['report\tthe failover table of a period', 'resume\tgo on probing'],
    [/^json\t/, /^md\t/, /^table\t/],
  ]);
  t.same(await fish('dorawatch-agent', ['dorawatch-agent probe --keep']), [
    ['--keep-leases\tsend no RELEASE, as perfdhcp'],
  ]);
  t.match(await fish('dorawatch-collector', ['dorawatch-collector che']), [[/^check-config\t/]]);
});

t.test('zsh', { skip: lacks('zsh') }, async (t) => {
  t.match(await zsh('dorawatch', 'dorawatch re', 'resume'), /report/);
  t.match(await zsh('dorawatch-agent', 'dorawatch-agent probe --keep', 'leases'), /--keep-leases/);
  t.match(await zsh('dorawatch-collector', 'dorawatch-collector che', 'config'), /check-config/);
});
