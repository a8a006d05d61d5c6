// Builds the three programs into dist/: protobuf code first (shared/wire/generated, not committed), then the compiler.
// One script for `npm run build` and for `prepare`, so that `npm ci` leaves the programs runnable.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const bin = (name) => `node_modules/.bin/${name}`;
const run = (command, args) => execFileSync(command, args, { stdio: 'inherit' });

const generated = 'shared/wire/generated';
const protos = readdirSync('proto/dorawatch/v1').map((file) => `proto/dorawatch/v1/${file}`);
mkdirSync(generated, { recursive: true });
run(bin('pbjs'), [
  '-t',
  'static-module',
  '-w',
  'commonjs',
  '--keep-case',
  '--no-service',
  '--path',
  'proto',
  '-o',
  `${generated}/dorawatch.cjs`,
  ...protos,
]);
run(bin('pbts'), ['-o', `${generated}/dorawatch.d.cts`, `${generated}/dorawatch.cjs`]);
// Reflection serves the descriptors themselves.
run(bin('pbjs'), ['-t', 'json', '--keep-case', '--path', 'proto', '-o', `${generated}/dorawatch.json`, ...protos]);

rmSync('dist', { recursive: true, force: true });
run(bin('tsc'), ['-p', '.config/tsconfig.build.json']);
cpSync(generated, 'dist/shared/wire/generated', { recursive: true });
for (const main of ['agent/main', 'collector/main', 'collector/ops/main']) {
  if (existsSync(`dist/${main}.js`)) chmodSync(`dist/${main}.js`, 0o755);
}
