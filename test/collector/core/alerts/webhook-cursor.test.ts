/** What a webhook is due: each thing once, what lasts again, and after an absence what is so now. */
import t from 'tap';
import type { AlertBook } from '../../../../collector/core/alerts/alert-book.ts';
import { type AlertRecord, begun } from '../../../../collector/core/alerts/alert-record.ts';
import { condition } from '../../../../collector/core/alerts/condition.ts';
import { dueOf, movedOn, type WebhookCursor } from '../../../../collector/core/alerts/webhook-cursor.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const at = (seconds: number) => unixMicros(1e15 + seconds * 1e6);
const open = (own: Partial<AlertRecord> = {}): AlertRecord => {
  const told = condition({ key: 'gap pair', kind: 'gap', since: at(0), summary: 'no server serves' });
  return { ...begun(told, at(0)), firedAt: at(1), ...own };
};
const bookOf = (record: AlertRecord): AlertBook => new Map([['gap pair', record]]);

/** The occasions of a story in which everything due is delivered at once. */
function occasions(story: readonly (readonly [seconds: number, record: AlertRecord])[]): readonly string[] {
  let cursor: WebhookCursor = new Map();
  return story.flatMap(([seconds, record]) => {
    const [due] = dueOf(bookOf(record), cursor, { repeatMs: 60_000, now: at(seconds) });
    if (due === undefined) return [];
    cursor = movedOn(cursor, due, bookOf(record), at(seconds));
    return [`${seconds} ${due.occasion}`];
  });
}

t.test('from the first word to the last', async (t) => {
  const taken = open({ summary: 'the standby serves' });
  const story = [
    [1, open()],
    [2, open()],
    [10, taken],
    [40, taken],
    [50, taken],
    [101, taken],
    [110, { ...taken, endedAt: at(109) }],
    [111, { ...taken, endedAt: at(109) }],
  ] as const;
  t.same(occasions(story), ['1 fired', '40 changed', '101 repeated', '110 resolved']);
});

t.test('what flaps is said once to flap', async (t) => {
  const flaps = (n: number) => open({ isFlapping: true, summary: `flaps (${n} changes)` });
  t.same(
    occasions([
      [1, open()],
      [40, flaps(4)],
      [75, flaps(5)],
      [99, flaps(6)],
    ]),
    ['1 fired', '40 changed'],
  );
});

t.test('who was dead hears once of what is over, and of what lasts as it is now', async (t) => {
  t.same(
    occasions([
      [500, open({ endedAt: at(100) })],
      [501, open({ endedAt: at(100) })],
    ]),
    ['500 resolved'],
  );
  t.same(
    occasions([
      [500, open({ summary: 'the standby serves' })],
      [510, open({ summary: 'the standby serves' })],
    ]),
    ['500 fired'],
  );
  const again = open({ since: at(300), firedAt: at(301) });
  t.same(
    occasions([
      [1, open()],
      [310, again],
    ]),
    ['1 fired', '310 fired'],
    'another occurrence is news',
  );
});
