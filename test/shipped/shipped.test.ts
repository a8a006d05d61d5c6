/** What must fail: a licence that nobody allowed, one that is missing, an install script that nobody read, an advisory without a word. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import {
  auditProblems,
  licenceProblems,
  type Rules,
  type SbomComponent,
  scriptProblems,
  shippedOf,
} from '../../.config/shipped/judge.ts';

const RULES: Rules = {
  licences: { MIT: 'asks for little' },
  buildLicences: { 'MPL-2.0': 'a tool' },
  unstated: { 'quiet@1.0.0': 'its text is MIT' },
  bundled: { drawing: 'in the page' },
  installScripts: { native: { version: '2.0.0', why: 'compiles' } },
  refusedScripts: { talker: { version: '1.0.0', why: 'only talks' } },
  findings: { 'GHSA-known': 'not reachable from here' },
};

const tool = [{ name: 'cdx:npm:package:development', value: 'true' }];
const one = (name: string, licence: string | null, properties: SbomComponent['properties'] = []): SbomComponent => ({
  'bom-ref': `${name}@1.0.0`,
  name,
  version: '1.0.0',
  properties: properties ?? [],
  ...(licence === null
    ? {}
    : { licenses: [/ /.test(licence) ? { expression: licence } : { license: { id: licence } }] }),
});
const BASE = [one('quiet', null, tool), one('drawing', 'MIT', tool)];
const problemsOf = (...more: SbomComponent[]) => licenceProblems({ components: [...BASE, ...more] }, RULES);

t.test('licences: unknown or missing fails and names the package', async (t) => {
  t.same(problemsOf(one('good', 'MIT'), one('compiler', 'MPL-2.0', tool)), []);
  t.match(problemsOf(one('viral', 'AGPL-3.0-only')), [/^viral@1.0.0: its licence is AGPL-3.0-only/]);
  t.match(problemsOf(one('silent', null)), [/^silent@1.0.0: it states no licence/]);
  t.match(problemsOf(one('ours', 'MPL-2.0')), [/^ours@1.0.0: .*MPL-2.0/], 'what a tool may have, a program may not');
  t.match(problemsOf(one('quiet', null)), [/^quiet@1.0.0: it states no licence/], 'nor without a licence');
});

t.test('licences: of OR the best part counts, of AND the worst, and the rest is for people', async (t) => {
  t.same(problemsOf(one('a', '(WTFPL OR MIT)'), one('b', 'MIT OR GPL-3.0-only')), []);
  t.match(problemsOf(one('a', 'MIT AND GPL-3.0-only')), [/^a@1.0.0/]);
  t.match(problemsOf(one('a', 'MIT WITH strings')), [/^a@1.0.0/]);
});

t.test('licences: a rule about what is gone is told', async (t) => {
  t.match(licenceProblems({ components: [one('drawing', 'MIT', tool)] }, RULES), [/^quiet@1.0.0: in the rules/]);
});

t.test('what is shipped: programs and what the page bundles, no tools', async (t) => {
  const sbom = {
    metadata: { component: { name: 'a-clone', 'bom-ref': 'dorawatch@0.1.0' } },
    components: [...BASE, one('good', 'MIT')],
    dependencies: [
      { ref: 'dorawatch@0.1.0', dependsOn: ['quiet@1.0.0', 'good@1.0.0'] },
      { ref: 'quiet@1.0.0', dependsOn: [] },
    ],
  };
  const shipped = shippedOf(sbom, RULES);
  t.same(
    shipped.components.map(({ name }) => name),
    ['drawing', 'good'],
  );
  t.equal(shipped.metadata.component.name, 'dorawatch', 'not the name of its folder');
  t.same(shipped.dependencies, [{ ref: 'dorawatch@0.1.0', dependsOn: ['good@1.0.0'] }], 'of what is there');
});

t.test("what is shipped: the page's imports are all said to be bundled", async (t) => {
  const { bundled } = JSON.parse(readFileSync('.config/shipped/rules.json', 'utf8')) as Rules;
  t.same(Object.keys(bundled), ['preact', 'uplot'], 'as the import rule page-is-a-client has it');
  t.match(readFileSync('.config/dependency-cruiser.cjs', 'utf8'), '^node_modules/(preact|uplot)/');
});

t.test('install scripts: one that nobody read fails, by name and by version', async (t) => {
  const lock = (packages: Record<string, { version: string; hasInstallScript?: boolean }>) => ({
    packages: {
      '': { version: '0.1.0' },
      'node_modules/a/node_modules/talker': { version: '1.0.0', hasInstallScript: true },
      'node_modules/native': { version: '2.0.0' },
      'node_modules/plain': { version: '1.0.0' },
      ...packages,
    },
  });
  const compiled = new Set(['node_modules/native']);
  const allow = { native: true, talker: false };
  t.same(scriptProblems(lock({}), compiled, allow, RULES), []);
  const stranger = lock({ 'node_modules/@x/miner': { version: '9.0.0', hasInstallScript: true } });
  t.match(scriptProblems(stranger, compiled, allow, RULES), [/^@x\/miner@9.0.0: its install script was not looked at/]);
  const newer = lock({ 'node_modules/native': { version: '2.0.1' } });
  t.match(scriptProblems(newer, compiled, allow, RULES), [/^native@2.0.1/], 'another version is another script');
  const both = new Set([...compiled, 'node_modules/plain']);
  t.match(scriptProblems(lock({}), both, allow, RULES), [/^plain@1.0.0/], 'npm compiles what has a binding.gyp');
  t.match(scriptProblems(lock({}), compiled, { ...allow, plain: true }, RULES), [/^plain: allowScripts/]);
  t.match(scriptProblems(lock({}), compiled, { native: true }, RULES), [/^talker: allowScripts/]);
});

t.test('advisories: one without an explanation fails, and so does an explanation without one', async (t) => {
  const known = { via: [{ url: 'https://github.com/advisories/GHSA-known', title: 'slow' }] };
  const fresh = { via: ['a', { url: 'https://github.com/advisories/GHSA-new', title: 'worse' }] };
  t.same(auditProblems({ vulnerabilities: { a: known } }, RULES), []);
  t.same(auditProblems({ vulnerabilities: { a: known, b: fresh } }, RULES), ['b: GHSA-new worse']);
  t.match(auditProblems({ vulnerabilities: {} }, RULES), [/^GHSA-known: explained/]);
});
