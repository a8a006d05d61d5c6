/**
 * A table that fits the width it is printed in: text columns wrap between words, long names end in an ellipsis, and when that
 * is not enough whole columns go, in the order that the command gives them. What says the state goes never and stays whole.
 *
 * Rejected: cutting every cell at a share of the width. A cut time or state reads as another one.
 */

/** A column, and what it gives when the table is too wide. */
export interface Column {
  readonly head: string;
  /** Lower numbers go first; absent: it never goes. */
  readonly drop?: number;
  /** Its cells wrap between words, or are shortened with an ellipsis; absent: neither. */
  readonly gives?: 'wrap' | 'shorten';
}

/** Cells may hold colour; a cell of several lines has line feeds. `dropped` are the heads of columns that went. */
export interface FittedTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly dropped: readonly string[];
}

/** What stands between cells, characters: for each column, and once a line. */
export interface Frame {
  readonly each: number;
  readonly ends: number;
}

/** A bar before each, one behind the last, and a space on either side of a cell. */
const RULED: Frame = { each: 3, ends: 1 };

/** Widths to which columns are narrowed before one goes, and then when none is left to go, characters. */
const COMFORT = { wrap: 18, shorten: 24 };
const LEAST = { wrap: 8, shorten: 6 };

// biome-ignore lint/suspicious/noControlCharactersInRegex: colour is told by control characters.
const COLOUR = /\u001b\[[0-9;]*m/g;

/** Characters that a text takes on a screen. */
export const visibleLength = (text: string): number => [...text.replace(COLOUR, '')].length;

/** @param width of a line, characters; null: as wide as it comes, and nothing changes */
export function fitTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | null,
  frame: Frame = RULED,
): FittedTable {
  const heads = columns.map(({ head }) => head);
  if (width === null) return { head: heads, rows, dropped: [] };
  const order = columns
    .flatMap(({ drop }, index) => (drop === undefined ? [] : [{ drop, index }]))
    .sort((a, b) => a.drop - b.drop)
    .map(({ index }) => index);
  for (let count = 0; count <= order.length; count += 1) {
    const gone = new Set(order.slice(0, count));
    const kept = columns.flatMap((_, index) => (gone.has(index) ? [] : [index]));
    const least = count < order.length ? COMFORT : LEAST;
    const widths = narrowed(columns, rows, { kept, least, width, frame });
    if (widths === null && count < order.length) continue;
    return { ...cut(columns, rows, kept, widths), dropped: order.slice(0, count).map((index) => heads[index] ?? '') };
  }
  return { head: heads, rows, dropped: [] };
}

interface Room {
  readonly kept: readonly number[];
  readonly least: typeof COMFORT;
  readonly width: number;
  readonly frame: Frame;
}

/** Widths of the kept columns, the widest narrowed first; null when they do not fit even so. */
function narrowed(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { kept, least, width, frame }: Room,
): number[] | null {
  const cells = kept.map((index) => [columns[index]?.head ?? '', ...rows.map((row) => row[index] ?? '')]);
  const widths = cells.map((column) => Math.max(...column.map(visibleLength)));
  const floors = kept.map((index, place) => {
    const { gives } = columns[index] ?? {};
    const natural = widths[place] ?? 0;
    if (gives === undefined) return natural;
    const words =
      gives === 'wrap' ? Math.max(...(cells[place] ?? []).map(longestWord)) : longestWord(columns[index]?.head ?? '');
    return Math.min(natural, Math.max(words, least[gives]));
  });
  const room = width - (frame.each * kept.length + frame.ends);
  let over = sum(widths) - room;
  while (over > 0) {
    const widest = widestThatGives(widths, floors);
    if (widest === null) return null;
    widths[widest] = (widths[widest] ?? 0) - 1;
    over -= 1;
  }
  return widths;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
const longestWord = (text: string): number => Math.max(...text.split(/\s/).map(visibleLength));

function widestThatGives(widths: readonly number[], floors: readonly number[]): number | null {
  let found: number | null = null;
  for (const [place, width] of widths.entries()) {
    if (width > (floors[place] ?? width) && (found === null || width > (widths[found] ?? 0))) found = place;
  }
  return found;
}

/** @param widths null: narrower than they can be; names are shortened and texts wrapped as far as they go */
function cut(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  kept: readonly number[],
  widths: readonly number[] | null,
): Pick<FittedTable, 'head' | 'rows'> {
  const fit = (row: readonly string[], wraps: boolean): string[] =>
    kept.map((index, place) => {
      const gives = columns[index]?.gives;
      const cell = row[index] ?? '';
      if (gives === undefined) return cell;
      const least = widths?.[place] ?? LEAST[gives];
      return gives === 'wrap' || wraps ? wrapped(cell, least).join('\n') : shortened(cell, least);
    });
  return {
    head: fit(
      columns.map(({ head }) => head),
      true,
    ),
    rows: rows.map((row) => fit(row, false)),
  };
}

/** "a-very-long-na…"; a text that fits is left alone. @param width characters, at least 1 */
export function shortened(text: string, width: number): string {
  const letters = [...text];
  return letters.length <= width ? text : `${letters.slice(0, width - 1).join('')}…`;
}

/** Lines of whole words; a word that is wider than a line has one of its own. @param indent before every line but the first */
export function wrapped(text: string, width: number, indent = ''): readonly string[] {
  if (visibleLength(text) <= width) return [text];
  const lines: string[] = [];
  let line: string | null = null;
  for (const [spaced, space = '', word = ''] of text.matchAll(/(\s*)(\S+)/g)) {
    if (line === null || visibleLength(line + space + word) <= width) line = (line ?? '') + spaced;
    else {
      lines.push(line);
      line = indent + word;
    }
  }
  return [...lines, line ?? text];
}
