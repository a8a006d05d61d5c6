// Lays one package's files out as they will lie on a host, and the control files beside them. Everything about a file that
// could differ from one build to the next (order, time, mode) is set here.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { changelog, control, copyright, manPage } from './package-texts.mjs';

const NODE = 'node';
const SHELLS = {
  bash: (command) => `usr/share/bash-completion/completions/${command}`,
  zsh: (command) => `usr/share/zsh/vendor-completions/_${command}`,
  fish: (command) => `usr/share/fish/vendor_completions.d/${command}.fish`,
};

/** @returns sizes in MB, as text: all of it, Node's own, and what is beyond that */
export function stage(root, each, { version, epoch, bundled }) {
  const put = putter(root);
  const lib = join(root, each.folder, 'lib');
  for (const [from, to] of each.beside) copy(from, to.startsWith('../') ? join(lib, to) : join(lib, to, leaf(from)));
  const node = copyNode(join(root, each.folder, NODE));
  // Without it the programs would run all the same, worse, and tell systemd nothing.
  execFileSync(join(root, each.folder, NODE), ['-e', "require('koffi').load(null)"], { cwd: lib });
  put(`${each.folder}/package.json`, `${JSON.stringify({ name: each.name, version, type: 'module' })}\n`);
  for (const { command } of each.programs) putProgram(put, { root, each, command, version, epoch });
  for (const [from, to] of each.conffiles) put(to, fs.readFileSync(from));
  put(`lib/systemd/system/${each.name}.service`, fs.readFileSync(`deploy/${each.name}.service`));
  put(`usr/share/lintian/overrides/${each.name}`, fs.readFileSync(`deploy/debian/${each.name}/lintian-overrides`));
  const doc = `usr/share/doc/${each.name}`;
  put(`${doc}/copyright`, copyright(bundled));
  put(`${doc}/changelog.gz`, gzip(changelog(each.name, version, epoch)));
  const all = sizeOf(root);
  putControl(put, { root, each, version, node: join(root, each.folder, NODE), kib: Math.ceil(all / 1024) });
  settle(root, epoch);
  return { all: megabytes(all), node: megabytes(node), beyondNode: megabytes(all - node) };
}

const leaf = (path) => (fs.statSync(path).isDirectory() ? '' : path.split('/').at(-1));
const megabytes = (octets) => (octets / 1e6).toFixed(1);
const gzip = (text) => gzipSync(text, { level: 9 });

function putter(root) {
  return (path, content, mode = 0o644) => {
    fs.mkdirSync(dirname(join(root, path)), { recursive: true });
    fs.writeFileSync(join(root, path), content, { mode });
  };
}

function copy(from, to) {
  fs.mkdirSync(dirname(to), { recursive: true });
  fs.cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith('.map') });
  if (to.endsWith('.node')) strip(to);
}

/** The Node that runs this script, without its symbols. @returns its size in octets */
function copyNode(to) {
  fs.copyFileSync(process.execPath, to);
  strip(to);
  fs.chmodSync(to, 0o755);
  return fs.statSync(to).size;
}

function strip(file) {
  execFileSync('strip', ['--strip-unneeded', '--remove-section=.comment', '--remove-section=.note', file]);
}

function putProgram(put, { root, each, command, version, epoch }) {
  const run = (args) => {
    const program = join(root, each.folder, 'lib/program', `${command}.js`);
    const env = { ...process.env, COLUMNS: '80', NO_COLOR: '1' };
    return execFileSync(join(root, each.folder, NODE), [program, ...args], { encoding: 'utf8', env });
  };
  const inside = `/${each.folder}`;
  put(`usr/bin/${command}`, `#!/bin/sh\nexec ${inside}/${NODE} ${inside}/lib/program/${command}.js "$@"\n`, 0o755);
  put(`usr/share/man/man1/${command}.1.gz`, gzip(manPage({ command, version, epoch, run })));
  for (const [shell, path] of Object.entries(SHELLS)) put(path(command), run(['completion', shell]));
}

function putControl(put, { root, each, version, node, kib }) {
  put('DEBIAN/control', control(each, { version, node, kib }));
  put('DEBIAN/conffiles', each.conffiles.map(([, to]) => `/${to}\n`).join(''));
  for (const script of ['postinst', 'prerm', 'postrm'])
    put(`DEBIAN/${script}`, fs.readFileSync(`deploy/debian/${each.name}/${script}`), 0o755);
  const sums = filesOf(root)
    .filter((path) => !path.startsWith('DEBIAN/') && !path.startsWith('etc/'))
    .map(
      (path) =>
        `${createHash('md5')
          .update(fs.readFileSync(join(root, path)))
          .digest('hex')}  ${path}\n`,
    );
  put('DEBIAN/md5sums', sums.join(''));
}

/** Modes that do not depend on who builds, and one time for all. */
function settle(root, epoch) {
  for (const entry of fs.readdirSync(root, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const isProgram = entry.isDirectory() || (fs.statSync(path).mode & 0o100 && !path.endsWith('.node'));
    fs.chmodSync(path, isProgram ? 0o755 : 0o644);
    fs.utimesSync(path, epoch, epoch);
  }
  fs.chmodSync(root, 0o755);
  fs.utimesSync(root, epoch, epoch);
}

function filesOf(root) {
  return fs
    .readdirSync(root, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

function sizeOf(root) {
  return filesOf(root).reduce((sum, path) => sum + fs.statSync(join(root, path)).size, 0);
}
