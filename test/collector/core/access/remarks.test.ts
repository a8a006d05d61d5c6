/** What status remarks about who may come in, and which addresses only this machine reaches. */
import t from 'tap';
import { bookAfter, EMPTY_BOOK } from '../../../../collector/core/access/access-book.ts';
import { COLLECTOR } from '../../../../collector/core/access/journal-entry.ts';
import { accessRemarks, isLoopback } from '../../../../collector/core/access/remarks.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const DAY = 86_400e6;
const well = {
  book: EMPTY_BOOK,
  cannotSign: null,
  serverUntil: unixMicros(400 * DAY),
  trespasses: 0,
  now: unixMicros(0),
};

t.test('nothing, or a sentence each', async (t) => {
  t.same(accessRemarks(well), []);
  t.match(accessRemarks({ ...well, serverUntil: unixMicros(29 * DAY) }), [/certificate ends at 1970-01-30T/]);
  t.match(accessRemarks({ ...well, now: unixMicros(401 * DAY) }), [/has ended/]);
  t.match(accessRemarks({ ...well, cannotSign: 'the key is locked' }), [
    /no certificates are signed: the key is locked/,
  ]);
  t.match(accessRemarks({ ...well, trespasses: 3 }), [/not their certificate's 3 times/]);
  const pending = { agent: 'a', site: 'corsham', token: 't', key: 'k', host: '', version: '' };
  const book = bookAfter(EMPTY_BOOK, { at: unixMicros(1), ...COLLECTOR, act: 'agent-pending', ...pending });
  t.match(accessRemarks({ ...well, book }), [/1 agent waiting for approval/]);
});

t.test('plain text is for this machine alone', async (t) => {
  for (const listen of ['127.0.0.1:6767', '127.8.0.1:1', '[::1]:6767', 'localhost:6767'])
    t.ok(isLoopback(listen), listen);
  for (const listen of [
    '0.0.0.0:6767',
    '[::]:6767',
    '10.0.0.1:6767',
    '127.0.0.1.example.net:6767',
    'localhost.example.net:1',
  ])
    t.notOk(isLoopback(listen), listen);
});
