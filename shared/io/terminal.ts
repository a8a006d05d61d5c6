/**
 * What the terminal behind standard output is like: how wide, and whether it may be coloured. Asked in one place, so that every
 * program honours COLUMNS and NO_COLOR alike; a pipe or a file has no width and no colour.
 */

/** Characters a line; null when standard output is no terminal, or one that does not say. */
export function outputWidth(): number | null {
  const { stdout, env } = process;
  if (stdout.isTTY !== true) return null;
  const said = env['COLUMNS'] ?? '';
  // What the operator says goes before what the terminal says, as in ps and ls.
  const width = /^[1-9]\d{0,4}$/.test(said) ? Number(said) : stdout.columns;
  return width > 0 ? width : null;
}

/** Whether standard output can be coloured, and nobody said otherwise (no-color.org: set and not empty). */
export function wantsColour(): boolean {
  const { stdout, env } = process;
  return stdout.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}
