// Runs the TypeScript as it is written, in tests and tools: `node --import=./.config/typescript.mjs FILE`. Types are taken out
// by the compiler itself, file by file, and what came of a file is kept under node_modules/.cache until the file changes.
// tsx was refused: it gives every function its name again each time one is made (esbuild's keepNames), which was more than a
// third of a simulation's time, and its start half of a small test's. Node strips types itself, but from 22.18 on.
// Run by itself it does so for every source, before tests begin: else the first programs of a fresh clone, several at once,
// would each have the compiler go through all that they import, and be late.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const KEPT = fileURLToPath(new URL('../node_modules/.cache/typescript/', import.meta.url));
// This file is both what a program imports and, under this name, what Node's loader thread asks for sources.
const HOOKS = '?hooks';

if (!import.meta.url.endsWith(HOOKS)) {
  process.setSourceMapsEnabled(true);
  register(import.meta.url + HOOKS);
}

const hash = (text) => createHash('sha1').update(text).digest('hex');
// Another version of this file may make something else of a source.
const own = readFileSync(new URL(import.meta.url), 'utf8');

async function withoutTypes(source, fileName) {
  const { default: ts } = await import('typescript');
  const made = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, inlineSourceMap: true };
  // The page's parts are JSX.
  const compilerOptions = { ...made, verbatimModuleSyntax: true, jsx: ts.JsxEmit.ReactJSX, jsxImportSource: 'preact' };
  return ts.transpileModule(source, { compilerOptions, fileName }).outputText;
}

function keptOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

// One file a source, its last line the hash of what it was made from. Several tests may write it at once, and one that runs
// as another user may not: it makes its own, every time.
function keep(file, code) {
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(KEPT, { recursive: true });
    writeFileSync(draft, code);
    renameSync(draft, file);
  } catch (error) {
    if (error.code !== 'EACCES' && error.code !== 'EROFS') throw error;
  }
}

/** Node's hook: the source of a module. */
export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !/[.]tsx?$/.test(url)) return nextLoad(url, context);
  const path = fileURLToPath(url);
  const text = readFileSync(path, 'utf8');
  const file = `${KEPT}${hash(path)}.mjs`;
  const mark = `\n// ${hash(own + text)}`;
  let source = keptOf(file);
  if (!source.endsWith(mark)) {
    source = (await withoutTypes(text, path)) + mark;
    keep(file, source);
  }
  return { format: 'module', source, shortCircuit: true };
}

/** Has what comes of every source kept. */
async function keepAll() {
  const root = fileURLToPath(new URL('..', import.meta.url));
  for (const folder of ['agent', 'collector', 'shared', 'test']) {
    const entries = readdirSync(`${root}${folder}`, { withFileTypes: true, recursive: true });
    for (const { parentPath, name } of entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.d.ts')))
      await load(pathToFileURL(`${parentPath}/${name}`).href, {}, () => null);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !import.meta.url.endsWith(HOOKS)) await keepAll();
