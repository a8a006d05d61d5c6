/**
 * Tables on a terminal, in the shape of the one that a network team once typed by hand. Plain ASCII rules, so that what is
 * pasted into a ticket stays a table; colour only where the caller says that it can be seen.
 */
import Table from 'cli-table3';
import { type Column, fitTable } from '../core/answers/table-fit.ts';

const RULES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '|',
  'left-mid': '|',
  mid: '-',
  'mid-mid': '|',
  right: '|',
  'right-mid': '|',
  middle: '|',
};

/** Where a table is printed: characters a line; null when that is no terminal, and nothing is narrowed. */
export interface Page {
  readonly width: number | null;
}

/** @returns lines with a head and a rule below it, and what had to go below; the last one ends with a line feed */
export function tableText(columns: readonly Column[], given: readonly (readonly string[])[], { width }: Page): string {
  const { head, rows, dropped } = fitTable(columns, given, width);
  const table = new Table({ head: [...head], chars: RULES, style: { head: [], border: [], compact: true } });
  for (const row of rows) table.push([...row]);
  const gone = dropped.length === 0 ? '' : `Not shown, for want of width: ${dropped.join(', ')}.\n`;
  return `${table.toString()}\n${gone}`;
}

/** Paints words by what they mean; identity when colour cannot be seen. */
export type Paint = (state: string) => string;

const COLOURS: Readonly<Record<string, number>> = {
  serving: 32,
  normal: 32,
  served: 32,
  connected: 32,
  degraded: 33,
  overlap: 33,
  'failed over': 33,
  'both serving': 33,
  'non-serving': 31,
  gap: 31,
  unserved: 31,
  unreachable: 31,
  disconnected: 31,
  unknown: 35,
  silent: 35,
  firing: 31,
  pending: 33,
  held: 35,
  resting: 35,
  '→': 36,
  '←': 35,
  Answered: 32,
  'Not answered': 31,
  Refused: 31,
  'Not measured': 33,
  malformed: 31,
  'not from the server': 33,
};

/** @param colour whether the output is a terminal that wants colour */
export const painter =
  (colour: boolean): Paint =>
  (state) => {
    const code = colour ? COLOURS[state] : undefined;
    return code === undefined ? state : `\u001b[${code}m${state}\u001b[39m`;
  };
