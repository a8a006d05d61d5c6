// Makes the Debian packages: `npm run package` builds the programs and leaves dorawatch-agent_VERSION_amd64.deb and
// dorawatch-collector_VERSION_amd64.deb in packages/, the same octets from the same commit.
//   --out DIR  --version V (an upgrade's test needs a next one)  --only agent|collector  --compress xz|quick|none
// What is not in deploy/debian is worked out here: the bundle, Node itself, texts that the programs print of themselves.
// debhelper was refused: it would be asked for by everybody who packages, and does what sixty lines of shell say plainly.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle } from './package-bundle.mjs';
import { PACKAGES } from './package-list.mjs';
import { stage } from './package-stage.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'packages' },
    version: { type: 'string', default: JSON.parse(readFileSync('package.json', 'utf8')).version },
    only: { type: 'string' },
    compress: { type: 'string', default: 'xz' },
  },
});

/** Seconds since 1970 that every file of a package bears: the commit's own time, unless somebody says otherwise. */
function sourceEpoch() {
  const said = process.env.SOURCE_DATE_EPOCH;
  if (said !== undefined) return Number(said);
  return Number(execFileSync('git', ['log', '-1', '--format=%ct'], { encoding: 'utf8' }));
}

function pack(root, name, compress) {
  const file = join(values.out, `${name}_${values.version}_amd64.deb`);
  // Files come in an order of their names from dpkg-deb itself; their times are set by stage().
  const style = { none: ['-Znone'], quick: ['-Zxz', '-z0'], xz: ['-Zxz', '-z6'] }[compress];
  execFileSync('dpkg-deb', ['--root-owner-group', ...style, '--build', root, file], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return file;
}

const epoch = sourceEpoch();
const work = mkdtempSync(join(tmpdir(), 'dorawatch-package-'));
try {
  mkdirSync(values.out, { recursive: true });
  for (const each of PACKAGES.filter(({ name }) => values.only === undefined || name.endsWith(values.only))) {
    const root = join(work, each.name);
    const bundled = await bundle(each, join(root, each.folder, 'lib'));
    const sizes = stage(root, each, { version: values.version, epoch, bundled });
    const file = pack(root, each.name, values.compress);
    console.log(`${file}: ${sizes.all} MB installed, ${sizes.beyondNode} MB of it beyond Node (${sizes.node} MB)`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
