/**
 * A figure of the bench and the table that they end in. An aim is printed beside its figure and nothing is asserted: a
 * machine is slow for many reasons, and a bench that fails for the weather is soon not run any more.
 */

/** One row of the table; texts carry their units. */
export interface Figure {
  readonly name: string;
  readonly dorawatch: string;
  /** The peer's figure, measured in the same run; empty where there is no peer. */
  readonly peer: string;
  /** dorawatch ÷ peer, or figure ÷ aim where there is no peer; NaN when it cannot be told. */
  readonly ratio: number;
  readonly aim: string;
  /** Undefined: no aim stands for this row. */
  readonly isMet: boolean | undefined;
}

const HEAD = ['figure', 'dorawatch', 'perfdhcp', 'ratio', 'aim', ''] as const;

/** The table, aligned: names to the left, figures to the right. */
export function figureTable(figures: readonly Figure[]): string {
  const rows = [HEAD, ...figures.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 || column > 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

function cells({ name, dorawatch, peer, ratio, aim, isMet }: Figure): readonly string[] {
  const verdict = isMet === undefined ? '' : isMet ? 'met' : 'MISSED';
  return [name, dorawatch, peer, Number.isNaN(ratio) ? '-' : ratio.toFixed(2), aim, verdict];
}

/** The middle of some figures; NaN of none. Figures that are NaN are left out. */
export function median(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(half)] ?? Number.NaN) + (sorted[Math.ceil(half)] ?? Number.NaN)) / 2;
}

/** Arithmetic mean; NaN of none. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Says what is going on, while it goes on. */
export type Tell = (line: string) => void;
