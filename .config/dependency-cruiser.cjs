// The first fence: who may import whom. Each rule's comment says what it protects; the second fence (tsconfig.core.json)
// and the third (test/tidy.test.ts) catch what an import graph cannot show.
const storeys = '^(agent|collector|shared)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'Data flows one way, so imports do too. A cycle means two files are one idea, or a type sits in the wrong one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'core-is-pure',
      comment:
        'core/ is values in, values out. It may import core/ and nothing else: no shell, no Node module, no package, so that every ' +
        'verdict can be recomputed from a log, and every test of it needs no clock, socket or disk.',
      severity: 'error',
      from: { path: '^(agent|collector|collector/web|shared)/core/' },
      to: { pathNot: '^(agent|collector|collector/web|shared)/core/' },
    },
    {
      name: 'page-is-a-client',
      comment:
        'The page runs in a browser and sees the collector through the HTTP API only; words, types and arithmetic come from the pure cores.',
      severity: 'error',
      from: { path: '^collector/web/' },
      to: { pathNot: '^(collector|shared)/core/|^collector/web/|^node_modules/(preact|uplot)/' },
    },
    {
      name: 'nobody-imports-the-page',
      comment: 'The programs serve the page as built files; only its tests look inside.',
      severity: 'error',
      from: { path: storeys, pathNot: '^collector/web/' },
      to: { path: '^collector/web/' },
    },
    {
      name: 'shared-core-is-a-leaf',
      comment: 'The vocabulary (units, outcomes, batches) must not know who speaks it.',
      severity: 'error',
      from: { path: '^shared/core/' },
      to: { pathNot: '^shared/core/' },
    },
    {
      name: 'shared-knows-no-program',
      comment: 'shared/ is used by both programs and imports neither.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(agent|collector)/' },
    },
    {
      name: 'programs-meet-on-the-wire-only',
      comment:
        'The agent is installed without the collector and the other way round; what both need lives in shared/ or proto/.',
      severity: 'error',
      from: { path: '^(agent|collector)/' },
      to: { path: '^(agent|collector)/', pathNot: '^$1/' },
    },
    {
      name: 'io-does-one-outside-thing',
      comment: 'An io file knows its outside thing, core and shared; it does not know the program that composes it.',
      severity: 'error',
      from: { path: `${storeys}/io/` },
      to: { path: '^(agent|collector)/(engine/|one-shot/|[^/]+[.]ts$)' },
    },
    {
      name: 'http-is-a-door',
      comment:
        'The HTTP port translates questions and answers; it knows core, shared and what answers (io), and neither the programs that compose ' +
        'it nor the command line.',
      severity: 'error',
      from: { path: '^collector/http/' },
      to: { path: '^collector/(ops/|web/|[^/]+[.]ts$)' },
    },
    {
      name: 'nobody-answers-through-http',
      comment: 'What is answered lives in core and io, where gRPC finds it too.',
      severity: 'error',
      from: { path: '^collector/(core|io|ops)/' },
      to: { path: '^collector/http/' },
    },
    {
      name: 'ops-is-a-client',
      comment:
        'The ops command line sees the collector through gRPC only, as anybody on another host would; types and texts come from core.',
      severity: 'error',
      from: { path: '^collector/ops/' },
      to: { path: '^collector/(io/|[^/]+[.]ts$)' },
    },
    {
      name: 'no-test-code-in-the-product',
      comment: 'Fakes and labs stay in test/.',
      severity: 'error',
      from: { path: storeys },
      to: { path: '^test/' },
    },
    {
      name: 'truth-is-independent',
      comment:
        'The lab, its reader of captures and the checker of chaos judge the product, so they share no line with it (the failover tests and the demo compose both).',
      severity: 'error',
      from: { path: '^test/(lab/|chaos/|oracle/dhcp4[.]ts)' },
      to: { path: storeys },
    },
    {
      name: 'log-engine-is-one-file',
      comment:
        'Only the store under the batch log and the rollups knows that it is LevelDB: another engine can take its place behind the same functions.',
      severity: 'error',
      from: { pathNot: '^shared/io/level-store[.]ts$|^test/' },
      to: { path: 'node_modules/classic-level' },
    },
    {
      name: 'no-undeclared-package',
      comment: 'What is not in package.json is there by accident, and gone by accident.',
      severity: 'error',
      from: { path: `${storeys}` },
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'],
      },
    },
    {
      name: 'no-dev-package-in-the-product',
      comment:
        'A site host installs without devDependencies. What the page is made of is in its bundle by then, and is not installed at all.',
      severity: 'error',
      from: { path: `${storeys}`, pathNot: '^collector/web/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
    {
      name: 'resolvable',
      comment: 'An import that resolves to nothing fails on the site host, at night.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: 'generated/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|generated)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.cjs', '.mjs', '.json', '.d.ts'],
    },
  },
};
