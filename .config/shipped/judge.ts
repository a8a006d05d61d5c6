/**
 * What we ship, judged: the licence of every package, the install scripts that may run, the advisories that are known. Pure: values
 * in, sentences out; each sentence names the package and what to do. The rules with their reasons are in rules.json.
 *
 * Rejected: a licence crawler that reads texts. Every package here states an SPDX id, and one that doesn't is looked at by a person.
 */

/** rules.json: everything that is allowed, each with its reason. */
export interface Rules {
  /** SPDX ids that shipped packages may have. */
  readonly licences: Readonly<Record<string, string>>;
  /** Those that only tools for building and testing may have besides. */
  readonly buildLicences: Readonly<Record<string, string>>;
  /** NAME@VERSION without a licence in its package.json, looked at by a person; tools only. */
  readonly unstated: Readonly<Record<string, string>>;
  /** Dev packages whose code is in the page's bundle, hence shipped. */
  readonly bundled: Readonly<Record<string, string>>;
  /** Install scripts that run, and those that do not, at the version that was looked at. */
  readonly installScripts: Readonly<Record<string, ReviewedScript>>;
  readonly refusedScripts: Readonly<Record<string, ReviewedScript>>;
  /** Advisories (GHSA-…) that are known and borne. */
  readonly findings: Readonly<Record<string, string>>;
}

interface ReviewedScript {
  readonly version: string;
  readonly why: string;
}

/** The parts of a CycloneDX 1.5 document (`npm sbom`) that matter here. */
export interface Sbom {
  readonly metadata: { readonly component: { readonly name: string; readonly 'bom-ref': string } };
  readonly components: readonly SbomComponent[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

export interface SbomComponent {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
  readonly licenses?: readonly {
    readonly license?: { readonly id?: string; readonly name?: string };
    readonly expression?: string;
  }[];
}

export interface LockFile {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly hasInstallScript?: boolean }>>;
}

/** What of `npm audit --json` matters: packages, each with advisories or names of packages that bring them. */
export interface AuditReport {
  readonly vulnerabilities?: Readonly<
    Record<string, { readonly via: readonly (string | { readonly url?: string; readonly title?: string })[] }>
  >;
}

const isTool = ({ properties = [] }: SbomComponent): boolean =>
  properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');

/**
 * What users get: no tools, but those whose code is in the page's bundle. `npm sbom --omit dev` would not do: it leaves out what
 * both a tool and a program need (of npm 11.19: commander, yaml, protobufjs and 25 more).
 */
export function shippedOf(sbom: Sbom, { bundled }: Rules): Sbom {
  const { component } = sbom.metadata;
  const root = component['bom-ref'];
  const components = sbom.components.filter((one) => !isTool(one) || Object.hasOwn(bundled, one.name));
  const refs = new Set([root, ...components.map((one) => one['bom-ref'])]);
  const dependencies = sbom.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) }));
  // npm takes the name from the folder of the clone.
  const metadata = { ...sbom.metadata, component: { ...component, name: root.replace(/@[^@]*$/, '') } };
  return { ...sbom, metadata, components, dependencies };
}

/** Licences that are not allowed, and packages that name none. */
export function licenceProblems(sbom: Pick<Sbom, 'components'>, rules: Rules): readonly string[] {
  const problems = sbom.components.flatMap((one) => {
    const allowed = isTool(one) && !Object.hasOwn(rules.bundled, one.name);
    const ids = [...Object.keys(rules.licences), ...(allowed ? Object.keys(rules.buildLicences) : [])];
    const problem = licenceProblem(one, ids);
    const name = `${one.name}@${one.version}`;
    return problem === null || (allowed && Object.hasOwn(rules.unstated, name)) ? [] : [`${name}: ${problem}`];
  });
  return [...problems, ...staleOf(sbom, rules)];
}

