/** What a table gives, and in which order, when its line is short: as text, and the rule that no word is ever cut. */
import fc from 'fast-check';
import t from 'tap';
import {
  type Column,
  fitTable,
  shortened,
  visibleLength,
  wrapped,
} from '../../../../collector/core/answers/table-fit.ts';

const COLUMNS: readonly Column[] = [
  { head: 'Site', gives: 'shorten' },
  { head: 'State' },
  { head: 'Served by', drop: 2, gives: 'wrap' },
  { head: 'Last ACK', drop: 1 },
];
const ROWS = [
  ['a-site-with-quite-a-long-name', '\u001b[31mnon-serving\u001b[39m', 'primary, secondary', '11:30:15'],
  ['leeds', 'serving', 'primary', '11:30:16'],
];

/** As the widths of a line of the table. */
const widthOf = (columns: readonly (readonly string[])[]): number =>
  columns.reduce(
    (sum, cells) => sum + 3 + Math.max(...cells.flatMap((cell) => cell.split('\n')).map(visibleLength)),
    1,
  );
const columnsOf = ({ head, rows }: ReturnType<typeof fitTable>): string[][] =>
  head.map((one, index) => [one, ...rows.map((row) => row[index] ?? '')]);

t.test('a table that fits, or that is read by a program, is left alone', async (t) => {
  for (const width of [null, 200])
    t.same(fitTable(COLUMNS, ROWS, width), { head: COLUMNS.map(({ head }) => head), rows: ROWS, dropped: [] });
});

t.test('first names end in an ellipsis and texts wrap, then columns go in their order; the state stays', async (t) => {
  t.same(fitTable(COLUMNS, ROWS, 75).rows[0], [
    'a-site-with-quite-a-long…',
    ROWS[0]?.[1],
    'primary, secondary',
    '11:30:15',
  ]);
  const narrow = fitTable(COLUMNS, ROWS, 66);
  t.same(narrow.dropped, ['Last ACK']);
  const least = fitTable(COLUMNS, ROWS, 28);
  t.same(least.dropped, ['Last ACK', 'Served by']);
  t.same(least.rows, [
    ['a-site-wi…', ROWS[0]?.[1]],
    ['leeds', 'serving'],
  ]);
});

t.test('wrapping', async (t) => {
  t.same(wrapped('  gap: no server serving for 51.3s', 16), ['  gap: no server', 'serving for', '51.3s']);
  t.same(wrapped('two  spaces', 40), ['two  spaces']);
  t.same(wrapped('one averyverylongword two', 10, '  '), ['one', '  averyverylongword', '  two']);
  t.equal(shortened('corsham-site', 8), 'corsham…');
});

t.test('whatever the cells: lines fit where they can, no word is cut, no state is touched', async (t) => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/);
  const text = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' '));
  const row = fc.tuple(fc.stringMatching(/^[a-z]{1,128}$/), word, text, word);
  const holds = fc.check(
    fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), fc.integer({ min: 40, max: 160 }), (rows, width) => {
      const fitted = fitTable(COLUMNS, rows, width);
      const fits = widthOf(columnsOf(fitted)) <= width;
      const states = fitted.rows.every((cells, index) => cells[1] === rows[index]?.[1]);
      const at = fitted.head.indexOf('Served by');
      const words =
        at < 0 || fitted.rows.every((cells, index) => cells[at]?.replaceAll('\n', ' ') === rows[index]?.[2]);
      return fits && states && words;
    }),
  );
  t.notOk(holds.failed, JSON.stringify(holds.counterexample));
});
