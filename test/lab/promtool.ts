/** Debian's promtool, asked as a person would ask it, and a page of metrics read back as figures. */
import { spawnSync } from 'node:child_process';
import { missingTools } from './requirements.ts';

/** The reason to give to tap's `skip`; false when promtool is there. */
export const promtoolSkipReason = (): string | false =>
  missingTools().includes('promtool') ? 'promtool is not installed (Debian: prometheus)' : false;

/** @returns what promtool says, and its exit code; 0 and nothing: it has no complaint */
export function promtool(
  args: readonly string[],
  input?: string,
): { readonly code: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, {
    encoding: 'utf8',
    ...(input !== undefined && { input }),
  });
  return { code: status, said: `${stdout}${stderr}`.trim() };
}

/** @returns what `promtool check metrics` has to complain about in a page */
export const complaints = (page: string): string => {
  const { code, said } = promtool(['check', 'metrics'], page);
  return code === 0 && said === '' ? '' : `${code}: ${said}`;
};

/** Series of a page, `name{label="value",…}` with labels in the order of the page, and their values. Test pages have no escapes. */
export function seriesOf(page: string): ReadonlyMap<string, number> {
  const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))] as const;
    }),
  );
}