function licenceProblem({ licenses = [] }: SbomComponent, allowed: readonly string[]): string | null {
  const stated = licenses.map(({ license, expression }) => expression ?? license?.id ?? license?.name ?? '');
  if (stated.length === 0 || stated.includes('')) return 'it states no licence; read its files, and then "unstated"';
  const bad = stated.filter((text) => !isAllowed(text, allowed));
  return bad.length === 0 ? null : `its licence is ${bad.join(', ')}, which is not among those allowed`;
}

/** An expression of OR is as good as its best part, one of AND as its worst; anything more is for a person. */
function isAllowed(expression: string, allowed: readonly string[]): boolean {
  const text = expression.replace(/^\((.*)\)$/, '$1');
  if (/[()]| WITH /.test(text)) return false;
  return text.split(' OR ').some((part) => part.split(' AND ').every((id) => allowed.includes(id)));
}

/** Rules about what is no longer there would one day allow something else. */
function staleOf({ components }: Pick<Sbom, 'components'>, { unstated, bundled }: Rules): readonly string[] {
  const there = new Set(components.flatMap(({ name, version }) => [name, `${name}@${version}`]));
  const rules = [...Object.keys(unstated), ...Object.keys(bundled)];
  return rules.filter((name) => !there.has(name)).map((name) => `${name}: in the rules, but not in the lock file`);
}

/**
 * Packages with install scripts against the rules, and package.json's allowScripts against both.
 * @param lock `hasInstallScript` stands at those that say so in their package.json
 * @param compiled paths of those that npm compiles unasked: they have a binding.gyp, and the lock file does not say so
 * @param allowScripts as npm 11 reads it: names only, since a pin matches nothing in a lock file without addresses
 */
export function scriptProblems(
  { packages }: LockFile,
  compiled: ReadonlySet<string>,
  allowScripts: Readonly<Record<string, boolean>>,
  { installScripts, refusedScripts }: Rules,
): readonly string[] {
  const found = Object.entries(packages)
    .filter(([path, { hasInstallScript }]) => hasInstallScript === true || compiled.has(path))
    .map(([path, { version = '' }]) => ({ name: path.slice(path.lastIndexOf('node_modules/') + 13), version }));
  const reviewed = { ...refusedScripts, ...installScripts };
  const unseen = found
    .filter(({ name, version }) => (Object.hasOwn(reviewed, name) ? reviewed[name]?.version : '') !== version)
    .map(({ name, version }) => `${name}@${version}: its install script was not looked at; read it, then the rules`);
  const gone = Object.keys(reviewed)
    .filter((name) => !found.some((one) => one.name === name))
    .map((name) => `${name}: in the rules, but has no install script`);
  const wanted = Object.fromEntries(Object.keys(reviewed).map((name) => [name, Object.hasOwn(installScripts, name)]));
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(allowScripts)])];
  const differs = names
    .filter((name) => allowScripts[name] !== wanted[name])
    .map((name) => `${name}: allowScripts in package.json says ${allowScripts[name]}, the rules ${wanted[name]}`);
  return [...new Set([...unseen, ...gone, ...differs])];
}

/** Advisories without an explanation, and explanations without an advisory. */
export function auditProblems({ vulnerabilities = {} }: AuditReport, { findings }: Rules): readonly string[] {
  const seen = new Set<string>();
  const problems = Object.entries(vulnerabilities).flatMap(([name, { via }]) =>
    via.flatMap((one) => {
      // A name stands for a package that brings the advisory along, and that has a line of its own.
      if (typeof one === 'string') return [];
      const id = one.url?.split('/').at(-1) ?? '(no id)';
      seen.add(id);
      return Object.hasOwn(findings, id) ? [] : [`${name}: ${id} ${one.title ?? ''}`.trim()];
    }),
  );
  const stale = Object.keys(findings).filter((id) => !seen.has(id));
  return [...problems, ...stale.map((id) => `${id}: explained in the rules, and no longer reported`)];
}
