/**
 * `npm test` and `npm run demo` begin here: installs the Debian packages that the lab lacks, where that is allowed, and
 * says in one line whether the lab can run. It exits with 0 either way, since tests skip with the same reason; with
 * `--require`, as the demo and the bench call it, it exits with 1 when the lab cannot run.
 */
import { installMissing } from './debian-packages.ts';
import { labReadiness, TOOLS } from './requirements.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const installed = installMissing(say);
const readiness = installed.kind === 'ready' ? labReadiness() : installed;
if (readiness.kind === 'not-ready') {
  const isRequired = process.argv.includes('--require');
  const needs = `It needs root on Linux with network namespaces, and (Debian packages) ${[...new Set(Object.values(TOOLS))].join(', ')}.`;
  say(
    isRequired
      ? `dorawatch: this cannot run here: ${readiness.reason}.\n${needs}`
      : `dorawatch: lab tests will skip: ${readiness.reason}`,
  );
  process.exitCode = isRequired ? 1 : 0;
}
