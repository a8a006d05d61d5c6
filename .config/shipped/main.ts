/**
 * The command line of what we ship: `check` (licences and install scripts), `sbom [FILE]` (CycloneDX, of what users get), `audit`
 * (known advisories). npm makes the lists, from the lock file alone: no registry is asked, except by `audit`.
 *
 * Rejected: asking the registry in `check`: a gate that fails when somebody else's machine is away says nothing about the code.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type AuditReport,
  auditProblems,
  type LockFile,
  licenceProblems,
  type Rules,
  type Sbom,
  scriptProblems,
  shippedOf,
} from './judge.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Octets of npm's longest answer: an SBOM of 600 packages has 0.7 million. */
const ANSWER_MAX = 64 << 20;

function readJson<Shape>(file: string): Shape {
  return JSON.parse(readFileSync(new URL(file, `file://${root}`), 'utf8')) as Shape;
}

function npm(...args: readonly string[]): { readonly out: string; readonly err: string } {
  const { stdout, stderr, error } = spawnSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: ANSWER_MAX });
  if (error) throw error;
  return { out: stdout, err: stderr };
}

function sbom(): Sbom {
  const { out, err } = npm('sbom', '--package-lock-only', '--sbom-format', 'cyclonedx');
  if (!out.startsWith('{')) throw new Error(`npm sbom: expected a document, found: ${out}${err}`);
  return JSON.parse(out) as Sbom;
}

/** @returns the exit code */
function tell(subject: string, problems: readonly string[], good: string): number {
  for (const problem of problems) console.error(`${subject}: ${problem}`);
  if (problems.length === 0) console.log(`${subject}: ${good}`);
  return problems.length === 0 ? 0 : 1;
}

function check(rules: Rules): number {
  const all = sbom();
  const { allowScripts = {} } = readJson<{ allowScripts?: Record<string, boolean> }>('package.json');
  const lock = readJson<LockFile>('package-lock.json');
  const compiled = Object.keys(lock.packages).filter((path) => path !== '' && existsSync(`${root}${path}/binding.gyp`));
  const scripts = scriptProblems(lock, new Set(compiled), allowScripts, rules);
  const shipped = shippedOf(all, rules).components.length;
  const licences = `${shipped} packages are shipped and ${all.components.length - shipped} build and test them, all allowed`;
  const count = `${Object.keys(rules.installScripts).length} may run, ${Object.keys(rules.refusedScripts).length} may not`;
  return tell('licences', licenceProblems(all, rules), licences) | tell('install scripts', scripts, count);
}

function writeSbom(rules: Rules, file: string | undefined): number {
  const text = `${JSON.stringify(shippedOf(sbom(), rules), null, 2)}\n`;
  if (file === undefined) process.stdout.write(text);
  else writeFileSync(file, text);
  return 0;
}

function audit(rules: Rules): number {
  const { out, err } = npm('audit', '--json', '--fetch-retries=0', '--fetch-timeout=10000');
  const answer: unknown = out.startsWith('{') ? JSON.parse(out) : {};
  if (typeof answer === 'object' && answer !== null && 'vulnerabilities' in answer)
    return tell('audit', auditProblems(answer as AuditReport, rules), 'no advisory that is not explained');
  const word = /40\d [^\n]*|E[A-Z]{4,}[^\n]*/.exec(err)?.[0].replace(/ - .*/, '') ?? 'no answer';
  console.log(`audit: NOT KNOWN, the registry could not be asked (${word}); ask again where it can be`);
  return 0;
}

const rules = readJson<Rules>('.config/shipped/rules.json');
const [verb, file] = process.argv.slice(2);
if (verb === 'check') process.exitCode = check(rules);
else if (verb === 'sbom') process.exitCode = writeSbom(rules, file);
else if (verb === 'audit') process.exitCode = audit(rules);
else {
  console.error('usage: main.ts check | sbom [FILE] | audit');
  process.exitCode = 2;
}
