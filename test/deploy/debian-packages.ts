/**
 * The packages as `npm run package` makes them, for tests: once a test file, under another version where an upgrade needs two.
 * They are hardly compressed, which is where the minute of a real one goes.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { command, toolEnvironment } from '../lab/command.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Made {
  readonly agent: string;
  readonly collector: string;
  /** What the script printed: sizes. */
  readonly told: string;
}

export async function makePackages(out: string, version: string, ...more: readonly string[]): Promise<Made> {
  const args = ['.config/package.mjs', '--out', out, '--version', version, ...more];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env: toolEnvironment() });
  const path = (name: string): string =>
    join(out, readdirSync(out).find((file) => file.startsWith(`${name}_${version}_`)) ?? '');
  return { agent: path('dorawatch-agent'), collector: path('dorawatch-collector'), told: stdout };
}

/** The same package under a later version, as an upgrade brings it: taken apart, renamed, put together. */
export function nextVersion(deb: string, version: string): string {
  const folder = `${deb}-${version}`;
  command('dpkg-deb', ['--raw-extract', deb, folder]);
  const [program = ''] = readdirSync(join(folder, 'usr/lib'));
  for (const path of [join(folder, 'DEBIAN/control'), join(folder, 'usr/lib', program, 'package.json')])
    writeFileSync(path, readFileSync(path, 'utf8').replace(/(Version: |"version":")[^"\n]+/, `$1${version}`));
  command('dpkg-deb', ['--root-owner-group', '-Znone', '--build', folder, `${folder}.deb`], { limitMs: 60_000 });
  return `${folder}.deb`;
}

/** What lintian has against a package: its errors and warnings. */
export async function lintian(deb: string): Promise<readonly string[]> {
  const judging = promisify(execFile)('lintian', ['--allow-root', '--tag-display-limit', '0', deb], {
    env: toolEnvironment(),
  });
  // It ends with 2 when it found errors, and has told them.
  const { stdout } = await judging.catch((error: { readonly stdout: string }) => error);
  return stdout.split('\n').filter((line) => /^[EW]:/.test(line));
}
