/**
 * The third fence, and the house rules that neither the compiler nor the import graph can hold: no clock or dice outside
 * shared/io, no file or folder named after nothing, sizes that a reader can hold in the head, and a tree whose tests mirror it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import t from 'tap';

const root = new URL('..', import.meta.url).pathname;
const PRODUCT = ['agent', 'collector', 'shared'];
const TOP_LEVEL = new Set(['proto', 'agent', 'collector', 'shared', 'deploy', 'test']);
const TOP_LEVEL_FILES = new Set(['package.json', 'package-lock.json', 'tsconfig.json', 'LICENSE']);
/** Built or installed, never committed. */
const GENERATED = new Set(['node_modules', 'dist', 'packages', 'generated', '.tap', '.git']);
const LINES_AT_MOST = 300;

function files(folder: string): string[] {
  return readdirSync(`${root}${folder}`, {
    withFileTypes: true,
    recursive: true,
  })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length))
    .filter((path) => !path.split('/').some((part) => GENERATED.has(part)));
}

const sources = PRODUCT.flatMap(files).filter((path) => /\.tsx?$/.test(path));
const tests = files('test').filter((path) => path.endsWith('.ts'));
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');

/** Code without its comments, so that a rule may be explained where it is kept. */
const code = (path: string): string => read(path).replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '');

const offending = (paths: readonly string[], pattern: RegExp): string[] =>
  paths.filter((path) => pattern.test(code(path)));

t.test('the clock and the dice live in shared/io', async (t) => {
  // A browser has a clock of its own.
  const outside = sources.filter((path) => !path.startsWith('shared/io/') && path !== 'collector/web/io/clock.ts');
  t.same(
    offending(outside, /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bperformance\.now\b|\bprocess\.hrtime\b/),
    [],
  );
  t.same(
    offending(
      outside.filter((path) => path.includes('/core/')),
      /\bnew Date\(/,
    ),
    [],
    'core has no Date at all',
  );
});

t.test('nothing is named after nothing', async (t) => {
  const vague = /^(utils?|helpers?|lib|common|managers?|services?|misc|index)([.-]|$)/;
  const named = [...sources, ...tests].filter((path) => path.split('/').some((part) => vague.test(part)));
  t.same(named, []);
  t.same(
    [...sources, ...tests].filter((path) => !/^[a-z0-9][a-z0-9-]*(\.[a-z-]+)*\.tsx?$/.test(basename(path))),
    [],
    'file names are kebab-case',
  );
});

t.test('a file can be held in the head', async (t) => {
  t.same(
    sources.filter((path) => read(path).split('\n').length > LINES_AT_MOST + 1),
    [],
  );
});

t.test('every source file says what it is before anything else', async (t) => {
  t.same(
    sources.filter((path) => !/^(#!.*\n)?\/(\*\*|\/)/.test(read(path))),
    [],
  );
});

t.test('types are honest: no any, no silenced compiler, no swallowed error', async (t) => {
  t.same(offending(sources, /:\s*any\b|\bas any\b|<any>/), []);
  t.same(
    [...sources, ...tests].filter(
      (path) => /@ts-(ignore|nocheck)/.test(read(path)) && basename(path) !== 'tidy.test.ts',
    ),
    [],
  );
  t.same(offending(sources, /catch\s*(\([^)]*\))?\s*\{\s*\}/), []);
  t.same(offending(sources, /\bexport default\b|\bexport \* from\b/), [], 'named exports, no barrels');
});

t.test('a program is started from its source in one way', async (t) => {
  const other = new RegExp(['--import', "[=', ]+", 'tsx'].join(''));
  t.same(offending(tests, other), [], 'with the option in test/typescript.ts');
});

t.test('no test is switched off or alone', async (t) => {
  t.same(offending(tests, /\.(only|todo)\(/), []);
});

t.test('tests mirror the tree: a test under a product folder names the file it answers for', async (t) => {
  const known = new Set(sources.map((path) => path.replace(/\.tsx?$/, '')));
  const folders = new Set(sources.map((path) => dirname(path)));
  const strays = tests
    .filter((path) => /^test\/(agent|collector|shared)\/.*\.test\.ts$/.test(path))
    .map((path) => path.replace(/^test\//, '').replace(/\.test\.ts$/, ''))
    .filter((path) => !known.has(path) && !folders.has(path) && !known.has(path.replace(/\.[a-z-]+$/, '')));
  t.same(strays, []);
});

t.test('the top level is the map of the house', async (t) => {
  const entries = readdirSync(root, { withFileTypes: true }).filter(
    (entry) => !entry.name.startsWith('.') && !GENERATED.has(entry.name) && !entry.name.endsWith('.md'),
  );
  t.same(
    entries
      .filter((entry) => !(entry.isDirectory() ? TOP_LEVEL : TOP_LEVEL_FILES).has(entry.name))
      .map((entry) => entry.name),
    [],
  );
});

t.test('the project speaks of itself alone', async (t) => {
  const everything = [
    'package.json',
    'package-lock.json',
    '.npmrc',
    ...readdirSync(root).filter((name) => name.endsWith('.md')),
    ...files('deploy'),
    ...files('.config'),
    ...files('.ci'),
    ...files('proto'),
    ...sources,
    ...tests,
  ];
  const registry = new RegExp(['registry', 'npmjs', 'org'].join('\\.'));
  t.same(
    everything.filter((path) => registry.test(read(path))),
    [],
    'no package registry is named',
  );
});
