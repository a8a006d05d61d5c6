/**
 * A message that was taken apart, as lines: fields, then options by number, name and content, then what is left. Names stand in one
 * column and contents in another, and what is too wide for the page goes on below its own column.
 */
import { wrapped } from '../answers/table-fit.ts';
import type { MessageView, OptionView, RestView } from './message-view.ts';

/** A line: what stands in front, and what may be wrapped. */
interface Row {
  readonly label: string;
  readonly text: string;
}

const INDENT = '    ';
/** Wide enough for nearly every name; a longer one pushes its own content aside. */
const LABEL_MAX = 34;
/** A content narrower than this is no use; the page is then too narrow for all of it. */
const TEXT_MIN = 20;

/** The column that contents of all these messages stand in. */
export function contentColumn(views: readonly MessageView[]): number {
  const labels = views.flatMap(rowsOf).map(({ label }) => label.length);
  return Math.max(0, ...labels.filter((length) => length <= LABEL_MAX));
}

/**
 * Every field and every octet of the options.
 * @param column as contentColumn has it
 * @param width characters a line; null: as wide as it gets
 */
export function messageLines(view: MessageView, column: number, width: number | null): readonly string[] {
  return rowsOf(view).flatMap(({ label, text }) => rowLines(`${INDENT}${label.padEnd(column)}  `, text, width));
}

const rowsOf = (view: MessageView): readonly Row[] => [
  ...view.header.map(({ name, text }) => ({ label: name, text })),
  ...view.options.flatMap(optionRows),
  ...view.rest.map(restRow),
  ...problemRows(view),
];

function rowLines(label: string, text: string, width: number | null): readonly string[] {
  if (width === null) return [`${label}${text}`.trimEnd()];
  const room = Math.max(TEXT_MIN, width - label.length);
  const [first = '', ...more] = wrapped(text, room);
  return [`${label}${first}`.trimEnd(), ...more.map((line) => `${' '.repeat(label.length)}${line}`)];
}

function optionRows({ code, name, text, fault, offsets, sub_options }: OptionView): readonly Row[] {
  const parts = offsets.length === 1 ? '' : ` (in ${offsets.length} parts, at octets ${offsets.join(', ')})`;
  const own = { label: optionLabel(code, name), text: fault === null ? text + parts : `malformed: ${fault}: ${text}` };
  return [own, ...sub_options.map((sub) => ({ label: `    ${optionLabel(sub.code, sub.name)}`, text: sub.text }))];
}

const optionLabel = (code: number, name: string): string => `${String(code).padStart(3)} ${name}`;

function restRow({ what, offset, octets, hex }: RestView): Row {
  const many = octetsText(octets);
  switch (what) {
    case 'padding':
      return { label: optionLabel(0, 'Pad'), text: many };
    case 'end':
      return { label: optionLabel(255, 'End'), text: '' };
    case 'after the end':
      return { label: '    after the end', text: hex === '' ? `${many} of zero` : `${many}: ${spaced(hex)}` };
    case 'cut short':
      return { label: '    cut short', text: `at octet ${offset}, ${many}: ${spaced(hex)}` };
  }
}

/** "1 octet", "300 octets" */
export const octetsText = (count: number): string => (count === 1 ? '1 octet' : `${count} octets`);

const spaced = (hex: string): string => hex.replaceAll(/..(?=.)/g, '$& ');

const problemRows = ({ problem }: MessageView): readonly Row[] =>
  problem === null ? [] : [{ label: 'malformed', text: problem }];
