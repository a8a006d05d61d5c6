// The texts of a package that are made and not written: its control file, the manual pages (what the programs print of
// themselves with --help, so that the two cannot differ), changelog, and whose work is inside under which licence.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const MAINTAINER = 'The dorawatch authors <dorawatch@localhost.invalid>';

/** Whom a line names that says nothing else: 3.4.N of libstdc++ came with this GCC. */
const GCC_OF_GLIBCXX = [
  [30, 12],
  [29, 11],
  [28, 9],
  [26, 9],
  [25, 8],
  [0, 5],
];

/** The least libraries that Node was linked against. */
function libraries(node) {
  const text = readFileSync(node, 'latin1');
  const newest = (name, digits) =>
    Math.max(...[...text.matchAll(new RegExp(`${name}\\.(\\d+)\\0`, digits))].map(([, minor]) => Number(minor)));
  const glibcxx = newest('GLIBCXX_3\\.4', 'g');
  const [, gcc] = GCC_OF_GLIBCXX.find(([from]) => glibcxx >= from);
  return `libc6 (>= 2.${newest('GLIBC_2', 'g')}), libgcc-s1, libstdc++6 (>= ${gcc})`;
}

export function control({ name, summary, description }, { version, node, kib }) {
  return `Package: ${name}
Version: ${version}
Architecture: amd64
Maintainer: ${MAINTAINER}
Installed-Size: ${kib}
Depends: ${libraries(node)}, adduser, init-system-helpers (>= 1.54)
Section: net
Priority: optional
Description: ${summary}
${description.map((line) => ` ${line}\n`).join('')} .
 The package has a Node.js runtime of its own; the system's is neither needed
 nor touched.
`;
}

export function changelog(name, version, epoch) {
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
  const what = '  * What is new stands in CHANGELOG.md of the sources.';
  return `${name} (${version}) stable; urgency=medium\n\n${what}\n\n -- ${MAINTAINER}  ${date}\n`;
}

/** Node's licence lies beside the binary, in one of a few places. */
function nodeLicence() {
  const prefix = dirname(dirname(process.execPath));
  const places = ['LICENSE', 'share/doc/nodejs/LICENSE', 'share/doc/node/LICENSE', 'share/doc/nodejs/copyright'];
  const found = places.map((place) => join(prefix, place)).find((place) => existsSync(place));
  if (found === undefined) throw new Error(`package: the licence of ${process.execPath} is in none of ${places}`);
  return readFileSync(found, 'utf8');
}

/** A package's own words; raw-socket has them at the end of its README. */
function licenceOf(folder) {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)/i.test(name));
  if (file !== undefined) return readFileSync(join(folder, file), 'utf8');
  const readme = readdirSync(folder).find((name) => /^readme/i.test(name));
  const [, text] = /\n#+ Licen[cs]e\s([\s\S]*)$/i.exec(readme ? readFileSync(join(folder, readme), 'utf8') : '') ?? [];
  return text ?? 'The package has no text of its own beside the name of its licence.\n';
}

/** Every Debian has this text; a package is asked not to bring it again. */
const APACHE = /[ \t]*Apache License\s+Version 2\.0, January 2004[\s\S]*?END OF TERMS AND CONDITIONS/g;
const COMMON = `Texts that the above speak of: the Apache License 2.0 is in /usr/share/common-licenses/Apache-2.0,
the GNU General Public License (of scripts by which Node.js is built, which are not here) in
/usr/share/common-licenses/GPL-3.
`;

/** @param bundled folders of the packages whose code is inside */
export function copyright(bundled) {
  const parts = [...bundled, 'node_modules/koffi', 'node_modules/@koromix/koffi-linux-x64'].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return `${name} ${version} (${license})\n\n${licenceOf(folder).trim()}\n`;
  });
  const line = `\n${'-'.repeat(78)}\n\n`;
  const own = `dorawatch\n\n${readFileSync('LICENSE', 'utf8').trim()}\n`;
  const runtime = `Node.js ${process.version}, in its binary\n\n${nodeLicence().trim()}\n`;
  const all = ['What is in this package, and under which licence.\n', own, ...parts, runtime, COMMON].join(line);
  return all.replaceAll(APACHE, 'The Apache License, Version 2.0: /usr/share/common-licenses/Apache-2.0');
}

/** In roff a backslash, and a line's first dot or quote, mean something. */
const roff = (text) =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^(?=[.'])/gm, '\\&');

const commandsIn = (help) =>
  [...(/\nCommands:\n([\s\S]*?)(?:\n\n|$)/.exec(help)?.[1] ?? '').matchAll(/^ {2}([a-z][\w-]*)/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== 'help');

export function manPage({ command, version, epoch, run }) {
  const help = run(['--help']);
  const date = new Date(epoch * 1000).toISOString().slice(0, 10);
  const told = /\n\n([\s\S]*?)\n\n/.exec(help)?.[1].replaceAll(/\s+/g, ' ') ?? command;
  const section = (title, text) => `.SH "${title}"\n.nf\n${roff(text.trim())}\n.fi\n`;
  return [
    `.TH ${command.toUpperCase()} 1 ${date} "dorawatch ${version}" "dorawatch"\n`,
    `.SH NAME\n${roff(command)} \\- ${roff(told.split(/[.:;?]/)[0])}\n`,
    section('SYNOPSIS', /^Usage: (.*)/.exec(help)?.[1] ?? command),
    section('DESCRIPTION', help),
    ...commandsIn(help).map((name) => section(`${command} ${name}`.toUpperCase(), run([name, '--help']))),
  ].join('');
}
