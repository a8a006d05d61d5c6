// Builds the three programs and the page into dist/: protobuf code first (shared/wire/generated, not committed), then the
// compiler, then Vite.
// One script for `npm run build` and for `prepare`, so that `npm ci` leaves the programs runnable; `--generate` stops after
// the protobuf code, which is all that tests (which run the sources) need. Code newer than its .proto files is kept.
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const bin = (name) => `node_modules/.bin/${name}`;

const generated = 'shared/wire/generated';
const protos = readdirSync('proto/dorawatch/v1').map((file) => `proto/dorawatch/v1/${file}`);
// Number and plain object only: nothing here needs the generated code's own checks, JSON delimiters or type URLs.
const style = ['--keep-case', '--no-service', '--no-verify', '--no-typeurl', '--no-delimited', '--force-number'];

/** Runs pbjs into a temporary name, so that a test that starts meanwhile never reads half a file. */
async function generate(target, name, options) {
  const draft = `${generated}/.${process.pid}-${name}`;
  await promisify(execFile)(bin('pbjs'), ['-t', target, ...options, '--path', 'proto', '-o', draft, ...protos]);
  return draft;
}

async function generateAll() {
  mkdirSync(generated, { recursive: true });
  const [code, descriptors] = await Promise.all([
    generate('static-module', 'dorawatch.cjs', ['-w', 'commonjs', '--dts', ...style]),
    // Reflection serves the descriptors themselves.
    generate('json', 'dorawatch.json', ['--keep-case']),
  ]);
  renameSync(code.replace(/[.]cjs$/, '.d.ts'), `${generated}/dorawatch.d.cts`);
  renameSync(descriptors, `${generated}/dorawatch.json`);
  renameSync(code, `${generated}/dorawatch.cjs`);
}

const modified = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0);
const made = Math.min(modified(`${generated}/dorawatch.cjs`), modified(`${generated}/dorawatch.json`));
const sources = [...protos, '.config/build.mjs', 'proto/dorawatch/v1'];
if (sources.some((file) => modified(file) >= made)) await generateAll();

if (!process.argv.includes('--generate')) {
  try {
    rmSync('dist', { recursive: true, force: true });
  } catch (error) {
    console.error(`build: cannot replace dist/ (${error.code}): is this clone another user's?`);
    process.exit(1);
  }
  execFileSync(bin('tsc'), ['-p', '.config/tsconfig.build.json'], { stdio: 'inherit' });
  cpSync(generated, 'dist/shared/wire/generated', { recursive: true });
  const [{ build }, { default: page }] = await Promise.all([import('vite'), import('./vite.config.mjs')]);
  await build(page);
  for (const main of ['agent/main', 'collector/main', 'collector/ops/main']) {
    if (existsSync(`dist/${main}.js`)) chmodSync(`dist/${main}.js`, 0o755);
  }
}
